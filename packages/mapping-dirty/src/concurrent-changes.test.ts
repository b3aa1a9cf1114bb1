import { PAGE_GLOBAL, PAGE_SIZE, VM_READ, type Vma } from '@cg/pagetable';
import { DirtyPages } from '@cg/tracked-memory';
import { describe, expect, it } from 'vitest';
import { cleanRecordTouchedSharedMappingRange } from './clean-record-touched.js';
import { cleanRecordSharedMappingRange } from './clean-record.js';
import { MappedObject } from './mapped-object.fixture.js';
import { TrackedMapping } from './tracked-mapping.js';
import { wpSharedMappingRange } from './write-protect.js';

function clean(object: MappedObject, way = cleanRecordSharedMappingRange): [number, number][] {
  const dirty = new DirtyPages(object.pages);
  way(object.mapping, 0, object.pages, dirty, 0);
  return [...dirty.bitmap.ranges()];
}

function setUp() {
  const object = new MappedObject(16);
  const zapped: number[] = [];
  object.mapping.observeZaps({ dirtyEntryZapped: (page) => void zapped.push(page) });
  return { object, zapped, preemption: object.memory.preemption, ...object.process() };
}

describe('a clean of a TrackedMapping during another one', () => {
  it('4.3: has totals, a set of pages and a flush of its own', () => {
    const { object, preemption, vma, cpu, addressSpace } = setUp();
    const memory = new TrackedMapping(object.mapping, 0, 16);
    const [outer, inner] = [new DirtyPages(16), new DirtyPages(16)];
    [2, 3].forEach((page) => cpu.store8(vma.addressOf(page), 1));
    preemption.at('clean: between entries and flush', () => {
      // Through another CPU: the first still has its pages cached as dirty.
      object.cpu(addressSpace).store8(vma.addressOf(9), 1);
      expect(memory.cleanAndRecord(0, 16, inner)).toBe(1);
    });
    expect(memory.cleanAndRecord(0, 16, outer)).toBe(2);
    expect([outer, inner].map(({ bitmap }) => [...bitmap.ranges()])).toEqual([[[2, 4]], [[9, 10]]]);
    [2, 9].forEach((page) => cpu.store8(vma.addressOf(page), 2));
    const after = new DirtyPages(16);
    expect(memory.cleanAndRecord(0, 16, after)).toBe(2);
    expect([...after.bitmap.ranges()]).toEqual([
      [2, 3],
      [9, 10],
    ]);
  });
});

describe('a walker that comes between another change of entries and its flush', () => {
  it('2.4, A3: a clean that finds an entry zapped sees to it that no CPU writes on through its TLB', () => {
    const { object, zapped, preemption, vma, cpu } = setUp();
    cpu.store8(vma.addressOf(3), 1);
    preemption.at('zap: between entries and flush', () => {
      expect(clean(object)).toEqual([]);
      cpu.store8(vma.addressOf(3), 2);
    });
    object.mapping.unmapRange(0, 16);
    expect(preemption.isPending).toBe(false);
    // That write was reported by the zap. The store after the clean must be recorded, too.
    expect(zapped).toEqual([3]);
    expect(clean(object)).toEqual([[3, 4]]);
    expect(vma.addressSpace.pendingTlbFlushes).toBe(0);
  });

  it('2.4, A3: a write-protect that finds entries protected does not leave a CPU writing untrapped', () => {
    const { object, preemption, vma, cpu, addressSpace } = setUp();
    cpu.store8(vma.addressOf(3), 1);
    let refused: unknown;
    preemption.at('protect: between entries and flush', () => {
      expect(wpSharedMappingRange(object.mapping, 0, 16)).toBe(0);
      try {
        cpu.store8(vma.addressOf(3), 2);
      } catch (error) {
        refused = error;
      }
    });
    addressSpace.protect(vma.start, 16 * PAGE_SIZE, VM_READ);
    // The store faults, and has to wait for the lock that mprotect holds.
    expect(refused).toMatchObject({ code: 'EDEADLK' });
    expect(cpu.load8(vma.addressOf(3))).toBe(1);
  });

  it('2.4, A3: a second zap that finds nothing left flushes what the first has not flushed yet', () => {
    const { object, preemption, vma, cpu } = setUp();
    cpu.store8(vma.addressOf(3), 1);
    preemption.at('zap: between entries and flush', () => {
      // Its own arrival at the point comes before its flush.
      preemption.at('zap: between entries and flush', () => {});
      object.mapping.unmapRange(0, 16);
      expect(cpu.tlb.lookup(vma.addressOf(3))).toBeUndefined();
    });
    object.mapping.unmapRange(0, 16);
    expect(preemption.isPending).toBe(false);
  });
});

describe.each([
  ['flat', cleanRecordSharedMappingRange],
  ['by touched tables', cleanRecordTouchedSharedMappingRange],
] as const)('global entries, clean %s', (_, way) => {
  function global() {
    const machine = setUp();
    const { vma, cpu, object } = machine;
    cpu.store8(vma.addressOf(3), 1);
    object.memory.u32[entryOf(vma)] |= PAGE_GLOBAL;
    vma.addressSpace.flushTlbRange(vma.start, vma.end);
    cpu.store8(vma.addressOf(3), 1);
    expect(cpu.tlb.lookup(vma.addressOf(3))).toMatchObject({ dirty: true });
    const other = object.process();
    // The translation stays in the TLB of a CPU that runs another address space now.
    cpu.run(other.addressSpace);
    return machine;
  }

  it('2.4: a clean reaches the TLB of a CPU that has switched away', () => {
    const { object, cpu, vma, addressSpace } = global();
    expect(clean(object, way)).toEqual([[3, 4]]);
    cpu.run(addressSpace);
    cpu.store8(vma.addressOf(3), 2);
    expect(clean(object, way)).toEqual([[3, 4]]);
  });

  it('2.4: so does a write-protect', () => {
    const { object, cpu, vma, addressSpace } = global();
    wpSharedMappingRange(object.mapping, 0, 16);
    cpu.run(addressSpace);
    cpu.store8(vma.addressOf(3), 2);
    expect(object.trapped).toEqual([3]);
  });
});

function entryOf(vma: Vma): number {
  return vma.addressSpace.tables.find(vma.addressOf(3));
}
