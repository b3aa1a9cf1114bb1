import fc from 'fast-check';
import { PAGE_DIRTY, PAGE_RW, PAGE_SIZE } from '@cg/pagetable';
import { describe, expect, it } from 'vitest';
import { entries } from './entries.js';
import { GIB, HugeObject, MIB2 } from './huge-object.fixture.js';

describe('entries', () => {
  it('lists the leaves of every size, by address, in and outside VMAs', () => {
    const object = new HugeObject();
    const { addressSpace, vma } = object;
    const kernel = 2 ** 48 - GIB;
    object.map(GIB + 5 * PAGE_SIZE, 1);
    object.map(GIB + 7 * MIB2, 2);
    object.map(kernel, 3);
    object.tables.map(kernel - PAGE_SIZE, 9, PAGE_RW, 0x80000000);
    const bits = { writable: true, user: true, executable: true, accessed: false, dirty: true };
    const inVma = [
      { ...bits, address: GIB + 5 * PAGE_SIZE, size: PAGE_SIZE, level: 1, frame: 7 },
      { ...bits, address: GIB + 7 * MIB2, size: MIB2, level: 2, frame: 0x40000 },
    ];
    const found = [...entries(addressSpace)];
    expect(found).toMatchObject([
      ...inVma,
      { address: kernel - PAGE_SIZE, frame: 9, user: false, executable: false, dirty: false },
      { address: kernel, size: GIB, level: 3 },
    ]);
    // Compared by identity: a VMA leads to all of memory.
    expect(found.map((leaf) => leaf.vma === vma)).toEqual([true, true, false, false]);
    expect(found[2].vma).toBeUndefined();
    expect(found.map(({ entry, level, address }) => object.entry(address, level) === entry)).toEqual(
      Array.from({ length: 4 }, () => true),
    );
    // A leaf that intersects the range is listed whole.
    expect([...entries(addressSpace, GIB + 6 * PAGE_SIZE, GIB + 7 * MIB2 + 1)]).toMatchObject([inVma[1]]);
  });

  it('the tables may change between two steps, and no lock is held there', () => {
    const object = new HugeObject();
    [0, 1, 2, 3].forEach((page) => object.map(GIB + page * PAGE_SIZE, 1));
    object.map(GIB + MIB2, 2);
    const seen: number[] = [];
    for (const leaf of entries(object.addressSpace)) {
      seen.push((leaf.address - GIB) / PAGE_SIZE);
      expect(object.addressSpace.lock.isHeld).toBe(false);
      object.clear(GIB + 2 * PAGE_SIZE, 1);
      if (seen.length === 4) {
        object.tables.splitHuge(GIB + MIB2, 2);
      }
    }
    expect(seen.slice(0, 5)).toEqual([0, 1, 3, 512, 1024].slice(0, seen.length));
  });

  it('refuses ranges outside 48 bits, and an address space that is being changed', () => {
    const { addressSpace } = new HugeObject();
    for (const [start, end] of [
      [-1, 5],
      [5, 4],
      [0, 2 ** 48 + 1],
      [Number.NaN, 5],
    ]) {
      expect(() => [...entries(addressSpace, start, end)]).toThrow(
        expect.objectContaining({ code: 'EINVAL' }),
      );
    }
    addressSpace.lock.acquireWrite('munmap');
    expect(() => [...entries(addressSpace)]).toThrow(expect.objectContaining({ code: 'EDEADLK' }));
  });

  it('finds what a plain map of leaves has, whatever the sizes and places', () => {
    const place = fc.record({
      level: fc.integer({ min: 1, max: 3 }),
      slot: fc.integer({ min: 0, max: 5 }),
      gib: fc.constantFrom(0, 1, 511, 512, 2 ** 17, 2 ** 18 - 1),
    });
    fc.assert(
      fc.property(fc.array(place, { maxLength: 12 }), (places) => {
        const object = new HugeObject();
        const model = new Map<number, number>();
        for (const { level, slot, gib } of places) {
          const span = level === 1 ? PAGE_SIZE : level === 2 ? MIB2 : GIB;
          const address = gib * GIB + (level === 3 ? 0 : slot * span);
          if (object.tables.map(address, level === 1 ? 7 : 0x40000, PAGE_RW | PAGE_DIRTY, 0, level)) {
            model.set(address, span);
          }
        }
        const found = [...entries(object.addressSpace)].map(({ address, size }) => [address, size]);
        expect(found).toEqual([...model].toSorted(([a], [b]) => a - b));
      }),
      { numRuns: 100 },
    );
  });
});
