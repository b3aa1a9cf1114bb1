import * as fc from 'fast-check';
import { DirtyBoxes, DirtyRegion, surfaceFormats, SurfaceLayout } from '../src/index.js';
import type { SubresourceBox } from '../src/index.js';
import { byteRanges, surfacesWithRanges } from './surfaces.js';

const A8R8G8B8 = 2;

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
