import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DirtyBoxes, DirtyRegion, surfaceFormats, SurfaceLayout } from '../src/index.js';
import type { NoFormat, SubresourceBox } from '../src/index.js';
import { holds, walkBlocks } from './block-walk.js';
import { byteRanges, surface, surfacesWithRanges } from './surfaces.js';
import type { UploadDevice, UploadTarget } from './texture-api.js';

const A8R8G8B8 = 2;
const NV12 = 44;
const YV12 = 121;

/** What an API's upload function gives. */
interface Upload<Texture, Write> {
  readonly textures: readonly (Texture | NoFormat)[];
  readonly writes: readonly Write[];
}

/** `toTextureWrites` or `toSubImages`, with whatever options. */
export type UploadFunction<Texture, Write> = (
  layout: SurfaceLayout,
  boxes: readonly SubresourceBox[],
) => Upload<Texture, Write>;

/** Every byte of the backing different from its neighbours, and none 0. */
export function fill(layout: SurfaceLayout): Uint8Array {
  return Uint8Array.from({ length: layout.backingBytes }, (_, i) => 1 + ((i * 37 + (i >> 8)) % 255));
}

/** One box for each subresource, all of it. */
export function wholeSurface(layout: SurfaceLayout): SubresourceBox[] {
  const dirty = new DirtyBoxes(layout);
  dirty.addRange(0, layout.bytes);
  return dirty.boxes();
}

/** Compressed textures, also of part blocks, and cubes. */
const blocksAndCubes = fc
  .tuple(
    fc.constantFrom(...surfaceFormats.filter(({ compressed, id }) => compressed || id === A8R8G8B8)),
    fc.record({
      width: fc.constantFrom(4, 12, 20, 36, 7),
      height: fc.constantFrom(4, 8, 20, 12, 5),
      depth: fc.constantFrom(1, 1, 3),
      mipLevels: fc.integer({ min: 1, max: 4 }),
      layers: fc.constantFrom(1, 2, 6),
      cube: fc.boolean(),
    }),
  )
  .map(([{ id: format }, { depth, cube, ...size }]) => {
    const layers = depth > 1 ? 1 : size.layers;
    return new SurfaceLayout({ ...size, format, depth, layers, samples: 1, cube: cube && depth === 1 });
  })
  .chain((layout) => byteRanges(layout).map((ranges) => ({ layout, ranges })));

const merges: fc.Arbitrary<(layout: SurfaceLayout, ranges: [number, number][]) => SubresourceBox[]> =
  fc.constantFrom(
    (layout, ranges) => {
      const dirty = new DirtyBoxes(layout);
      ranges.forEach(([start, end]) => dirty.addRange(start, end));
      return dirty.boxes();
    },
    (layout, ranges) => {
      const dirty = new DirtyRegion(layout);
      ranges.forEach(([start, end]) => dirty.addRange(start, end));
      return dirty.exactBoxes();
    },
  );

/** Small surfaces of all kinds, each with some boxes of it. */
export const surfacesWithBoxes = fc
  .tuple(fc.oneof(surfacesWithRanges, blocksAndCubes), merges)
  .map(([{ layout, ranges }, merge]) => ({ layout, boxes: merge(layout, ranges) }));

/** Every kind of texture, with mips down to part blocks; the fourth begins in part blocks. */
const shapes = [
  { width: 24, height: 16, depth: 1, mipLevels: 5, layers: 1 },
  { width: 12, height: 8, depth: 1, mipLevels: 3, layers: 3 },
  { width: 8, height: 8, depth: 1, mipLevels: 2, layers: 6, cube: true },
  { width: 10, height: 7, depth: 1, mipLevels: 3, layers: 2 },
  { width: 12, height: 8, depth: 5, mipLevels: 3, layers: 1 },
];

/** Every format that has texels in one plane, in every kind of texture. */
export const everyTexture: readonly SurfaceLayout[] = surfaceFormats
  .filter(({ bytesPerBlock, planar }) => bytesPerBlock > 0 && !planar)
  .flatMap(({ id: format }) => shapes.map((shape) => new SurfaceLayout({ format, samples: 1, ...shape })));

/** Rows, and parts of rows, all over the surface. */
export function scatteredBoxes(layout: SurfaceLayout): SubresourceBox[] {
  const dirty = new DirtyRegion(layout);
  for (let part = 0; part < 8; part++) {
    const start = Math.floor((layout.bytes * part) / 8);
    dirty.addRange(start, start + Math.ceil(layout.bytes / (13 + part)));
  }
  return dirty.exactBoxes();
}

