import { availableParallelism } from 'node:os';
import { project } from '@cg/vitest-config';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Vitest leaves a core to itself, which is half of a machine with two.
    maxWorkers: availableParallelism(),
    projects: [
      project('collections', 'packages/collections'),
      project('surface-layout', 'packages/surface-layout'),
      // One of its tests measures the heap.
      project('pagetable', 'packages/pagetable', { isolate: true }),
      project('tracked-memory', 'packages/tracked-memory'),
      project('memory-image', 'packages/memory-image'),
      project('pagewalk', 'packages/pagewalk'),
      project('svga-device', 'packages/svga-device'),
      project('mapping-dirty', 'packages/mapping-dirty'),
      project('v86', 'packages/v86', { isolate: true }),
      project('vmwgfx', 'packages/vmwgfx'),
      project('machine', 'packages/machine'),
      project('cli', 'apps/cli', { testTimeout: 180_000, isolate: true }),
      project('bench', 'apps/bench', { testTimeout: 180_000, isolate: true }),
      project('packaging', 'tooling/packaging', { testTimeout: 240_000, isolate: true }),
      project('lint', 'tooling/lint'),
    ],
  },
});
