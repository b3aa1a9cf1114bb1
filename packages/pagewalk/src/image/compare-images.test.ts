import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareImages, type ImageChange } from './compare-images.js';
import { HUGE, NX, PRESENT, TestImage, USER, WRITE } from './image.fixture.js';
import { walkImage } from './walk-image.js';

const ACCESSED = 32;
const DIRTY = 64;
const TABLE = PRESENT | WRITE | USER;
const MIB2 = 2 ** 21;

function changes(before: TestImage, after: TestImage, options?: { maxTables: number }): ImageChange[] {
  const tables = (image: TestImage) => ({ image, cr3: 0x1000n });
  return [...compareImages(tables(before), tables(after), { mode: '4-level' }, options)];
}

function withPages(set: (image: TestImage) => void): TestImage {
  const image = new TestImage(64);
  [1, 2, 3].forEach((table) => image.set(table, 0, table + 1, TABLE));
  for (let page = 0; page < 8; page++) {
    image.set(4, page, 16 + page, TABLE);
  }
  set(image);
  return image;
}

describe('compareImages', () => {
  const before = withPages(() => {});

  it('lists pages whose dirty or accessed bit, permissions or frame changed, joined where alike', () => {
    const after = withPages((image) => {
      image.set(4, 1, 17, TABLE | DIRTY | ACCESSED);
      image.set(4, 2, 18, TABLE | DIRTY | ACCESSED);
      image.set(4, 4, 20, PRESENT | USER);
      image.set(4, 6, 40, TABLE);
      image.set(4, 7, 0, 0);
      image.set(4, 9, 41, TABLE);
    });
    expect(changes(before, after)).toMatchObject([
      { start: 0x1000, end: 0x3000, before: { dirty: false, physical: 0x11000 }, after: { dirty: true } },
      { start: 0x4000, end: 0x5000, before: { writable: true }, after: { writable: false } },
      { start: 0x6000, end: 0x7000, before: { physical: 0x16000 }, after: { physical: 0x28000 } },
      { start: 0x7000, end: 0x8000, before: { physical: 0x17000 }, after: undefined },
      { start: 0x9000, end: 0xa000, before: undefined, after: { physical: 0x29000 } },
    ]);
    expect(changes(before, before)).toEqual([]);
  });

  it('a large page that was split, and nothing but its size changed', () => {
    const huge = withPages((image) => image.set(3, 1, 512, TABLE | HUGE));
    const split = withPages((image) => {
      image.set(3, 1, 5, TABLE);
      for (let page = 0; page < 512; page++) {
        image.set(5, page, 512 + page, TABLE);
      }
    });
    expect(changes(huge, split)).toMatchObject([
      { start: MIB2, end: 2 * MIB2, before: { pageSize: MIB2 }, after: { pageSize: 4096 } },
    ]);
  });

  it('a table that shows up again is compared once, an upper entry changes all below it', () => {
    const shared = (bits: number) =>
      withPages((image) => {
        image.set(4, 0, 16, bits);
        [1, 2, 3].forEach((entry) => image.set(3, entry, 4, TABLE));
      });
    expect(changes(shared(TABLE), shared(TABLE | DIRTY))).toMatchObject([
      { kind: 'changed', start: 0 },
      { kind: 'shared', start: MIB2, sameAs: 0 },
      { kind: 'shared', start: 2 * MIB2, sameAs: 0 },
      { kind: 'shared', start: 3 * MIB2, sameAs: 0 },
    ]);
    const protectedAbove = withPages((image) => image.set(1, 0, 2, TABLE, NX));
    expect(changes(before, protectedAbove)).toMatchObject([
      { start: 0, end: 0x8000, before: { executable: true }, after: { executable: false } },
    ]);
  });

  it('says where it cannot compare, and passes over tables that point at themselves', () => {
    const outside = withPages((image) => image.set(2, 1, 100, TABLE));
    expect(changes(before, outside)).toMatchObject([
      { kind: 'uncompared', reason: 'outside', start: 2 ** 30 },
    ]);
    expect(changes(before, outside, { maxTables: 2 })).toMatchObject([
      { kind: 'uncompared', reason: 'limit', start: 0, end: 2 ** 31 },
    ]);
    const selfMap = withPages((image) => image.set(1, 0x1ed, 1, TABLE));
    expect(changes(selfMap, selfMap)).toEqual([]);
  });

  it('says where tables are a loop in one image only, and nothing where they are the same loop', () => {
    const loop = (top: number) =>
      withPages((image) => {
        image.set(3, 2, top, TABLE);
        image.set(1, 0x1ed, 1, TABLE);
      });
    expect(changes(loop(1), loop(1))).toEqual([]);
    expect(changes(loop(1), loop(2))).toMatchObject([
      { kind: 'uncompared', reason: 'loop', start: 2 * MIB2, end: 3 * MIB2 },
    ]);
    expect(changes(before, loop(1))).toMatchObject([
      { kind: 'uncompared', reason: 'loop', start: 2 * MIB2, end: 3 * MIB2 },
      { kind: 'uncompared', reason: 'loop', start: 0x1ed * 2 ** 39 },
    ]);
  });

  it('finds the pages in which two walks differ', () => {
    const entry = fc.tuple(
      fc.integer({ min: 4, max: 6 }),
      fc.nat({ max: 600 }),
      fc.nat({ max: 20 }),
      fc.nat(127),
    );
    const tables = (image: TestImage) => {
      image.set(3, 1, 5, TABLE);
      image.set(3, 3, 6, PRESENT | USER);
    };
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 12 }), fc.array(entry, { maxLength: 12 }), (one, other) => {
        const [a, b] = [one, other].map((entries) =>
          withPages((image) => {
            tables(image);
            entries.forEach(([table, at, target, bits]) => image.set(table, at % 512, 16 + target, bits));
          }),
        );
        const differing = new Set<number>();
        for (const change of changes(a, b)) {
          for (let at = change.start; at < change.end; at += 4096) {
            differing.add(at);
          }
        }
        expect([...differing].toSorted((x, y) => x - y)).toEqual(differingPages(a, b));
      }),
      { numRuns: 60 },
    );
  });
});

/** Page by page, from two walks. */
function differingPages(before: TestImage, after: TestImage): number[] {
  const [one, other] = [before, after].map((image) => {
    const pages = new Map<number, string>();
    for (const finding of walkImage(image, 0x1000n, { mode: '4-level' })) {
      if (finding.kind === 'mapped') {
        for (let at = finding.start; at < finding.end; at += 4096) {
          const { start, end, physical, ...rest } = finding;
          pages.set(at, JSON.stringify({ ...rest, physical: physical + (at - start), end: end > at }));
        }
      }
    }
    return pages;
  });
  const all = new Set([...one.keys(), ...other.keys()]);
  return [...all].filter((at) => one.get(at) !== other.get(at)).toSorted((x, y) => x - y);
}
