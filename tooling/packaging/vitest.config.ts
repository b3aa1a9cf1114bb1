import { project } from '@cg/vitest-config';
import { defineConfig } from 'vitest/config';

/** The packed packages, and the programs' tests that take long: the second half of `npm run check`. */
const ofApp = { testTimeout: 180_000, isolate: true, include: ['test/**/*.check.test.ts'] };

export default defineConfig({
  test: {
    projects: [
      project('packaging', 'tooling/packaging', { testTimeout: 240_000 }),
      project('bench', 'apps/bench', ofApp),
      project('cli', 'apps/cli', ofApp),
    ],
  },
});
