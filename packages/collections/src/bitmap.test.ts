import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Bitmap } from './bitmap.js';
import { CollectionsError } from './errors.js';

const length = 200;
const range = fc
  .tuple(fc.integer({ min: 0, max: length }), fc.integer({ min: 0, max: length }))
  .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
const change = fc.record({ set: fc.boolean(), range });

function filled(changes: { set: boolean; range: readonly [number, number] }[]): {
  bitmap: Bitmap;
  model: boolean[];
} {
  const bitmap = new Bitmap(length);
  const model = Array.from({ length }, () => false);
  for (const {
    set,
    range: [start, end],
  } of changes) {
    if (set) {
      bitmap.setRange(start, end);
    } else {
      bitmap.clearRange(start, end);
    }
    model.fill(set, start, end);
  }
  return { bitmap, model };
}

describe('Bitmap', () => {
  it('holds what a plain array of booleans holds', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 12 }), (changes) => {
        const { bitmap, model } = filled(changes);
        expect(model.map((_, bit) => bitmap.has(bit))).toEqual(model);
        expect(bitmap.count()).toBe(model.filter(Boolean).length);
      }),
    );
  });

  it('finds the next set, the next clear and the last set bit as a linear search does', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 12 }), range, (changes, [from, limit]) => {
        const { bitmap, model } = filled(changes);
        const search = (wanted: boolean): number => {
          let bit = from;
          while (bit < limit && model[bit] !== wanted) {
            bit++;
          }
          return bit;
        };
        expect(bitmap.findNextSet(from, limit)).toBe(search(true));
        expect(bitmap.findNextClear(from, limit)).toBe(search(false));
        expect(bitmap.findLastSet(limit, from)).toBe(
          Math.max(-1, ...model.map((set, bit) => (set && bit >= from && bit < limit ? bit : -1))),
        );
      }),
    );
  });

  it('gives maximal runs, ascending', () => {
    const bitmap = new Bitmap(100);
    bitmap.setRange(5, 40);
    bitmap.setRange(64, 65);
    bitmap.set(99);
    expect([...bitmap.ranges()]).toEqual([
      [5, 40],
      [64, 65],
      [99, 100],
    ]);
  });

  it('B2: refuses an inverted or outlying range and changes nothing', () => {
    const bitmap = new Bitmap(100);
    bitmap.setRange(10, 90);
    for (const [start, end] of [
      [219, 216],
      [50, 40],
      [-1, 5],
      [90, 101],
      [0.5, 2],
      [Number.NaN, 3],
    ] as const) {
      expect(() => bitmap.clearRange(start, end)).toThrow(CollectionsError);
      expect(() => bitmap.setRange(start, end)).toThrow(CollectionsError);
    }
    expect([...bitmap.ranges()]).toEqual([[10, 90]]);
  });

  it('keeps the bits beyond its length zero', () => {
    const bitmap = new Bitmap(33);
    bitmap.setRange(0, 33);
    expect([...bitmap.words]).toEqual([0xffffffff, 1]);
  });
});
