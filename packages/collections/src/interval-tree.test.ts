import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CollectionsError } from './errors.js';
import { IntervalTree } from './interval-tree.js';
import type { IntervalNode } from './red-black.js';

interface Entry {
  start: number;
  end: number;
  id: number;
}

const interval = fc.tuple(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 1, max: 60 }));
const step = fc.oneof(
  {
    weight: 3,
    arbitrary: interval.map(([start, size]) => ({ kind: 'insert' as const, start, end: start + size })),
  },
  { weight: 2, arbitrary: fc.nat().map((pick) => ({ kind: 'remove' as const, pick })) },
);

function blackHeight(node: IntervalNode<Entry> | null): number {
  if (node === null) {
    return 1;
  }
  const left = blackHeight(node.left);
  expect(blackHeight(node.right)).toBe(left);
  if (node.red) {
    expect(node.left?.red || node.right?.red || false).toBe(false);
  }
  expect(node.maxEnd).toBe(Math.max(node.end, node.left?.maxEnd ?? 0, node.right?.maxEnd ?? 0));
  return left + (node.red ? 0 : 1);
}

function rootOf(node: IntervalNode<Entry>): IntervalNode<Entry> {
  let at = node;
  while (at.parent !== null) {
    at = at.parent;
  }
  return at;
}

describe('IntervalTree', () => {
  it('finds what a filtered sorted list holds, in the same order, after any insertions and removals', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 120 }),
        fc.array(interval, { maxLength: 8 }),
        (steps, queries) => {
          const tree = new IntervalTree<Entry>();
          let model: { entry: Entry; node: IntervalNode<Entry> }[] = [];
          let id = 0;
          for (const taken of steps) {
            if (taken.kind === 'insert') {
              const entry = { start: taken.start, end: taken.end, id: id++ };
              model.push({ entry, node: tree.insert(entry.start, entry.end, entry) });
            } else if (model.length > 0) {
              const gone = model[taken.pick % model.length];
              tree.remove(gone.node);
              model = model.filter((kept) => kept !== gone);
            }
          }
          expect(tree.size).toBe(model.length);
          if (model.length > 0) {
            blackHeight(rootOf(model[0].node));
          }
          for (const [start, size] of queries) {
            const expected = model
              .map(({ entry }) => entry)
              .filter((entry) => entry.start < start + size && entry.end > start)
              .toSorted((a, b) => a.start - b.start || a.id - b.id);
            expect([...tree.overlapping(start, start + size)].map((node) => node.value)).toEqual(expected);
          }
        },
      ),
    );
  });

  it('C2: finds an interval that starts before, and reaches over, the one at the root', () => {
    const tree = new IntervalTree<string>();
    tree.insert(10, 20, 'B');
    tree.insert(0, 100, 'A');
    expect([...tree.overlapping(50, 51)].map((node) => node.value)).toEqual(['A']);
  });

  it('refuses an empty or inverted interval', () => {
    const tree = new IntervalTree<null>();
    for (const [start, end] of [
      [4, 4],
      [5, 4],
      [Number.NaN, 4],
    ] as const) {
      expect(() => tree.insert(start, end, null)).toThrow(CollectionsError);
    }
    expect(tree.size).toBe(0);
  });
});
