import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holds, walkBlocks } from '../../test/block-walk.js';
import { costOf, leastCosts } from '../../test/cheapest.js';
import { surface, surfacesWithRanges } from '../../test/surfaces.js';
import type { SubresourceBox } from '../box.js';
import { boxBytes } from '../box-rows.js';
import { SurfaceLayoutError } from '../errors.js';
import type { SurfaceLayout } from '../layout.js';
import { DirtyBoxes } from './dirty-boxes.js';
import { DirtyRegion } from './dirty-region.js';

const A8R8G8B8 = 2;
const DXT1 = 15;
const BUFFER = 37;
const NV12 = 44;
const YV12 = 121;

type Ranges = readonly (readonly [number, number])[];

function region(layout: SurfaceLayout, ranges: Ranges, options = {}): DirtyRegion {
  const dirty = new DirtyRegion(layout, options);
  ranges.forEach(([start, end]) => dirty.addRange(start, end));
  return dirty;
}

/** The blocks of sheet 0 inside boxes, by name, as often as boxes hold them. */
function blocksIn(layout: SurfaceLayout, boxes: readonly SubresourceBox[]): string[] {
  return walkBlocks(layout)
    .filter(({ sheet }) => sheet === 0)
    .flatMap((block) =>
      boxes
        .filter((box) => holds(box, block))
        .map(() => [block.subresource, block.x, block.y, block.z].join()),
    );
}

/** The blocks with a byte in the ranges, in any sheet. */
function blocksTouched(layout: SurfaceLayout, ranges: Ranges): string[] {
  const { bytesPerBlock } = layout.format;
  const touched = walkBlocks(layout).filter(({ offset }) =>
    ranges.some(([start, end]) => start < end && start < offset + bytesPerBlock && end > offset),
  );
  const names = new Set(touched.map(({ subresource, x, y, z }) => [subresource, x, y, z].join()));
  return blocksIn(layout, wholeBoxes(layout)).filter((name) => names.has(name));
}

function wholeBoxes(layout: SurfaceLayout): SubresourceBox[] {
  return Array.from({ length: layout.subresourceCount }, (_, subresource) => {
    const { width, height, depth } = layout.mipOf(subresource);
    return { subresource, x: 0, y: 0, z: 0, width, height, depth };
  });
}

function priceOf(layout: SurfaceLayout, boxes: readonly SubresourceBox[], perBox: number): number {
  return boxes.reduce((sum, box) => sum + boxBytes(layout, box.subresource, box) + perBox, 0);
}

const unplanar = surfacesWithRanges.filter(({ layout }) => !layout.format.planar);
const prices = fc.constantFrom(0, 1, 5, 16, 40, 100, 1000, 1e9);

