import { project } from '@cg/vitest-config';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      project('collections', 'packages/collections'),
      project('surface-layout', 'packages/surface-layout'),
      project('pagetable', 'packages/pagetable'),
      project('tracked-memory', 'packages/tracked-memory'),
      project('memory-image', 'packages/memory-image'),
      project('pagewalk', 'packages/pagewalk'),
      project('svga-device', 'packages/svga-device'),
      project('mapping-dirty', 'packages/mapping-dirty'),
      project('v86', 'packages/v86'),
      project('vmwgfx', 'packages/vmwgfx'),
      project('machine', 'packages/machine'),
      project('cli', 'apps/cli', { testTimeout: 180_000 }),
      project('bench', 'apps/bench', { testTimeout: 180_000 }),
      project('packaging', 'tooling/packaging', { testTimeout: 240_000 }),
      project('lint', 'tooling/lint'),
    ],
  },
});
