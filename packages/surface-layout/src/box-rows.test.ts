import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { walkBlocks } from '../test/block-walk.js';
import { smallSurfaces, surface } from '../test/surfaces.js';
import type { SurfaceBox } from './box.js';
import type { BoxRows } from './box-rows.js';
import { boxBytes, boxRows } from './box-rows.js';
import { SurfaceLayoutError } from './errors.js';
import type { SurfaceLayout } from './layout.js';

const A8R8G8B8 = 2;
const DXT1 = 15;
const NV12 = 44;

function bytesOf(rows: BoxRows): number[] {
  const bytes: number[] = [];
  for (let image = 0; image < rows.images; image++) {
    for (let row = 0; row < rows.rows; row++) {
      for (let byte = 0; byte < rows.rowBytes; byte++) {
        bytes.push(rows.offset + image * rows.imageStride + row * rows.rowStride + byte);
      }
    }
  }
  return bytes;
}

/** Start, on a block, and length along one side of a mip. */
function side(size: number, block: number): fc.Arbitrary<[number, number]> {
  return fc
    .integer({ min: 0, max: Math.ceil(size / block) - 1 })
    .chain((at) => fc.tuple(fc.constant(at * block), fc.integer({ min: 1, max: size - at * block })));
}

/** A subresource of the layout and a box in it that starts on a block. */
function boxesIn(layout: SurfaceLayout): fc.Arbitrary<{ subresource: number; box: SurfaceBox }> {
  const { blockWidth, blockHeight } = layout.format;
  return fc.integer({ min: 0, max: layout.subresourceCount - 1 }).chain((subresource) => {
    const mip = layout.mipOf(subresource);
    return fc
      .tuple(side(mip.width, blockWidth), side(mip.height, blockHeight), side(mip.depth, 1))
      .map(([[x, width], [y, height], [z, depth]]) => ({
        subresource,
        box: { x, y, z, width, height, depth },
      }));
  });
}

const unplanarBoxes = smallSurfaces
  .filter(({ format }) => !format.planar)
  .chain((layout) => boxesIn(layout).map(({ subresource, box }) => ({ layout, subresource, box })));

describe('boxRows', () => {
  it('7.2: the runs are exactly the bytes of the blocks that the box touches', () => {
    fc.assert(
      fc.property(unplanarBoxes, ({ layout, subresource, box }) => {
        const touched = walkBlocks(layout).filter(
          (block) =>
            block.sheet === 0 &&
            block.subresource === subresource &&
            block.x >= box.x &&
            block.x < box.x + box.width &&
            block.y >= box.y &&
            block.y < box.y + box.height &&
            block.z >= box.z &&
            block.z < box.z + box.depth,
        );
        const { bytesPerBlock } = layout.format;
        const bytes = touched.flatMap(({ offset }) =>
          Array.from({ length: bytesPerBlock }, (_, i) => offset + i),
        );
        expect(bytesOf(boxRows(layout, subresource, box))).toEqual(bytes);
        expect(boxBytes(layout, subresource, box)).toBe(bytes.length * layout.samples);
      }),
    );
  });

  it('a box that ends inside a block takes the whole block', () => {
    const box = { x: 4, y: 4, z: 0, width: 1, height: 1, depth: 1 };
    expect(boxRows(surface(DXT1, 8, 5), 0, box)).toEqual({
      offset: 24,
      rowBytes: 8,
      rows: 1,
      rowStride: 16,
      images: 1,
      imageStride: 32,
    });
  });

  it('D4: a planar subresource is one run, whole or not at all', () => {
    const layout = surface(NV12, 4, 4, { depth: 2, layers: 2 });
    const whole = { x: 0, y: 0, z: 0, width: 4, height: 4, depth: 2 };
    expect(boxRows(layout, 1, whole)).toEqual({
      offset: 48,
      rowBytes: 48,
      rows: 1,
      rowStride: 48,
      images: 1,
      imageStride: 48,
    });
    expect(() => boxRows(layout, 1, { ...whole, height: 2 })).toThrow(SurfaceLayoutError);
    expect(() => boxRows(layout, 1, { ...whole, depth: 1 })).toThrow(SurfaceLayoutError);
  });

  it('D3: of several samples it places sheet 0 and counts all', () => {
    const layout = surface(A8R8G8B8, 64, 64, { samples: 2 });
    const box = { x: 0, y: 32, z: 0, width: 64, height: 16, depth: 1 };
    expect(boxRows(layout, 0, box)).toMatchObject({ offset: 8192, rowBytes: 256, rows: 16, rowStride: 256 });
    expect(boxBytes(layout, 0, box)).toBe(8192);
  });

  it.each([
    ['leaves the mip in x', 0, { x: 4, width: 5 }],
    ['leaves the mip in y', 0, { y: 5 }],
    ['leaves the mip in z', 0, { depth: 2 }],
    ['starts before the mip', 0, { x: -4 }],
    ['is empty', 0, { width: 0 }],
    ['has a negative size, as D3 made them', 0, { height: 2 ** 32 - 16 - 2 ** 32 }],
    ['has a wrapped size, as D3 made them', 0, { height: 2 ** 32 - 16 }],
    ['starts inside a block', 0, { x: 2, width: 4 }],
    ['is not of integers', 0, { width: 1.5 }],
    ['is not of numbers', 0, { z: Number.NaN }],
    ['lies in no subresource', 1, {}],
  ])('EINVAL: a box that %s', (_, subresource, change) => {
    const box = { x: 0, y: 0, z: 0, width: 4, height: 4, depth: 1, ...change };
    expect(() => boxRows(surface(DXT1, 8, 8), subresource, box)).toThrow(SurfaceLayoutError);
    expect(() => boxBytes(surface(DXT1, 8, 8), subresource, box)).toThrow(SurfaceLayoutError);
  });
});
