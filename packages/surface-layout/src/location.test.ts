import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { walkBlocks } from '../test/block-walk.js';
import { smallSurfaces, surface } from '../test/surfaces.js';
import { boxRows } from './box-rows.js';
import { SurfaceLayoutError } from './errors.js';
import { locate, offsetOfLocation } from './location.js';

const A8R8G8B8 = 2;
const NV12 = 44;
const YV12 = 121;

describe('locate', () => {
  it('7.1, D11: first and last byte of every block lead to it, and it leads back to them', () => {
    const unplanar = smallSurfaces.filter(({ format }) => !format.planar);
    fc.assert(
      fc.property(unplanar, (layout) => {
        const { blockWidth, blockHeight, bytesPerBlock } = layout.format;
        for (const { offset, ...place } of walkBlocks(layout)) {
          expect(locate(layout, offset)).toEqual(place);
          expect(locate(layout, offset + bytesPerBlock - 1)).toEqual(place);
          const { x, y, z, subresource } = place;
          const mip = layout.mipOf(subresource);
          const width = Math.min(blockWidth, mip.width - x);
          const height = Math.min(blockHeight, mip.height - y);
          const rows = boxRows(layout, subresource, { x, y, z, width, height, depth: 1 });
          expect(rows.offset + place.sheet * layout.sheetBytes).toBe(offset);
          expect([rows.rowBytes, rows.rows, rows.images]).toEqual([bytesPerBlock, 1, 1]);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('D4: a planar byte has a plane, where planes are known, and only a subresource where they are not', () => {
    const layout = surface(NV12, 4, 4, { mipLevels: 3, layers: 2 });
    const first = { sheet: 0, subresource: 0, z: 0 };
    expect(locate(layout, 6)).toEqual({ ...first, plane: 0, x: 2, y: 1 });
    expect(locate(layout, 16)).toEqual({ ...first, plane: 1, x: 0, y: 0 });
    expect(locate(layout, 23)).toEqual({ ...first, plane: 1, x: 2, y: 2 });
    expect(locate(layout, 24)).toEqual({ ...first, subresource: 1, plane: 0, x: 0, y: 0 });
    expect(locate(layout, 35)).toEqual({ ...first, subresource: 2, x: 0, y: 0 });
    expect(locate(surface(YV12, 4, 4), 21)).toEqual({ ...first, plane: 2, x: 2, y: 0 });
  });

  it('7.1: every byte of a small surface leads to a place that leads back to the start of its block', () => {
    fc.assert(
      fc.property(smallSurfaces, (layout) => {
        const places = new Map<string, number>();
        for (let offset = 0; offset < layout.bytes; offset++) {
          const place = locate(layout, offset);
          const start = offsetOfLocation(layout, place);
          const name = JSON.stringify(place);
          expect(start).toBe(places.get(name) ?? offset);
          places.set(name, start);
        }
      }),
      { numRuns: 40 },
    );
  });

  it.each([
    ['sheet', { sheet: 2 }],
    ['subresource', { subresource: 1 }],
    ['column', { x: 4 }],
    ['row', { y: -1 }],
    ['slice', { z: 1 }],
    ['half texel', { x: 0.5 }],
  ])('EINVAL: no offset for a %s that is not there', (_, change) => {
    const layout = surface(A8R8G8B8, 4, 4, { samples: 2 });
    const place = { sheet: 0, subresource: 0, x: 0, y: 0, z: 0, ...change };
    expect(() => offsetOfLocation(layout, place)).toThrow(SurfaceLayoutError);
  });

  it('D6: the end of the surface is outside, it does not wrap to the start', () => {
    const layout = surface(A8R8G8B8, 4, 4, { samples: 2 });
    expect(locate(layout, 127)).toEqual({ sheet: 1, subresource: 0, x: 3, y: 3, z: 0 });
    for (const offset of [-1, 128, 0.5, Number.NaN]) {
      expect(() => locate(layout, offset)).toThrow(SurfaceLayoutError);
    }
  });

  it('is exact where products need more than 32 bits', () => {
    const layout = surface(A8R8G8B8, 16384, 16384, { layers: 6 });
    expect(locate(layout, layout.bytes - 1)).toEqual({ sheet: 0, subresource: 5, x: 16383, y: 16383, z: 0 });
  });
});