describe('DirtyRegion, for random surfaces and ranges', () => {
  it('7.2: exact boxes hold the touched blocks, each once, and no others; sheets lie one after another', () => {
    fc.assert(
      fc.property(unplanar, ({ layout, ranges }) => {
        const boxes = region(layout, ranges, { samples: 'sheets' }).exactBoxes();
        expect(blocksIn(layout, boxes)).toEqual(blocksTouched(layout, ranges));
        boxes.forEach((box) => boxBytes(layout, box.subresource, box));
      }),
      { numRuns: 300 },
    );
  });

  it('7.4: unless told otherwise, samples and planes: whole surfaces and mips, as DirtyBoxes', () => {
    const special = surfacesWithRanges.filter(({ layout }) => layout.samples > 1 || layout.format.planar);
    fc.assert(
      fc.property(special, ({ layout, ranges }) => {
        const dirty = new DirtyBoxes(layout);
        ranges.forEach(([start, end]) => dirty.addRange(start, end));
        expect(region(layout, ranges).exactBoxes()).toEqual(dirty.boxes());
      }),
    );
  });

  it('a cover holds every touched block, in its mips, at no more than the exact or the single boxes cost', () => {
    fc.assert(
      fc.property(unplanar, prices, ({ layout, ranges }, perBox) => {
        const dirty = region(layout, ranges, { samples: 'sheets' });
        const single = new DirtyBoxes(layout, { samples: 'sheets' });
        ranges.forEach(([start, end]) => single.addRange(start, end));
        const boxes = dirty.cheapestBoxes({ perByte: 1, perBox });
        const covered = new Set(blocksIn(layout, boxes));
        expect(blocksTouched(layout, ranges).filter((name) => !covered.has(name))).toEqual([]);
        const price = priceOf(layout, boxes, perBox);
        expect(price).toBeLessThanOrEqual(priceOf(layout, dirty.exactBoxes(), perBox));
        expect(price).toBeLessThanOrEqual(priceOf(layout, single.boxes(), perBox));
      }),
      { numRuns: 400 },
    );
  });

  it('D1: the order of adding, adding again and clearing never matter', () => {
    fc.assert(
      fc.property(surfacesWithRanges, prices, ({ layout, ranges }, perBox) => {
        const dirty = region(layout, ranges);
        const exact = dirty.exactBoxes();
        const cheapest = dirty.cheapestBoxes({ perByte: 1, perBox });
        expect(dirty.exactBoxes()).toEqual(exact);
        const again = region(layout, [...ranges.toReversed(), ...ranges]);
        expect(again.exactBoxes()).toEqual(exact);
        expect(again.cheapestBoxes({ perByte: 1, perBox })).toEqual(cheapest);
        dirty.clear();
        expect([dirty.isEmpty, dirty.exactBoxes()]).toEqual([true, []]);
        ranges.forEach(([start, end]) => dirty.addRange(start, end));
        expect(dirty.cheapestBoxes({ perByte: 1, perBox })).toEqual(cheapest);
      }),
    );
  });

  it('many ranges: more than the lists begin with, touching, apart and in any order', () => {
    const layout = surface(A8R8G8B8, 64, 64);
    const starts = fc.array(fc.integer({ min: 0, max: 64 * 64 - 1 }), { minLength: 300, maxLength: 900 });
    fc.assert(
      fc.property(starts, (blocks) => {
        const ranges = blocks.map((block): [number, number] => [block * 4, block * 4 + 4]);
        const dirty = region(layout, ranges);
        const names = new Set(blocks.map((block) => [0, block % 64, Math.floor(block / 64), 0].join()));
        expect(blocksIn(layout, dirty.exactBoxes()).toSorted()).toEqual([...names].toSorted());
        const covered = new Set(blocksIn(layout, dirty.cheapestBoxes({ perByte: 1, perBox: 20 })));
        expect([...names].filter((name) => !covered.has(name))).toEqual([]);
      }),
      { numRuns: 10 },
    );
  });
});

describe('the cheapest cover, against the optimal cost', () => {
  const [width, height] = [4, 3];
  const layout = surface(A8R8G8B8, width, height);

  function blocksOf(pattern: number): number[] {
    return Array.from({ length: width * height }, (_, bit) => bit).filter((bit) => (pattern >> bit) & 1);
  }

  /** Worst ratio to the least cost over all patterns, and the share of patterns that meet it. */
  function compare(perBox: number): { worst: number; met: number } {
    const least = leastCosts(width, height, perBox);
    let worst = 1;
    let met = 0;
    for (let pattern = 1; pattern < least.length; pattern++) {
      const blocks = blocksOf(pattern);
      const dirty = region(
        layout,
        blocks.map((block) => [block * 4, block * 4 + 4]),
      );
      const cost = costOf(dirty.cheapestBoxes({ perByte: 0.25, perBox }), perBox);
      const pieces = dirty.exactBoxes().length;
      const bound = (blocks.length + pieces * perBox) / (blocks.length + perBox);
      expect(cost / least[pattern]).toBeGreaterThan(1 - 1e-9);
      expect(cost / least[pattern]).toBeLessThan(bound + 1e-9);
      worst = Math.max(worst, cost / least[pattern]);
      met += cost < least[pattern] + 1e-9 ? 1 : 0;
    }
    return { worst, met: met / (least.length - 1) };
  }

  it.each([0.5, 1, 2, 4, 8])(
    'all 4,095 patterns of 4×3 blocks, a box at %d blocks: the bound holds',
    (perBox) => {
      const { worst, met } = compare(perBox);
      expect(worst).toBeLessThan(1.19);
      expect(met).toBeGreaterThan(0.92);
    },
  );

  it('in one line it is optimal', () => {
    const line = surface(BUFFER, 400, 1);
    const runs = fc.array(fc.tuple(fc.nat(380), fc.integer({ min: 1, max: 9 })), {
      minLength: 1,
      maxLength: 60,
    });
    fc.assert(
      fc.property(runs, fc.constantFrom<number>(0, 1, 3, 7.5, 20), (drawn, perBox) => {
        const dirty = region(
          line,
          drawn.map(([start, length]) => [start, start + length]),
        );
        const exact = dirty.exactBoxes();
        const gaps = exact.slice(1).map(({ x }, i) => x - exact[i].x - exact[i].width);
        const least = costOf(exact, 0) + perBox + gaps.reduce((sum, gap) => sum + Math.min(gap, perBox), 0);
        expect(costOf(dirty.cheapestBoxes({ perByte: 1, perBox }), perBox)).toBeCloseTo(least, 9);
      }),
    );
  });

  it('keeps two windows side by side apart, where one box would hold all between', () => {
    const screen = surface(A8R8G8B8, 1024, 512);
    const rows = Array.from({ length: 200 }, (_, y) => 100 + y);
    const dirty = region(
      screen,
      rows.flatMap((y): [number, number][] => {
        const row = y * 4096;
        return [
          [row + 40, row + 40 + 4 * (90 + (y % 10))],
          [row + 2800, row + 2800 + 4 * (70 + (y % 7))],
        ];
      }),
    );
    const boxes = dirty.cheapestBoxes({ perByte: 1, perBox: 4096 });
    expect(boxes.map(({ width, height }) => [width, height])).toEqual([
      [99, 200],
      [76, 200],
    ]);
  });
});

