import {
  PAGE_DIRTY,
  PAGE_RW,
  PAGE_SIZE,
  VM_MAYWRITE,
  VM_PFNMAP,
  VM_READ,
  VM_SHARED,
  VM_WRITE,
  type Vma,
} from '@cg/pagetable';
import { DirtyPages } from '@cg/tracked-memory';
import { trackedMemoryContract, type ContractSubject } from '@cg/tracked-memory/contract';
import { describe, expect, it, vi } from 'vitest';
import { cleanRecordSharedMappingRange } from './clean-record.js';
import { MappedObject } from './mapped-object.fixture.js';
import { TrackedMapping } from './tracked-mapping.js';
import { wpSharedMappingRange } from './write-protect.js';

function lowWord(object: MappedObject, vma: Vma, page: number): number {
  return object.memory.u32[vma.addressSpace.tables.find(vma.addressOf(object.offset + page))];
}

describe('TrackedMapping keeps the tracked-memory contract', () => {
  for (const contractCase of trackedMemoryContract) {
    it(contractCase.name, () => {
      const object = new MappedObject(64, 1000);
      const { vma, cpu } = object.process();
      const subject: ContractSubject = {
        memory: new TrackedMapping(object.mapping, object.offset, object.pages),
        store: (page, value) => cpu.store32(vma.start + page * PAGE_SIZE, value),
        deviceStore: (page, value) => void (object.memory.u32[object.frames[page] * 1024] = value),
        takeTrapped: () => object.trapped.splice(0),
        duringNextClean: (step) => object.memory.preemption.at('clean: between entries and flush', step),
        exact: true,
      };
      expect(() => contractCase.run(subject)).not.toThrow();
    });
  }
});

