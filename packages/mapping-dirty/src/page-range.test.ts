import { PAGE_DIRTY, PAGE_RW } from '@cg/pagetable';
import { DirtyPages } from '@cg/tracked-memory';
import { describe, expect, it, vi } from 'vitest';
import { cleanRecordTouchedSharedMappingRange } from './clean-record-touched.js';
import { cleanRecordSharedMappingRange } from './clean-record.js';
import { MappedObject } from './mapped-object.fixture.js';
import { TrackedMapping } from './tracked-mapping.js';
import { wpSharedMappingRange } from './write-protect.js';

const noPages: readonly (readonly [first: number, count: number])[] = [
  [0.5, 1],
  [0, 1.5],
  [-1, 2],
  [1, -1],
  [Number.NaN, 1],
  [0, Number.NaN],
  [0, Infinity],
  [-Infinity, 1],
  [1, 2 ** 53 - 1],
];

/** An object of 16 pages, all written; `states` are the dirty and writable bits of its entries. */
function written() {
  const object = new MappedObject(16);
  const { addressSpace, vma, cpu } = object.process();
  for (let page = 0; page < 16; page++) {
    cpu.store8(vma.addressOf(page), 1);
  }
  const states = () =>
    Array.from({ length: 16 }, (_, page) => {
      const low = object.memory.u32[addressSpace.tables.find(vma.addressOf(page))];
      return low & (PAGE_DIRTY | PAGE_RW);
    });
  return { object, addressSpace, states };
}

describe('page ranges', () => {
  it.each([
    ['cleanRecordSharedMappingRange', cleanRecordSharedMappingRange],
    ['cleanRecordTouchedSharedMappingRange', cleanRecordTouchedSharedMappingRange],
  ])('%s refuses what is not made of whole pages, and changes nothing', (_, clean) => {
    const { object, states } = written();
    const before = states();
    const dirty = new DirtyPages(16);
    for (const [first, count] of noPages) {
      const facts = { name: 'MappingDirtyError', code: 'EINVAL', start: first, end: first + count };
      expect(() => clean(object.mapping, first, count, dirty, 0)).toThrow(expect.objectContaining(facts));
    }
    for (const bitmapFirst of [0.5, -1, Number.NaN, -Infinity]) {
      const facts = { name: 'MappingDirtyError', code: 'EINVAL', start: bitmapFirst };
      expect(() => clean(object.mapping, 2, 1, dirty, bitmapFirst)).toThrow(expect.objectContaining(facts));
    }
    expect([dirty.isEmpty, states(), object.mapping.lock.isHeld]).toEqual([true, before, false]);
    expect(clean(object.mapping, 16, 0, dirty, 0)).toBe(0);
  });

  it('wpSharedMappingRange refuses them too', () => {
    const { object, addressSpace, states } = written();
    const before = states();
    const flush = vi.spyOn(addressSpace, 'flushTlbRange');
    for (const [first, count] of noPages) {
      const facts = { name: 'MappingDirtyError', code: 'EINVAL', start: first, end: first + count };
      expect(() => wpSharedMappingRange(object.mapping, first, count)).toThrow(
        expect.objectContaining(facts),
      );
    }
    expect([states(), flush.mock.calls]).toEqual([before, []]);
  });

  it('c: TrackedMapping leaves neither end of its part of the mapping', () => {
    const { object, states } = written();
    const before = states();
    const memory = new TrackedMapping(object.mapping, 4, 4);
    const dirty = new DirtyPages(16);
    for (const [first, count] of [[0, 100], [-4, 4], [2, 4], [4, 1], ...noPages]) {
      const refused = expect.objectContaining({
        name: 'TrackedMemoryError',
        code: 'EINVAL',
        firstPage: first,
        pageCount: count,
        limit: 4,
      }) as Error;
      expect(() => memory.writeProtect(first, count)).toThrow(refused);
      expect(() => memory.cleanAndRecord(first, count, dirty)).toThrow(refused);
      expect(() => memory.beforeDeviceWrite(first, count)).toThrow(refused);
      expect(() => memory.afterDeviceWrite(first, count)).toThrow(refused);
    }
    expect([dirty.isEmpty, states()]).toEqual([true, before]);
    expect(memory.writeProtect(0, 4)).toBe(4);
    expect(states().flatMap((bits, page) => (bits & PAGE_RW ? [] : [page]))).toEqual([4, 5, 6, 7]);
    for (const [first, count] of noPages) {
      const facts = { name: 'MappingDirtyError', code: 'EINVAL', start: first };
      expect(() => new TrackedMapping(object.mapping, first, count)).toThrow(expect.objectContaining(facts));
    }
  });
});
