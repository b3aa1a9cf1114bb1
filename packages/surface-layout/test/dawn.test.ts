import type { DawnProcess } from '@cg/dawn';
import { afterAll, describe, expect, it } from 'vitest';
import { toTextureWrites } from '../src/index.js';
import type { SubresourceBox, SurfaceLayout, WebGpuTexture } from '../src/index.js';
import { dawnDevice } from './dawn/dawn-device.js';
import { startUploads, upload as uploadTo } from './dawn/dawn-uploads.js';
import { describeUploads } from './upload-suite.js';
import { uploadRuns } from './upload-runs.js';

function upload(layout: SurfaceLayout, boxes: readonly SubresourceBox[]) {
  return toTextureWrites(layout, boxes, { unaligned: true });
}

const { processes, missing } = await startUploads();

it('finds Dawn, and a driver for it', ({ skip }) => {
  const reasons = [...new Set(missing)].join('; ');
  if (reasons !== '') {
    process.stdout.write(`uploads on Dawn: ${reasons}\n`);
    skip(reasons);
  }
  expect(processes).toHaveLength(2);
});

describe.each(processes)('Dawn on $adapter.name', (dawn) => {
  afterAll(() => dawn.kill());

  describeUploads({ device: dawnDevice(dawn), upload }, uploadRuns(100));

  describe('it refuses what webGpuTextures refuses', () => {
    const bc1 = {
      size: { width: 8, height: 8, depthOrArrayLayers: 1 },
      mipLevelCount: 1,
      dimension: '2d',
      format: 'bc1-rgba-unorm',
      usage: 6,
    } as const;

    async function make(change: Partial<WebGpuTexture['descriptor']>) {
      return uploadTo(dawn, {
        descriptor: { ...bc1, ...change },
        features: ['texture-compression-bc'],
        writes: [],
        backing: new Uint8Array(),
        blockBytes: 8,
        blockSide: 4,
      });
    }

    it.skipIf(!hasFeature(dawn, 'texture-compression-bc')).each([
      ['part blocks without the feature', { size: { ...bc1.size, width: 10 } }, /multiple of the block/],
      ['mips below a single texel', { mipLevelCount: 5 }, /mip level count/i],
      ['compressed volumes without the feature', { dimension: '3d' }, /only supports 3D/],
      ['volumes of depth', { format: 'depth16unorm', dimension: '3d' }, /dimension/],
    ] as const)('%s', async (_, change, message) => {
      await expect(make({})).resolves.toHaveLength(1);
      await expect(make(change)).rejects.toThrow(message);
    });
  });
});

function hasFeature(dawn: DawnProcess, name: string): boolean {
  return dawn.adapter.features.includes(name);
}
