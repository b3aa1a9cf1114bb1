import { bundle } from '@cg/tsup-config';
import { readdirSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { build } from 'tsup';

/**
 * The program, with `cg walk` in it; other commands are modules that it imports on demand. One CommonJS file, because a
 * walk takes less time than Node's loader of ES modules. What the bundled packages import is a dependency of this one.
 */
const program = bundle(['src/main.ts'], {
  platform: 'node',
  format: ['cjs'],
  splitting: false,
  // Rollup would load the libraries of readers that are loaded on demand at once.
  treeshake: false,
  clean: false,
  noExternal: ['@cg/memory-image', '@cg/pagewalk'],
  external: [/^\.\/commands\/(?!walk)/],
});

const commands = readdirSync('src/commands')
  .filter((name) => !/^walk\.|\.test\./.test(name))
  .map((name) => `src/commands/${name}`);

export default bundle([...commands, 'src/litmus/worker.ts', 'src/render/gpu-process.ts'], {
  platform: 'node',
  onSuccess: async () => {
    await build({ ...program, config: false });
    // The default trace of `cg replay`.
    await copyFile('../../traces/idle-desktop.cgtrace.gz', 'dist/idle-desktop.cgtrace.gz');
  },
});
