import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { walkBlocks } from '../../test/block-walk.js';
import type { WalkedBlock } from '../../test/block-walk.js';
import { surface, surfacesWithRanges } from '../../test/surfaces.js';
import type { SubresourceBox } from '../box.js';
import { DirtyBoxes } from './dirty-boxes.js';
import { SurfaceLayoutError } from '../errors.js';
import type { SurfaceLayout } from '../layout.js';

const A8R8G8B8 = 2;
const DXT1 = 15;
const BUFFER = 37;
const NV12 = 44;
const PAGE_SIZE = 4096;

function boxesOf(layout: SurfaceLayout, ranges: readonly (readonly [number, number])[]): SubresourceBox[] {
  const dirty = new DirtyBoxes(layout);
  for (const [start, end] of ranges) {
    dirty.addRange(start, end);
  }
  return dirty.boxes();
}

function pages(...numbers: number[]): [number, number][] {
  return numbers.map((page) => [page * PAGE_SIZE, (page + 1) * PAGE_SIZE]);
}

function box(subresource: number, x: number, y: number, z: number, ...size: number[]): SubresourceBox {
  const [width, height, depth] = size;
  return { subresource, x, y, z, width, height, depth };
}

function touchedBlocks(layout: SurfaceLayout, ranges: readonly (readonly [number, number])[]): WalkedBlock[] {
  const { bytesPerBlock } = layout.format;
  return walkBlocks(layout).filter(({ offset }) =>
    ranges.some(([start, end]) => start < end && start < offset + bytesPerBlock && end > offset),
  );
}

/** The bounding box of the blocks of each subresource, clipped to its mip. */
function hulls(layout: SurfaceLayout, blocks: readonly WalkedBlock[]): SubresourceBox[] {
  const { blockWidth, blockHeight } = layout.format;
  const touched = [...new Set(blocks.map(({ subresource }) => subresource))].toSorted((a, b) => a - b);
  return touched.map((subresource) => {
    const found = blocks.filter((block) => block.subresource === subresource);
    const mip = layout.mipOf(subresource);
    const x = Math.min(...found.map((block) => block.x));
    const y = Math.min(...found.map((block) => block.y));
    const z = Math.min(...found.map((block) => block.z));
    const right = Math.min(Math.max(...found.map((block) => block.x)) + blockWidth, mip.width);
    const bottom = Math.min(Math.max(...found.map((block) => block.y)) + blockHeight, mip.height);
    const back = Math.max(...found.map((block) => block.z)) + 1;
    return box(subresource, x, y, z, right - x, bottom - y, back - z);
  });
}

function wholeBox(layout: SurfaceLayout, subresource: number): SubresourceBox {
  const { width, height, depth } = layout.mipOf(subresource);
  return box(subresource, 0, 0, 0, width, height, depth);
}

describe('DirtyBoxes, for random surfaces and ranges', () => {
  it('7.2, 7.3: one sample, one plane: exactly the bounding boxes of the blocks touched', () => {
    const plain = surfacesWithRanges.filter(({ layout }) => layout.samples === 1 && !layout.format.planar);
    fc.assert(
      fc.property(plain, ({ layout, ranges }) => {
        expect(boxesOf(layout, ranges)).toEqual(hulls(layout, touchedBlocks(layout, ranges)));
      }),
      { numRuns: 400 },
    );
  });

  it('7.4: planes and samples: whole subresources, none touched left out', () => {
    const special = surfacesWithRanges.filter(({ layout }) => layout.samples > 1 || layout.format.planar);
    fc.assert(
      fc.property(special, ({ layout, ranges }) => {
        const touched = new Set(touchedBlocks(layout, ranges).map(({ subresource }) => subresource));
        const boxes = boxesOf(layout, ranges);
        expect(boxes).toEqual(boxes.map(({ subresource }) => wholeBox(layout, subresource)));
        const all = !layout.format.planar && touched.size > 0;
        expect(boxes.length).toBe(all ? layout.subresourceCount : touched.size);
        const found = new Set(boxes.map(({ subresource }) => subresource));
        expect([...touched].filter((subresource) => !found.has(subresource))).toEqual([]);
      }),
    );
  });

  it('D1: the order of adding, and adding again, never matter', () => {
    fc.assert(
      fc.property(surfacesWithRanges, ({ layout, ranges }) => {
        const boxes = boxesOf(layout, ranges);
        expect(boxesOf(layout, ranges.toReversed())).toEqual(boxes);
        expect(boxesOf(layout, [...ranges, ...ranges])).toEqual(boxes);
      }),
    );
  });

  it('count, isEmpty and clear agree with the boxes', () => {
    fc.assert(
      fc.property(surfacesWithRanges, ({ layout, ranges }) => {
        const dirty = new DirtyBoxes(layout);
        for (const [start, end] of ranges) {
          dirty.addRange(start, end);
          expect(dirty.count).toBe(dirty.boxes().length);
          expect(dirty.isEmpty).toBe(dirty.count === 0);
        }
        dirty.clear();
        expect([dirty.isEmpty, dirty.boxes()]).toEqual([true, []]);
        dirty.addRange(...ranges[0]);
        expect(dirty.boxes()).toEqual(boxesOf(layout, [ranges[0]]));
      }),
    );
  });
});

