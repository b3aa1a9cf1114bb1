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

  it('begins again elsewhere, for another holder', () => {
    const [one, two] = [HugeObject.locked(), HugeObject.locked()];
    [one, two].forEach((object) => object.map(GIB, 1));
    const at = new LeafTables(one.tables, GIB, GIB + PAGE_SIZE);
    while (at.next()) {
      // to its end
    }
    at.restart(two.tables, GIB + PAGE_SIZE, GIB + 3 * PAGE_SIZE, 'walker');
    expect(at.next()).toBe(true);
    expect([at.address, at.count, at.entry]).toEqual([GIB + PAGE_SIZE, 2, two.entry(at.address, 1)]);
    two.tables.assertTableLocked(tableOfEntry(at.entry), 'walker');
    expect(at.next()).toBe(false);
  });

  it('extends a stop by the whole tables that follow it, up to a hole, a huge leaf or the end of the range', () => {
    const object = HugeObject.locked();
    [0, 1, 2, 4, 5].forEach((region) => object.map(GIB + region * MIB2, 1));
    object.map(GIB + 6 * MIB2, 2);
    const extended = (start: number, end: number, most = 64): [number, number][] => {
      const at = new LeafTables(object.tables, start, end);
      const found: [number, number][] = [];
      while (at.next()) {
        const tables = at.level === 1 ? at.extend(most) : 0;
        expect(at.upper).toBe(tables > 0 ? object.entry(at.address, 2) : at.upper);
        found.push([(at.address - GIB) / MIB2, tables]);
      }
      return found;
    };
    const whole = [
      [0, 3],
      [4, 2],
      [6, 0],
    ];
    expect(extended(GIB, 2 * GIB)).toEqual(whole);
    expect(extended(GIB, GIB + 2 * MIB2)).toEqual([[0, 2]]);
    expect(extended(GIB, GIB + 3 * MIB2 - PAGE_SIZE)).toEqual([
      [0, 2],
      [2, 1],
    ]);
    expect(extended(GIB, GIB + 3 * MIB2, 2)).toEqual([
      [0, 2],
      [2, 1],
    ]);
  });

  it('2.7: extends no stop by a table whose lock is held, nor where a step waits for a point', () => {
    const object = HugeObject.locked();
    [0, 1].forEach((region) => object.map(GIB + region * MIB2, 1));
    const extended = (): number => {
      const at = new LeafTables(object.tables, GIB, GIB + 2 * MIB2);
      at.next();
      const tables = at.extend(64);
      at.release();
      return tables;
    };
    expect(extended()).toBe(2);
    const second = tableOfEntry(object.entry(GIB + MIB2, 1));
    object.tables.lockTable(second, 'other');
    expect(extended()).toBe(1);
    expect(() => stops(object, GIB, GIB + 2 * MIB2)).toThrow(expect.objectContaining({ code: 'EDEADLK' }));
    object.tables.unlockTable(second, 'other');
    object.memory.preemption.watch(() => {});
    expect(extended()).toBe(1);
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
