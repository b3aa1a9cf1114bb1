import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { project } from '@cg/vitest-config';
import { isSoak } from '@cg/vitest-config/seeds';
import { defineConfig } from 'vitest/config';

/** Packages whose test files have a process of their own: one of the tests of pagetable measures the heap. */
const isolated = ['pagetable', 'v86'];

/** `npm run check` and `npm run soak` run these: they take long. */
const exclude = isSoak ? [] : ['**/test/**/*.check.test.ts'];

/** Tests of the folders below another one. */
const testsOf = (folders: readonly string[]): string[] =>
  folders.flatMap((folder) => [`${folder}/src/**/*.test.ts`, `${folder}/test/**/*.test.ts`]);

/**
 * All packages are one project, and all apps: what a project imports is transformed and loaded for it alone, which for
 * one project a package took a fifth of the processor time of all tests.
 */
export default defineConfig({
  test: {
    // Vitest leaves a core to itself, which is half of a machine with two.
    maxWorkers: availableParallelism(),
    projects: [
      project('packages', 'packages', {
        include: testsOf(readdirSync('packages').filter((name) => !isolated.includes(name))),
        exclude,
      }),
      ...isolated.map((name) => project(name, `packages/${name}`, { exclude, isolate: true })),
      // The same tests on what a host without WebAssembly runs.
      project('mapping-dirty-scalar', 'packages/mapping-dirty', {
        exclude: ['src/kernel/**', 'src/interleaving.test.ts', 'test/**'],
        execArgv: ['--no-expose-wasm'],
      }),
      project('apps', 'apps', { include: testsOf(readdirSync('apps')), exclude, testTimeout: 180_000 }),
      project('lint', 'tooling/lint'),
      project('mutations', 'tooling/mutations'),
    ],
  },
});