/** The first blocks in which the texture differs from what the boxes should have left there. */
function wrongBlocks(
  layout: SurfaceLayout,
  backing: Uint8Array,
  boxes: readonly SubresourceBox[],
  texture: UploadTarget<never>,
): string[] {
  const { mipLevels, depth } = layout.description;
  const { bytesPerBlock } = layout.format;
  // Depth is written a mip at a time: more than was asked for.
  const mayWriteMore = layout.format.flags.includes('DEPTH');
  const wrong: string[] = [];
  for (const block of walkBlocks(layout)) {
    const { subresource, x, y, z, offset } = block;
    const layer = depth > 1 ? z : Math.floor(subresource / mipLevels);
    const found = texture.block(subresource % mipLevels, x, y, layer);
    const isWritten = boxes.some((box) => holds(box, block));
    const isRight = isWritten
      ? found.every((byte, i) => byte === backing[offset + i]) && found.length === bytesPerBlock
      : mayWriteMore || found.every((byte) => byte === 0);
    if (!isRight && wrong.push(`subresource ${subresource} (${x}, ${y}, ${z}): ${found.join(' ')}`) > 4) {
      break;
    }
  }
  return wrong;
}

/**
 * Uploads boxes of a surface that is not planar, and compares every block.
 * @returns how many subresources the boxes lie in; 0 where there is no texture, or the device lacks a feature
 */
export async function checkUpload<Texture extends { format: unknown }, Write>(
  device: UploadDevice<Texture, Write>,
  upload: UploadFunction<Texture, Write>,
  layout: SurfaceLayout,
  boxes: readonly SubresourceBox[],
): Promise<number> {
  const { textures, writes } = upload(layout, boxes);
  const [texture] = textures;
  if (isNone(texture)) {
    expect([textures.length, writes]).toEqual([1, []]);
    return 0;
  }
  if (!device.supports(texture)) {
    return 0;
  }
  const target = device.createTexture(texture);
  const backing = fill(layout);
  writes.forEach((write) => target.write(write, backing));
  await target.finish();
  if (device.holdsTexels) {
    expect(wrongBlocks(layout, backing, boxes, target)).toEqual([]);
  }
  return new Set(boxes.map(({ subresource }) => subresource)).size;
}

function isNone(texture: object): texture is NoFormat {
  return 'reason' in texture;
}

/** How many random surfaces to try, from a seed where one is given. */
export interface UploadRuns {
  readonly numRuns: number;
  readonly seed?: number;
  /** Stops earlier, after so many seconds. */
  readonly seconds?: number;
}

/** What holds of uploads through an API, on any device of it. */
export function describeUploads<
  Texture extends { format: unknown },
  Write extends { readonly plane: number },
>(
  device: UploadDevice<Texture, Write>,
  upload: UploadFunction<Texture, Write>,
  { numRuns, seed, seconds }: UploadRuns,
): void {
  const everything = device.holdsTexels
    ? 'every byte of a box arrives at its texel, and nothing else; every call is valid'
    : 'every call is valid';

  describe(`uploads on ${device.name}`, () => {
    it(
      everything,
      async () => {
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
        expect(subresources).toBeGreaterThan(surfaces / 6);
      },
      (60 + (seconds ?? 0)) * 1000,
    );

    it('every format in every kind of texture', async () => {
      const lacking = new Set<string>();
      let [textures, subresources] = [0, 0];
      for (const layout of everyTexture) {
        const whole = await checkUpload(device, upload, layout, wholeSurface(layout));
        await checkUpload(device, upload, layout, scatteredBoxes(layout));
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
      expect(textures).toBeGreaterThan(200);
    });

    it.each([NV12, YV12])('D4: each plane of format %i has its own texture', async (format) => {
      const layout = surface(format, 16, 8, { mipLevels: 2, layers: 2 });
      const backing = fill(layout);
      const { textures, writes } = upload(layout, wholeSurface(layout));
      for (const [plane, texture] of textures.entries()) {
        if (isNone(texture)) {
          expect.unreachable(texture.reason);
        }
        const target = device.createTexture(texture);
        writes.filter((write) => write.plane === plane).forEach((write) => target.write(write, backing));
        await target.finish();
        const [width, height] = plane === 0 ? [16, 8] : [8, 4];
        for (let subresource = 0; device.holdsTexels && subresource < 4; subresource++) {
          const level = subresource % 2;
          const { offset, bytesPerSample } = layout.mips[level].planes[plane];
          let from = layout.offsetOf(subresource) + offset;
          for (let y = 0; y < height >> level; y++) {
            for (let x = 0; x < width >> level; x++) {
              const found = target.block(level, x, y, subresource >> 1);
              expect(found).toEqual(backing.slice(from, (from += bytesPerSample)));
            }
          }
        }
      }
      expect(textures).toHaveLength(format === NV12 ? 2 : 3);
    });
  });
}
