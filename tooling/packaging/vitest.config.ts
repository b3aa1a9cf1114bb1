import { project } from '@cg/vitest-config';
import { defineConfig } from 'vitest/config';

/** The packed packages, and tests that take long: the second half of `npm run check`. */
const slow = { testTimeout: 180_000, isolate: true, include: ['test/**/*.check.test.ts'] };

export default defineConfig({
  test: {
    projects: [
      project('packaging', 'tooling/packaging', { testTimeout: 240_000 }),
      project('bench', 'apps/bench', slow),
      project('cli', 'apps/cli', slow),
      project('desktop', 'apps/desktop', slow),
      project('guest', 'apps/guest', slow),
      project('inspector', 'packages/inspector', slow),
      project('litmus', 'packages/litmus', slow),
      project('svga-webgpu', 'packages/svga-webgpu', slow),
      project('v86', 'packages/v86', slow),
      project('vgpu10-wgsl', 'packages/vgpu10-wgsl', slow),
    ],
  },
});
