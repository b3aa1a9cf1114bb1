import {
  PAGE_ACCESSED,
  PAGE_DIRTY,
  PAGE_PRESENT,
  PAGE_PSE,
  PAGE_RW,
  PAGE_SIZE,
  PAGE_USER,
  type AddressSpace,
  type Vma,
} from '@cg/pagetable';
import { DirtyPages } from '@cg/tracked-memory';
import { describe, expect, it } from 'vitest';
import { cleanRecordTouchedSharedMappingRange } from './clean-record-touched.js';
import { cleanRecordSharedMappingRange } from './clean-record.js';
import { MappedObject } from './mapped-object.fixture.js';
import { TrackedMapping } from './tracked-mapping.js';
import { wpSharedMappingRange } from './write-protect.js';

const REGION_PAGES = 512;
const PAGES = 3 * REGION_PAGES;

function clean(object: MappedObject, way = cleanRecordSharedMappingRange): [number, number][] {
  const dirty = new DirtyPages(object.pages);
  way(object.mapping, 0, object.pages, dirty, 0);
  return [...dirty.bitmap.ranges()];
}

/** Word of the PMD entry above a page of the VMA. */
function pmdOf(vma: Vma, page: number): number {
  return vma.addressSpace.tables.findEntry(vma.addressOf(page), 2);
}

const ways = [
  ['flat', cleanRecordSharedMappingRange],
  ['by touched tables', cleanRecordTouchedSharedMappingRange],
] as const;

describe.each(ways)('between the cleaned entries and their flush (%s)', (_, way) => {
  it('4.3 b: a store through a stale TLB belongs to the clean that recorded its page; the next one is found', () => {
    const object = new MappedObject(PAGES);
    const { vma, cpu } = object.process();
    cpu.store8(vma.addressOf(9), 1);
    // The touched clean flushes once before it cleans: the test uses the second arrival.
    if (way === cleanRecordTouchedSharedMappingRange) {
      object.memory.preemption.at('clean: between entries and flush', () => {});
    }
    object.memory.preemption.at('clean: between entries and flush', () => cpu.store8(vma.addressOf(9), 2));
    expect(clean(object, way)).toEqual([[9, 10]]);
    expect(object.memory.preemption.isPending).toBe(false);
    cpu.store8(vma.addressOf(9), 3);
    expect(clean(object, way)).toEqual([[9, 10]]);
  });

  it('A3: a second clean flushes what the first has not flushed yet, so that no store after it is missed', () => {
    const object = new MappedObject(PAGES);
    const { vma, cpu } = object.process();
    cpu.store8(vma.addressOf(9), 1);
    let second: [number, number][] = [];
    object.memory.preemption.at('clean: between entries and flush', () => {
      second = clean(object);
      cpu.store8(vma.addressOf(9), 2);
    });
    const first = clean(object, way);
    // The store came after the second clean, and must not be lost.
    const third = clean(object, way);
    expect([...first, ...third]).toContainEqual([9, 10]);
    expect(vma.addressSpace.pendingTlbFlushes).toBe(0);
    expect(second.length + third.length).toBeGreaterThan(0);
  });
});

describe('wpSharedMappingRange', () => {
  it('A3: a clean between its entries and its flush sees to it that no stale TLB entry is left', () => {
    const object = new MappedObject(PAGES);
    const { vma, cpu } = object.process();
    cpu.store8(vma.addressOf(9), 1);
    object.memory.preemption.at('write-protect: between entries and flush', () => {
      expect(clean(object)).toEqual([[9, 10]]);
      cpu.store8(vma.addressOf(9), 2);
    });
    wpSharedMappingRange(object.mapping, 0, PAGES);
    expect(object.trapped).toEqual([9]);
    expect(clean(object)).toEqual([[9, 10]]);
  });
});

