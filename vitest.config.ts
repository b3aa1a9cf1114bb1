import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { project } from '@cg/vitest-config';
import { isSoak } from '@cg/vitest-config/seeds';
import { defineConfig } from 'vitest/config';

/** Packages whose test files have a process of their own. */
const special: Record<string, object> = {
  pagetable: { isolate: true }, // one of its tests measures the heap
  v86: { isolate: true },
};
/** `npm run check` and `npm run soak` run these: they take long. */
const exclude = isSoak ? [] : ['test/**/*.check.test.ts'];
const ofApps = { testTimeout: 180_000, exclude };

export default defineConfig({
  test: {
    // Vitest leaves a core to itself, which is half of a machine with two.
    maxWorkers: availableParallelism(),
    projects: [
      ...readdirSync('packages').map((name) =>
        project(name, `packages/${name}`, { exclude, ...special[name] }),
      ),
      // The same tests on what a host without WebAssembly runs.
      project('mapping-dirty-scalar', 'packages/mapping-dirty', {
        exclude: ['src/kernel/**', 'src/interleaving.test.ts', 'test/**'],
        execArgv: ['--no-expose-wasm'],
      }),
      ...readdirSync('apps').map((name) => project(name, `apps/${name}`, ofApps)),
      project('lint', 'tooling/lint'),
      project('mutations', 'tooling/mutations'),
    ],
  },
});
