import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkUpload, isNone } from './check-upload.js';
import type { UploadFunction } from './check-upload.js';
import { surface } from './surfaces.js';
import type { UploadDevice } from './texture-api.js';
import { everyTexture, fill, scatteredBoxes, surfacesWithBoxes, wholeSurface } from './upload-cases.js';
import type { UploadRuns } from './upload-runs.js';

const NV12 = 44;
const YV12 = 121;

/** A device of an API, and the function whose writes it takes. */
interface Uploads<Texture, Write> {
  readonly device: UploadDevice<Texture, Write>;
  readonly upload: UploadFunction<Texture, Write>;
}

/** What holds of uploads through an API, on any device of it. */
export function describeUploads<
  Texture extends { format: unknown },
  Write extends { readonly plane: number },
>(uploads: Uploads<Texture, Write>, runs: UploadRuns): void {
  describe(`uploads on ${uploads.device.name}`, () => {
    it(
      'every call is valid; each byte of a box arrives at its texel, and nothing else does',
      async () => {
        const { surfaces, subresources } = await uploadRandomSurfaces(uploads, runs);
        expect(subresources).toBeGreaterThan(surfaces / 6);
      },
      (60 + (runs.seconds ?? 0)) * 1000,
    );

    it('every format in every kind of texture', async () => {
      expect(await uploadEveryTexture(uploads)).toBeGreaterThan(200);
    });

    it.each([NV12, YV12])('D4: each plane of format %i has its own texture', async (format) => {
      const uploaded = await uploadPlanes(uploads, format);
      expect(uploaded.map(({ found }) => found)).toEqual(uploaded.map(({ wanted }) => wanted));
      expect(uploaded).toHaveLength(format === NV12 ? 2 : 3);
    });
  });
}

async function uploadRandomSurfaces<Texture extends { format: unknown }, Write>(
  { device, upload }: Uploads<Texture, Write>,
  { numRuns, seed, seconds }: UploadRuns,
): Promise<{ surfaces: number; subresources: number }> {
  let [surfaces, subresources] = [0, 0];
  const property = fc.asyncProperty(surfacesWithBoxes, async ({ layout, boxes }) => {
    if (!layout.format.planar) {
      subresources += await checkUpload(device, upload, layout, boxes);
      surfaces++;
    }
  });
  await fc.assert(property, {
    numRuns,
    ...(seed === undefined ? {} : { seed }),
    ...(seconds === undefined ? {} : { interruptAfterTimeLimit: seconds * 1000 }),
  });
  if (seconds !== undefined) {
    process.stdout.write(
      `${device.name}, seed ${seed}: ${subresources} subresources of ${surfaces} surfaces\n`,
    );
  }
  return { surfaces, subresources };
}

/** @returns how many textures the device has */
async function uploadEveryTexture<Texture extends { format: unknown }, Write>({
  device,
  upload,
}: Uploads<Texture, Write>): Promise<number> {
  const lacking = new Set<string>();
  let [textures, subresources] = [0, 0];
  for (const layout of everyTexture) {
    const whole = await checkUpload(device, upload, layout, wholeSurface(layout));
    if (device.holdsTexels) {
      await checkUpload(device, upload, layout, scatteredBoxes(layout));
    }
    subresources += whole;
    textures += whole > 0 ? 1 : 0;
    const [texture] = upload(layout, []).textures;
    if (!isNone(texture) && !device.supports(texture)) {
      lacking.add(String(texture.format));
    }
  }
  const without = lacking.size > 0 ? `; it lacks ${[...lacking].join(', ')}` : '';
  const what = device.holdsTexels ? 'equal' : 'valid, no texels are kept';
  process.stdout.write(
    `uploads on ${device.name}: ${subresources} subresources of ${textures} textures ${what}${without}\n`,
  );
  return textures;
}

/** The samples of each plane in the textures, and in the backing; empty where the device keeps none. */
async function uploadPlanes<Texture extends { format: unknown }, Write extends { readonly plane: number }>(
  { device, upload }: Uploads<Texture, Write>,
  format: number,
): Promise<{ found: Uint8Array[]; wanted: Uint8Array[] }[]> {
  const layout = surface(format, 16, 8, { mipLevels: 2, layers: 2 });
  const backing = fill(layout);
  const { textures, writes } = upload(layout, wholeSurface(layout));
  const uploaded: { found: Uint8Array[]; wanted: Uint8Array[] }[] = [];
  for (const [plane, texture] of textures.entries()) {
    if (isNone(texture)) {
      throw new Error(texture.reason);
    }
    const target = device.createTexture(texture);
    writes.filter((write) => write.plane === plane).forEach((write) => target.write(write, backing));
    await target.finish();
    const [width, height] = plane === 0 ? [16, 8] : [8, 4];
    const samples = { found: [] as Uint8Array[], wanted: [] as Uint8Array[] };
    for (let subresource = 0; device.holdsTexels && subresource < 4; subresource++) {
      const level = subresource % 2;
      const { offset, bytesPerSample } = layout.mips[level].planes[plane];
      let from = layout.offsetOf(subresource) + offset;
      for (let y = 0; y < height >> level; y++) {
        for (let x = 0; x < width >> level; x++) {
          samples.found.push(target.block(level, x, y, subresource >> 1));
          samples.wanted.push(backing.slice(from, (from += bytesPerSample)));
        }
      }
    }
    uploaded.push(samples);
  }
  return uploaded;
}