describe('cleanRecordTouchedSharedMappingRange', () => {
  it('looks only at tables that a CPU has touched since', () => {
    const object = new MappedObject(PAGES);
    const { vma, cpu } = object.process();
    [3, 600, 1100].forEach((page) => cpu.store8(vma.addressOf(page), 1));
    expect(clean(object, cleanRecordTouchedSharedMappingRange)).toHaveLength(3);
    cpu.store8(vma.addressOf(601), 1);
    const dirty = new DirtyPages(PAGES);
    const counters = { entriesScanned: 0 };
    cleanRecordTouchedSharedMappingRange(object.mapping, 0, PAGES, dirty, 0, counters);
    expect([...dirty.bitmap.ranges()]).toEqual([[601, 602]]);
    expect(counters.entriesScanned).toBe(REGION_PAGES);
  });

  it('4.4: flushes all below an accessed bit that it clears, before it cleans an entry', () => {
    const object = new MappedObject(PAGES);
    const { vma, cpu } = object.process();
    // Cached clean: without the flush, a CPU with the upper entry cached would not set accessed again.
    cpu.load8(vma.addressOf(3));
    expect(clean(object, cleanRecordTouchedSharedMappingRange)).toEqual([]);
    expect(object.memory.u32[pmdOf(vma, 3)] & PAGE_ACCESSED).toBe(0);
    expect(cpu.tlb.lookup(vma.addressOf(3))).toBeUndefined();
    cpu.store8(vma.addressOf(3), 1);
    expect(clean(object, cleanRecordTouchedSharedMappingRange)).toEqual([[3, 4]]);
  });

  it('A3: trusts no accessed bit while another clean that took it has not cleaned below', () => {
    const object = new MappedObject(PAGES);
    const { vma, cpu } = object.process();
    cpu.load8(vma.addressOf(700));
    clean(object, cleanRecordTouchedSharedMappingRange);
    cpu.store8(vma.addressOf(700), 1);
    let second: [number, number][] = [];
    object.memory.preemption.at('clean: between entries and flush', () => {
      second = clean(object, cleanRecordTouchedSharedMappingRange);
    });
    clean(object, cleanRecordTouchedSharedMappingRange);
    expect(second).toEqual([[700, 701]]);
  });

  it('leaves the accessed bit of a table that shows other memory too', () => {
    const one = new MappedObject(PAGES);
    const { vma, cpu, addressSpace } = one.process(undefined, 0x20000000 + 100 * PAGE_SIZE);
    cpu.store8(vma.addressOf(0), 1);
    clean(one, cleanRecordTouchedSharedMappingRange);
    expect(addressSpace.tables.memory.u32[pmdOf(vma, 0)] & PAGE_ACCESSED).toBe(PAGE_ACCESSED);
  });

  it('scans a table that no CPU has walked yet: dirty entries may have been put into it', () => {
    const object = new MappedObject(PAGES);
    const { vma, cpu } = object.process();
    cpu.store8(vma.addressOf(700), 1);
    // As after a fork: the child gets the entries and tables that no CPU has walked.
    object.memory.u32[pmdOf(vma, 700)] &= ~PAGE_ACCESSED;
    expect(clean(object, cleanRecordTouchedSharedMappingRange)).toEqual([[700, 701]]);
  });

  it('1.5: marks no table clean that it could not clean', () => {
    const object = new MappedObject(PAGES);
    const { vma, cpu } = object.process();
    cpu.load8(vma.addressOf(700));
    clean(object, cleanRecordTouchedSharedMappingRange);
    cpu.store8(vma.addressOf(700), 1);
    const table = object.memory.preemption;
    table.at('walk: between upper entry and table lock', () => {
      throw new Error('stopped');
    });
    expect(() => clean(object, cleanRecordTouchedSharedMappingRange)).toThrow('stopped');
    expect(vma.addressSpace.pendingTlbFlushes).toBe(0);
    expect(object.mapping.lock.isHeld).toBe(false);
    expect(clean(object, cleanRecordTouchedSharedMappingRange)).toEqual([[700, 701]]);
  });
});