describe('cleanRecordSharedMappingRange', () => {
  it('A1: goes on behind a VMA it must skip', () => {
    const object = new MappedObject(4);
    object.process(VM_READ | VM_WRITE);
    const { vma, cpu } = object.process();
    for (let page = 0; page < 4; page++) {
      cpu.store8(vma.addressOf(page), 1);
    }
    const dirty = new DirtyPages(4);
    expect(cleanRecordSharedMappingRange(object.mapping, 0, 4, dirty, 0)).toBe(4);
    expect([...dirty.bitmap.ranges()]).toEqual([[0, 4]]);
  });

  it('A2: collects from a VMA that has been made read-only since', () => {
    const object = new MappedObject(4);
    const { vma, cpu } = object.process();
    cpu.store8(vma.addressOf(3), 1);
    vma.flags = VM_READ | VM_SHARED | VM_MAYWRITE;
    const dirty = new DirtyPages(4);
    cleanRecordSharedMappingRange(object.mapping, 0, 4, dirty, 0);
    expect([...dirty.bitmap.ranges()]).toEqual([[3, 4]]);
  });

  it('4.1: the flags that decide are read once, though they may change at any moment', () => {
    const both = VM_READ | VM_WRITE | VM_SHARED | VM_MAYWRITE;
    for (const [first, then, entries] of [
      [VM_READ | VM_SHARED, VM_READ | VM_MAYWRITE, 0],
      [VM_READ | VM_MAYWRITE, both, 0],
      [both, VM_READ, 1],
    ]) {
      for (const change of [
        (object: MappedObject) => wpSharedMappingRange(object.mapping, 0, 4),
        (object: MappedObject) => cleanRecordSharedMappingRange(object.mapping, 0, 4, new DirtyPages(4), 0),
      ]) {
        const object = new MappedObject(4);
        const { vma, cpu } = object.process();
        cpu.store8(vma.addressOf(3), 1);
        let reads = 0;
        Object.defineProperty(vma, 'flags', { get: () => (reads++ === 0 ? first : then) });
        expect(change(object)).toBe(entries);
        expect(reads).toBeGreaterThan(0);
      }
    }
  });

  it('A9: a VMA of VM_PFNMAP is cleaned and write-protected', () => {
    const object = new MappedObject(4);
    const { vma, cpu } = object.process(VM_READ | VM_WRITE | VM_SHARED | VM_MAYWRITE | VM_PFNMAP);
    cpu.store8(vma.addressOf(3), 1);
    const dirty = new DirtyPages(4);
    expect(cleanRecordSharedMappingRange(object.mapping, 0, 4, dirty, 0)).toBe(1);
    expect([...dirty.bitmap.ranges()]).toEqual([[3, 4]]);
    expect(wpSharedMappingRange(object.mapping, 0, 4)).toBe(1);
    cpu.store8(vma.addressOf(3), 2);
    expect(object.trapped).toEqual([3]);
  });

  it('4.3: bits count from the first page of the bitmap; a page written through two VMAs counts two entries', () => {
    const object = new MappedObject(200, 5000);
    const one = object.process();
    const two = object.process();
    one.cpu.store8(one.vma.addressOf(5105), 1);
    two.cpu.store8(two.vma.addressOf(5105), 1);
    const dirty = new DirtyPages(200);
    expect(cleanRecordSharedMappingRange(object.mapping, 5100, 10, dirty, 5000)).toBe(2);
    expect([dirty.start, dirty.end]).toEqual([105, 106]);
  });

  it('4.4: flushes only what it changed, so that the next store sets dirty again', () => {
    const object = new MappedObject(16);
    const { vma, cpu, addressSpace } = object.process();
    cpu.load8(vma.addressOf(1));
    cpu.store8(vma.addressOf(7), 1);
    const clean = vi.spyOn(addressSpace, 'cleanTlbPages');
    const dirty = new DirtyPages(16);
    cleanRecordSharedMappingRange(object.mapping, 0, 16, dirty, 0);
    expect(clean.mock.calls).toEqual([[vma.start, dirty.bitmap.words, 7, 8]]);
    expect(cpu.tlb.lookup(vma.addressOf(1))).toBeDefined();
    // Loads still hit.
    const { walks } = cpu.statistics;
    expect(cpu.load8(vma.addressOf(7))).toBe(1);
    expect(cpu.statistics.walks).toBe(walks);
    cpu.store8(vma.addressOf(7), 2);
    expect(lowWord(object, vma, 7) & PAGE_DIRTY).toBe(PAGE_DIRTY);
  });

  it('2.2, 2.4: the next store to a page sets dirty again on every CPU and at every address', () => {
    const object = new MappedObject(2000);
    const one = object.process();
    const two = object.process(undefined, 0x30000000 + 200 * 4096);
    const runs = [one, two, { ...one, cpu: object.cpu(one.addressSpace) }];
    const pages = [0, 31, 32, 63, 311, 312, 511, 512, 1024, 1999];
    const found = () => {
      const dirty = new DirtyPages(2000);
      cleanRecordSharedMappingRange(object.mapping, 0, 2000, dirty, 0);
      return pages.filter((page) => dirty.has(page));
    };
    runs.forEach(({ cpu, vma }) => pages.forEach((page) => cpu.store8(vma.addressOf(page), 1)));
    expect(found()).toEqual(pages);
    for (const { cpu, vma } of runs) {
      for (const page of pages) {
        cpu.store8(vma.addressOf(page), 2);
        expect(found()).toEqual([page]);
      }
    }
  });

  it('A3: while another flush is pending, all that was walked is flushed', () => {
    const object = new MappedObject(8);
    const { vma, cpu, addressSpace } = object.process();
    cpu.store8(vma.addressOf(2), 1);
    // Another walker has cleaned the entry and not flushed yet.
    addressSpace.pendingTlbFlushes++;
    object.memory.u32[addressSpace.tables.find(vma.addressOf(2))] &= ~PAGE_DIRTY;
    cleanRecordSharedMappingRange(object.mapping, 0, 8, new DirtyPages(8), 0);
    cpu.store8(vma.addressOf(2), 2);
    expect(lowWord(object, vma, 2) & PAGE_DIRTY).toBe(PAGE_DIRTY);
    expect(addressSpace.pendingTlbFlushes).toBe(1);
  });

  it('counts the entries it looked at', () => {
    const object = new MappedObject(600);
    const { vma, cpu } = object.process();
    cpu.store8(vma.addressOf(0), 1);
    cpu.store8(vma.addressOf(599), 1);
    const counters = { entriesScanned: 0 };
    cleanRecordSharedMappingRange(object.mapping, 0, 600, new DirtyPages(600), 0, counters);
    expect(counters.entriesScanned).toBe(600);
  });

  it('refuses a range that has no bits, and changes nothing', () => {
    const object = new MappedObject(8);
    const { vma, cpu } = object.process();
    cpu.store8(vma.addressOf(7), 1);
    const dirty = new DirtyPages(4);
    expect(() => cleanRecordSharedMappingRange(object.mapping, 0, 8, dirty, 0)).toThrow(
      expect.objectContaining({ code: 'EINVAL', end: 8, bitmapEnd: 4 }),
    );
    expect(lowWord(object, vma, 7) & PAGE_DIRTY).toBe(PAGE_DIRTY);
  });
});

describe('wpSharedMappingRange', () => {
  it('4.5: write-protects and counts the entries it changed; dirty bits stay', () => {
    const object = new MappedObject(8);
    const { vma, cpu } = object.process();
    [1, 2, 6].forEach((page) => cpu.store8(vma.addressOf(page), 1));
    expect(wpSharedMappingRange(object.mapping, 0, 6)).toBe(2);
    expect(wpSharedMappingRange(object.mapping, 0, 6)).toBe(0);
    expect(lowWord(object, vma, 2) & (PAGE_RW | PAGE_DIRTY)).toBe(PAGE_DIRTY);
    expect(lowWord(object, vma, 6) & PAGE_RW).toBe(PAGE_RW);
    cpu.store8(vma.addressOf(2), 2);
    expect(object.trapped).toEqual([2]);
  });
});
