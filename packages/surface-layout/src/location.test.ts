import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { walkBlocks } from '../test/block-walk.js';
import { smallSurfaces, surface } from '../test/surfaces.js';
import { boxRows } from './box-rows.js';
import { SurfaceLayoutError } from './errors.js';
import { locate } from './location.js';

const A8R8G8B8 = 2;
const NV12 = 44;

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

  it('D4: a planar byte is located by its subresource only', () => {
    const layout = surface(NV12, 4, 4, { mipLevels: 2, layers: 2 });
    expect(locate(layout, 23)).toEqual({ sheet: 0, subresource: 0, x: 0, y: 0, z: 0 });
    expect(locate(layout, 24)).toEqual({ sheet: 0, subresource: 1, x: 0, y: 0, z: 0 });
    expect(locate(layout, 30)).toEqual({ sheet: 0, subresource: 2, x: 0, y: 0, z: 0 });
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