/** Enters a 2 MiB leaf over the second region of the object. */
function enterHuge(addressSpace: AddressSpace, vma: Vma, bits: number): number {
  const address = vma.addressOf(REGION_PAGES);
  expect(addressSpace.tables.map(address, 512, bits | PAGE_USER, 0, 2)).toBe(true);
  return addressSpace.tables.findEntry(address, 2);
}

describe.each([
  ...ways,
  [
    'write-protect',
    (mapping, first, count, _into, _bit, counters) => wpSharedMappingRange(mapping, first, count, counters),
  ] as readonly [string, typeof cleanRecordSharedMappingRange],
])('huge entries (%s)', (_, way) => {
  it.each([PAGE_RW, PAGE_DIRTY])(
    '4.2, A4: one that is writable or dirty (%i) is reported, and stays',
    (bits) => {
      const object = new MappedObject(PAGES);
      const { addressSpace, vma, cpu } = object.process();
      [5, 1100].forEach((page) => cpu.store8(vma.addressOf(page), 1));
      const entry = enterHuge(addressSpace, vma, bits);
      const low = object.memory.u32[entry];
      const dirty = new DirtyPages(PAGES);
      expect(() => way(object.mapping, 0, PAGES, dirty, 0)).toThrow(
        expect.objectContaining({ code: 'EUCLEAN', start: vma.addressOf(REGION_PAGES), hugeEntries: 1 }),
      );
      expect(object.memory.u32[entry]).toBe(low);
      expect(object.mapping.lock.isHeld).toBe(false);
      // The entries around it are processed.
      expect(way(object.mapping, 0, REGION_PAGES, dirty, 0)).toBe(0);
      expect(way(object.mapping, 2 * REGION_PAGES, REGION_PAGES, dirty, 0)).toBe(0);
    },
  );

  it('4.2: is counted where the caller counts', () => {
    const object = new MappedObject(PAGES);
    const { addressSpace, vma } = object.process();
    enterHuge(addressSpace, vma, PAGE_RW);
    const counters = { entriesScanned: 0, hugeEntriesFound: 0 };
    way(object.mapping, 0, PAGES, new DirtyPages(PAGES), 0, counters);
    expect(counters.hugeEntriesFound).toBe(1);
    const tracked = new TrackedMapping(object.mapping, 0, PAGES);
    tracked.writeProtect(0, PAGES);
    tracked.cleanAndRecord(0, PAGES, new DirtyPages(PAGES));
    expect(tracked.hugeEntriesFound).toBe(2);
  });

  it('4.2: one that is read-only and clean is passed over, never split', () => {
    const object = new MappedObject(PAGES);
    const { addressSpace, vma } = object.process();
    const entry = enterHuge(addressSpace, vma, PAGE_ACCESSED);
    way(object.mapping, 0, PAGES, new DirtyPages(PAGES), 0);
    expect(object.memory.u32[entry] & (PAGE_PRESENT | PAGE_PSE)).toBe(PAGE_PRESENT | PAGE_PSE);
  });

  it('A4, A6, 2.7: an entry that became none meanwhile is looked at again', () => {
    const object = new MappedObject(PAGES);
    const { addressSpace, vma, cpu } = object.process();
    cpu.store8(vma.addressOf(REGION_PAGES + 7), 1);
    const entry = pmdOf(vma, REGION_PAGES);
    const { u32, preemption } = object.memory;
    const [low, high] = [u32[entry], u32[entry + 1]];
    let looks = 0;
    preemption.at('walk: between upper entry and table lock', () => {
      u32[entry] = 0;
      preemption.at('walk: between upper entry and table lock', () => looks++);
    });
    way(object.mapping, 0, PAGES, new DirtyPages(PAGES), 0);
    expect([u32[entry], looks]).toEqual([0, 0]);
    u32[entry] = low;
    u32[entry + 1] = high;
    expect(u32[addressSpace.tables.find(vma.addressOf(REGION_PAGES + 7))] & PAGE_DIRTY).toBe(PAGE_DIRTY);
  });
});