describe('DirtyRegion, single cases', () => {
  it('D5: rows of the same columns are one box, also of compressed blocks', () => {
    const rows: [number, number][] = [0, 1, 2].map((row) => [row * 128 + 16, row * 128 + 32]);
    expect(region(surface(DXT1, 64, 64), rows).exactBoxes()).toEqual([
      { subresource: 0, x: 8, y: 0, z: 0, width: 8, height: 12, depth: 1 },
    ]);
  });

  it('a range over slices is the rest of a row, of a slice, whole slices, rows and the start of a row', () => {
    const boxes = region(surface(A8R8G8B8, 4, 4, { depth: 5 }), [[20, 4 * 4 * 4 * 4 + 40]]).exactBoxes();
    expect(boxes.map(({ x, y, z, width, height, depth }) => [x, y, z, width, height, depth])).toEqual([
      [1, 1, 0, 3, 1, 1],
      [0, 2, 0, 4, 2, 1],
      [0, 0, 1, 4, 4, 3],
      [0, 0, 4, 4, 2, 1],
      [0, 2, 4, 2, 1, 1],
    ]);
  });

  it('D4: planes apart: luma rows and chroma lead to their blocks, in NV12 and YV12', () => {
    const apart = { planes: 'apart' };
    const at = (x: number, y: number) => ({ subresource: 0, x, y, z: 0, width: 2, height: 2, depth: 1 });
    expect(region(surface(NV12, 8, 4), [[8 + 3, 8 + 4]], apart).exactBoxes()).toEqual([at(2, 0)]);
    expect(region(surface(NV12, 8, 4), [[32 + 13, 32 + 14]], apart).exactBoxes()).toEqual([at(4, 2)]);
    expect(region(surface(YV12, 8, 4), [[32 + 8 + 5, 32 + 8 + 6]], apart).exactBoxes()).toEqual([at(2, 2)]);
    expect(region(surface(NV12, 8, 4), [[6, 20]], apart).exactBoxes()).toEqual([
      { ...at(0, 0), width: 8 },
      { ...at(0, 2), width: 4 },
    ]);
    const odd = surface(NV12, 8, 3);
    expect(region(odd, [[0, 1]], apart).exactBoxes()).toEqual(wholeBoxes(odd));
  });

  it('D8: runs too far apart and too long to share a number with their length are sorted all the same', () => {
    const huge = surface(BUFFER, 2 ** 31, 2 ** 21);
    const starts = [2 ** 51 + 7, 3, 2 ** 50, 2 ** 51, 2 ** 50 + 2 ** 40 - 1];
    const ranges = starts.map((start): [number, number] => [start, start + (start < 9 ? 2 : 2 ** 40)]);
    const boxes = region(huge, ranges).exactBoxes();
    const bytes = boxes.reduce((sum, box) => sum + boxBytes(huge, box.subresource, box), 0);
    expect(bytes).toBe(2 + (2 ** 41 - 1) + (2 ** 40 + 7));
    expect(boxes[0]).toEqual({ subresource: 0, x: 3, y: 0, z: 0, width: 2, height: 1, depth: 1 });
  });

  it.each([
    { perByte: 0, perBox: 1 },
    { perByte: -1, perBox: 1 },
    { perByte: 1, perBox: -1 },
    { perByte: Number.NaN, perBox: 1 },
    { perByte: 1, perBox: Number.POSITIVE_INFINITY },
  ])('EINVAL: a price of $perByte a byte and $perBox a box', (price) => {
    expect(() => new DirtyRegion(surface(A8R8G8B8, 4, 4)).cheapestBoxes(price)).toThrow(SurfaceLayoutError);
  });
});
