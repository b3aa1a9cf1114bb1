import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { startDawnOnDriver } from '@cg/dawn';
import { bundleForNode } from '@cg/dawn/bundle';
import { fnv1a } from '@cg/machine/guest-cases';
import type { Picture } from '@cg/svga-device';
import { SoftRenderer } from '@cg/svga-soft';
import { afterAll, describe, expect, it } from 'vitest';
import { tracesFolder } from './cg.js';
import type { GpuPrograms } from './pictures/gpu-programs.js';
import { playPrograms } from './pictures/recorded-programs.js';

const timeout = 600_000;

/** What piglit's tests have read back last, FNV-1a: they have looked at these bytes in the guest, and passed. */
const PASSED = {
  'bufferstorage-persistent draw coherent': '76902ac5',
  'bufferstorage-persistent draw coherent client-storage': '76902ac5',
  'arb_uniform_buffer_object-bufferstorage': '6ee0134d',
  'glsl-fs-discard-02': '745bbdc5',
  'gl-3.2-layered-rendering-gl-layer-render-storage': '5baf8525',
  'ext_framebuffer_multisample-unaligned-blit 4 color upsample': 'bc7f6f5d',
  'ext_transform_feedback-immediate-reuse': 'b65dfdc5',
};

/** It draws to layers with samples, which WebGPU does not have. */
const NOT_OF_WEBGPU = 'gl-3.2-layered-rendering-gl-layer-render-storage';

const recording = gunzipSync(readFileSync(join(tracesFolder, 'piglit.cgrec.gz')));

const dawn = await startDawnOnDriver(
  await bundleForNode(new URL('pictures/dawn-process.ts', import.meta.url)),
);

afterAll(() => {
  if (typeof dawn !== 'string') {
    dawn.kill();
  }
});

/** Pixels with a channel that differs by more than a step. */
function differing(actual: Picture, { width, height, pixels }: Picture): number {
  let count = 0;
  for (let at = 0; at < 4 * width * height; at += 4) {
    const isOther = [0, 1, 2, 3].some((i) => Math.abs(actual.pixels[at + i] - pixels[at + i]) > 1);
    count += isOther ? 1 : 0;
  }
  return count;
}

describe('tests of piglit that passed, replayed', () => {
  const soft = playPrograms(recording, new SoftRenderer());

  it('give the same pictures in software', { timeout }, async () => {
    const { pictures, statistics } = await soft;
    expect(statistics).toMatchObject({ errors: 0, drawsLeftOut: 0, notExecuted: 0 });
    const hashes = [...pictures].map(([name, { pixels }]) => [
      name,
      fnv1a(Uint8Array.from(pixels)).toString(16),
    ]);
    expect(Object.fromEntries(hashes)).toEqual(PASSED);
  });

  it(
    'give the same pictures on Dawn within a step a channel, but for a pixel in a thousand',
    { timeout },
    async ({ skip }) => {
      if (typeof dawn === 'string') {
        skip(dawn);
        return;
      }
      const played = await dawn.request<GpuPrograms>('play', { recording });
      expect(played).toMatchObject({
        refused: 0,
        leftOut: 0,
        omissions: ['no target to draw to'],
        errors: [],
      });
      const onGpu = new Map(played.pictures);
      for (const [name, expected] of (await soft).pictures) {
        const picture = onGpu.get(name);
        if (name !== NOT_OF_WEBGPU) {
          expect(picture, name).toBeDefined();
          // Rasterisers may decide at edges in another way.
          const most = (expected.width * expected.height) / 1000;
          expect(differing(picture!, expected), name).toBeLessThanOrEqual(most);
        }
      }
    },
  );
});
