import { afterAll, describe, expect, it } from 'vitest';
import { surfaceFormats, SurfaceLayout, toTextureWrites } from '../src/index.js';
import type { SubresourceBox, WebGpuTexture } from '../src/index.js';
import { dawnDevice } from './dawn/dawn-device.js';
import { startDawn } from './dawn/dawn-process.js';
import type { DawnProcess } from './dawn/dawn-process.js';
import { checkUpload, describeUploads, wholeSurface } from './upload-suite.js';

// A soak: so many seconds of random surfaces, from a seed.
const { CG_UPLOAD_SECONDS: seconds, CG_UPLOAD_SEED: seed } = process.env;
const runs =
  seconds === undefined
    ? { numRuns: 100 }
    : { numRuns: 1e9, seconds: Number(seconds), seed: Number(seed ?? Date.now() % 2 ** 31) };

function upload(layout: SurfaceLayout, boxes: readonly SubresourceBox[]) {
  return toTextureWrites(layout, boxes, { unaligned: true });
}

/** Every kind of texture, with mips down to part blocks; the fourth begins in part blocks. */
const shapes = [
  { width: 24, height: 16, depth: 1, mipLevels: 5, layers: 1 },
  { width: 12, height: 8, depth: 1, mipLevels: 3, layers: 3 },
  { width: 8, height: 8, depth: 1, mipLevels: 2, layers: 6, cube: true },
  { width: 10, height: 7, depth: 1, mipLevels: 3, layers: 2 },
  { width: 12, height: 8, depth: 5, mipLevels: 3, layers: 1 },
];

const layouts = surfaceFormats
  .filter(({ bytesPerBlock, planar }) => bytesPerBlock > 0 && !planar)
  .flatMap(({ id: format }) => shapes.map((shape) => new SurfaceLayout({ format, samples: 1, ...shape })));

const { processes, missing } = await startDawn();

describe.each(processes)('Dawn on $adapter.name', (dawn) => {
  const device = dawnDevice(dawn);
  afterAll(() => dawn.kill());

  describeUploads(device, upload, runs);

  it('every format in every kind of texture', async () => {
    let subresources = 0;
    let textures = 0;
    const lacking = new Set<string>();
    for (const layout of layouts) {
      const [{ format, ...texture }] = upload(layout, []).textures;
      const checked = await checkUpload(device, upload, layout, wholeSurface(layout));
      subresources += checked;
      textures += checked > 0 ? 1 : 0;
      if (checked === 0 && 'features' in texture) {
        texture.features.filter((name) => !hasFeature(dawn, name)).forEach((name) => lacking.add(name));
      }
    }
    const without = lacking.size > 0 ? `; it lacks ${[...lacking].join(', ')}` : '';
    const what = device.holdsTexels ? 'read back and equal' : 'valid, but keeps no texels';
    process.stdout.write(
      `${device.name}: ${subresources} subresources of ${textures} textures ${what}${without}\n`,
    );
    expect(textures).toBeGreaterThan(200);
  });

  describe('it refuses what webGpuTextures refuses', () => {
    const bc1 = {
      size: { width: 8, height: 8, depthOrArrayLayers: 1 },
      mipLevelCount: 1,
      dimension: '2d',
      format: 'bc1-rgba-unorm',
      usage: 6,
    } as const;

    async function make(change: Partial<WebGpuTexture['descriptor']>) {
      return dawn.upload({
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

describe.skipIf(missing.length === 0)('without a driver or Dawn', () => {
  it('uploads are not tested there', ({ skip }) => {
    const reasons = [...new Set(missing)].join('; ');
    process.stdout.write(`uploads on Dawn: ${reasons}\n`);
    skip(reasons);
  });
});
