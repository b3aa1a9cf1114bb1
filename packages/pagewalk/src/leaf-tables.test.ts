import { PAGE_SIZE, tableOfEntry } from '@cg/pagetable';
import { describe, expect, it } from 'vitest';
import { GIB, HugeObject, MIB2 } from './huge-object.fixture.js';
import { LeafTables } from './leaf-tables.js';

/** The stops of a walk: level, address, and entries. */
function stops(object: HugeObject, start: number, end: number): [number, number, number][] {
  const at = new LeafTables(object.tables, start, end);
  const found: [number, number, number][] = [];
  try {
    while (at.next()) {
      expect(at.entry).toBe(object.entry(at.address, at.level));
      found.push([at.level, at.address, at.count]);
    }
  } finally {
    at.release();
  }
  return found;
}

describe('LeafTables', () => {
  it('stops at each leaf table in the range, clipped to it, with the table’s lock held', () => {
    const object = HugeObject.locked();
    [0, 1, 700].forEach((page) => object.map(GIB + page * PAGE_SIZE, 1));
    expect(stops(object, GIB, 2 * GIB)).toEqual([
      [1, GIB, 512],
      [1, GIB + MIB2, 512],
    ]);
    expect(stops(object, GIB + 3 * PAGE_SIZE, GIB + MIB2 + PAGE_SIZE)).toEqual([
      [1, GIB + 3 * PAGE_SIZE, 509],
      [1, GIB + MIB2, 1],
    ]);
    expect(stops(object, GIB + 2 * MIB2, 2 * GIB)).toEqual([]);
    const at = new LeafTables(object.tables, GIB, GIB + PAGE_SIZE, 'walker');
    const table = tableOfEntry(object.entry(GIB, 1));
    expect(at.next()).toBe(true);
    object.tables.assertTableLocked(table, 'walker');
    at.release();
    expect(() => object.tables.assertTableLocked(table, 'walker')).toThrow();
  });

  it('stops at huge leaves without splitting them, and passes over holes and pages that are being moved', () => {
    const object = HugeObject.locked();
    object.map(GIB, 2);
    object.map(GIB + 2 * MIB2, 2);
    object.takeToMove(GIB + 2 * MIB2, 2);
    object.map(GIB + 3 * MIB2, 1);
    object.map(2 * GIB, 3);
    expect(stops(object, GIB + PAGE_SIZE, 3 * GIB)).toEqual([
      [2, GIB + PAGE_SIZE, 1],
      [1, GIB + 3 * MIB2, 512],
      [3, 2 * GIB, 1],
    ]);
  });

  it.each([
    ['zapped', (object: HugeObject) => object.clear(GIB, 2), []],
    ['made huge', (object: HugeObject) => object.overwriteHuge(GIB, 2), [[2, GIB, 1]]],
  ] as const)('A6, 2.7: a table that is %s before its lock is taken is no stop', (_what, step, expected) => {
    const object = HugeObject.locked();
    object.map(GIB, 1);
    const table = tableOfEntry(object.entry(GIB, 1));
    object.memory.preemption.at('walk: between upper entry and table lock', () => step(object));
    expect(stops(object, GIB, GIB + MIB2)).toEqual(expected);
    expect(object.memory.preemption.isPending).toBe(false);
    object.tables.lockTable(table);
  });

  it('2.7: an entry that changes whenever it is looked at ends the walk', () => {
    const object = HugeObject.locked();
    object.map(GIB, 1);
    object.map(GIB + MIB2, 1);
    const { u32, preemption } = object.memory;
    const [one, two] = [object.entry(GIB, 2), object.entry(GIB + MIB2, 2)];
    const exchange = () => {
      [u32[one], u32[two]] = [u32[two], u32[one]];
      preemption.at('walk: between upper entry and table lock', exchange);
    };
    exchange();
    expect(() => stops(object, GIB, GIB + MIB2)).toThrow(expect.objectContaining({ code: 'ELOOP' }));
  });
});
