import * as fc from 'fast-check';
import { surfaceFormats, SurfaceLayout } from '../src/index.js';
import type { SurfaceDescription } from '../src/index.js';

/** A single-sample 2D surface of one mip and layer, or what `change` makes of it. */
export function surface(format: number, width: number, height: number, change: object = {}): SurfaceLayout {
  const plain: SurfaceDescription = { format, width, height, depth: 1, mipLevels: 1, layers: 1, samples: 1 };
  return new SurfaceLayout({ ...plain, ...change });
}

/** Surfaces of every format but FORMAT_INVALID, small enough to be walked block by block. */
export const smallSurfaces: fc.Arbitrary<SurfaceLayout> = fc
  .record({
    format: fc.constantFrom(...surfaceFormats.slice(1).map(({ id }) => id)),
    width: fc.integer({ min: 1, max: 19 }),
    height: fc.integer({ min: 1, max: 11 }),
    depth: fc.integer({ min: 1, max: 4 }),
    mipLevels: fc.integer({ min: 1, max: 4 }),
    layers: fc.integer({ min: 1, max: 3 }),
    samples: fc.constantFrom(0, 1, 1, 1, 2, 4),
  })
  .map((description) => new SurfaceLayout(description));

/** Byte ranges that begin and end around the surface: inside it, across its ends, empty ones. */
export function byteRanges(layout: SurfaceLayout): fc.Arbitrary<[number, number][]> {
  const range = fc
    .tuple(fc.integer({ min: -9, max: layout.bytes + 9 }), fc.integer({ min: 0, max: layout.bytes }))
    .chain(([start, length]) =>
      fc.constantFrom<[number, number]>([start, start + length], [start, start + (length % 40)]),
    );
  return fc.array(range, { minLength: 1, maxLength: 6 });
}

/** A small surface with ranges of its backing. */
export const surfacesWithRanges: fc.Arbitrary<{ layout: SurfaceLayout; ranges: [number, number][] }> =
  smallSurfaces.chain((layout) => byteRanges(layout).map((ranges) => ({ layout, ranges })));
