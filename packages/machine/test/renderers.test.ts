import { startDawnOnDriver, type DawnProcess } from '@cg/dawn';
import { bundleForNode } from '@cg/dawn/bundle';
import { seeds, seedsTimeout } from '@cg/vitest-config/seeds';
import { afterAll, describe, expect, it } from 'vitest';

const found = await startDawnOnDriver(
  await bundleForNode(new URL('renderers/dawn/comparison-process.ts', import.meta.url)),
);
const processes: DawnProcess[] = typeof found === 'string' ? [] : [found];
afterAll(() => processes.forEach((dawn) => dawn.kill()));

it('finds a driver for Dawn', ({ skip }) => {
  if (typeof found === 'string') {
    skip(found);
  }
  expect(processes).toHaveLength(1);
});

describe.each(processes)('svga-webgpu on $adapter.name against svga-soft', (dawn) => {
  it(
    'random states and meshes give the same pictures, but for what the rules allow',
    async () => {
      for (const seed of seeds(2)) {
        await expect(dawn.request('compare', { seed })).resolves.toBeUndefined();
      }
    },
    seedsTimeout,
  );
});