describe('DirtyBoxes, the cases of the errata', () => {
  it('D1: rows longer than a page: the old tail stays when the origin moves', () => {
    expect(boxesOf(surface(A8R8G8B8, 4096, 4), pages(2, 4))).toEqual([box(0, 0, 0, 0, 3072, 2, 1)]);
  });

  it('D1: slices: the old rows stay when the origin moves', () => {
    const layout = surface(A8R8G8B8, 64, 64, { depth: 2 });
    expect(boxesOf(layout, pages(2, 4))).toEqual([box(0, 0, 0, 0, 64, 48, 2)]);
  });

  it('D1: a buffer written downwards keeps its end', () => {
    const layout = surface(BUFFER, 16384, 1);
    expect(
      boxesOf(layout, [
        [8192, 12288],
        [0, 4096],
      ]),
    ).toEqual([box(0, 0, 0, 0, 12288, 1, 1)]);
  });

  it('E3: the kernel was seen to lose half of this box', () => {
    expect(boxesOf(surface(A8R8G8B8, 4096, 4), pages(1, 2, 9))).toEqual([box(0, 1024, 0, 0, 2048, 3, 1)]);
  });

  it('D2: a page that holds only a trailer makes nothing dirty', () => {
    expect(boxesOf(surface(BUFFER, 4090, 1), pages(1))).toEqual([]);
    expect(boxesOf(surface(BUFFER, 4096, 1), [[4096, 4112]])).toEqual([]);
    expect(boxesOf(surface(BUFFER, 4090, 1), pages(0))).toEqual([box(0, 0, 0, 0, 4090, 1, 1)]);
  });

  it('D2: neither do bytes before the surface', () => {
    expect(boxesOf(surface(BUFFER, 4096, 1), [[-4096, 0]])).toEqual([]);
    expect(boxesOf(surface(BUFFER, 4096, 1), [[-4096, 16]])).toEqual([box(0, 0, 0, 0, 16, 1, 1)]);
  });

  it('D3: one byte of one sheet makes a multisample surface dirty in every layer', () => {
    const layout = surface(A8R8G8B8, 64, 64, { samples: 2, layers: 3, mipLevels: 2 });
    const all = [0, 1, 2, 3, 4, 5].map((subresource) => wholeBox(layout, subresource));
    expect(boxesOf(layout, [[100, 101]])).toEqual(all);
    expect(boxesOf(layout, [[layout.bytes - 1, layout.bytes]])).toEqual(all);
    expect(boxesOf(layout, [[layout.bytes, layout.bytes + 1]])).toEqual([]);
  });

  it('D4: luma or chroma alone makes a planar subresource dirty whole', () => {
    const layout = surface(NV12, 64, 64);
    expect(boxesOf(layout, pages(0))).toEqual([wholeBox(layout, 0)]);
    expect(boxesOf(layout, pages(1))).toEqual([wholeBox(layout, 0)]);
  });

  it('D5: a range inside one row of blocks takes its columns only; a box ends clipped to the mip', () => {
    expect(boxesOf(surface(DXT1, 64, 64), [[16, 24]])).toEqual([box(0, 8, 0, 0, 4, 4, 1)]);
    expect(boxesOf(surface(DXT1, 6, 5), [[24, 25]])).toEqual([box(0, 4, 4, 0, 2, 1, 1)]);
  });

  it('7.2: across subresources: the rest of the first, all between, the start of the last', () => {
    const layout = surface(A8R8G8B8, 4, 4, { mipLevels: 3, layers: 2 });
    expect(boxesOf(layout, [[48, 88]])).toEqual([
      box(0, 0, 3, 0, 4, 1, 1),
      wholeBox(layout, 1),
      wholeBox(layout, 2),
      box(3, 0, 0, 0, 1, 1, 1),
    ]);
  });

  it('7.6: boxes stay after a failed update: reading does not clear them', () => {
    const dirty = new DirtyBoxes(surface(A8R8G8B8, 16, 16));
    dirty.addRange(0, 4);
    expect(dirty.boxes()).toEqual(dirty.boxes());
    expect(dirty.count).toBe(1);
  });

  it('EINVAL: an inverted range (B2) or one not of integers changes nothing', () => {
    const dirty = new DirtyBoxes(surface(A8R8G8B8, 16, 16));
    dirty.addRange(0, 4);
    const before = dirty.boxes();
    for (const [start, end] of [
      [8, 4],
      [0, Number.NaN],
      [0.5, 8],
      [0, Number.POSITIVE_INFINITY],
    ]) {
      expect(() => dirty.addRange(start, end)).toThrow(SurfaceLayoutError);
    }
    expect(dirty.boxes()).toEqual(before);
  });

  it('a range over many sheets costs no more than one over a sheet', () => {
    const layout = surface(NV12, 2, 2, { samples: 2 ** 32 - 1 });
    expect(
      boxesOf(layout, [
        [0, layout.bytes],
        [7, layout.bytes - 7],
      ]),
    ).toEqual([wholeBox(layout, 0)]);
  });
});
