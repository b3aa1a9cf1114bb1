import { build } from 'esbuild';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { published } from './workspace.js';

/** The size in KiB of a bundle with one export of a package. */
async function kibibytes(name: string, exported: string): Promise<number> {
  const entry = join(published.get(name)?.folder ?? '', 'dist', 'index.js');
  const { outputFiles } = await build({
    stdin: { contents: `export { ${exported} } from ${JSON.stringify(entry)};`, resolveDir: '.' },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'neutral',
    write: false,
  });
  return outputFiles[0].contents.length / 1024;
}

it.each([
  ['@cg/svga-protocol', 'SVGA_REG', 8],
  ['@cg/svga-protocol', 'SVGA3D_DEVCAP', 8],
  ['@cg/svga-protocol', 'decodeCommands', 70],
  ['@cg/vgpu10', 'decodeShader', 15],
])('of %s, %s bundles to at most %i KiB', async (name, exported, most) => {
  expect(await kibibytes(name, exported)).toBeLessThanOrEqual(most);
});
