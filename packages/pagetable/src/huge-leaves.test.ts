import { describe, expect, it } from 'vitest';
import { PAGE_SIZE } from './address.js';
import {
  LEAF_PAGES,
  PAGE_ACCESSED,
  PAGE_DIRTY,
  PAGE_PRESENT,
  PAGE_PSE,
  PAGE_RW,
  PAGE_USER,
} from './entry-bits.js';
import { HugeMachine } from './huge-machine.fixture.js';
import { SHARED_WRITABLE } from './object-machine.fixture.js';
import { ENTRIES_PER_TABLE, ENTRY_SPAN, PageTables } from './page-tables.js';
import { PhysicalMemory } from './physical-memory.js';
import { VM_READ, VM_WRITE } from './vma.js';

const HUGE = LEAF_PAGES[2];

describe('huge leaves', () => {
  it('2.1: a load and a store mark the huge entry, the TLB holds the 4 KiB pieces used', () => {
    const machine = new HugeMachine();
    const { vma, cpu, addressSpace } = machine.process();
    const { tables } = addressSpace;
    cpu.load8(vma.addressOf(7));
    const entry = tables.findEntry(vma.start, 2);
    const marks = () => machine.memory.u32[entry] & (PAGE_PSE | PAGE_ACCESSED | PAGE_DIRTY);
    expect(marks()).toBe(PAGE_PSE | PAGE_ACCESSED);
    cpu.store32(vma.addressOf(9) + 8, 77);
    expect(marks()).toBe(PAGE_PSE | PAGE_ACCESSED | PAGE_DIRTY);
    expect(machine.memory.u32[(machine.firstFrame + 9) * 1024 + 2]).toBe(77);
    expect(cpu.statistics).toMatchObject({ readFaults: 1, writeFaults: 0 });
    expect(cpu.tlb.lookup(vma.addressOf(8))).toBeUndefined();
    expect([tables.find(vma.start), tables.leafLevel(vma.start)]).toEqual([-1, 2]);
  });

  it('1 GiB: pages inside the leaf are found, split to 2 MiB and then to 4 KiB', () => {
    const memory = new PhysicalMemory(64 * PAGE_SIZE);
    const tables = new PageTables(memory);
    const at = 3 * ENTRY_SPAN[3];
    expect(tables.map(at, LEAF_PAGES[3], PAGE_USER | PAGE_RW | PAGE_DIRTY, 0, 3)).toBe(true);
    expect(tables.leafLevel(at + 12345 * PAGE_SIZE)).toBe(3);
    expect(tables.map(at + PAGE_SIZE, 5, PAGE_USER)).toBe(false);
    expect(tables.findOrCreate(at)).toBe(-1);
    expect(tables.splitHuge(at, 3)).toBe(true);
    expect([tables.leafLevel(at), tables.splitHuge(at + ENTRY_SPAN[2], 2)]).toEqual([2, true]);
    const entry = tables.find(at + ENTRY_SPAN[2] + 3 * PAGE_SIZE);
    expect(memory.u32[entry] >>> 12).toBe(LEAF_PAGES[3] + HUGE + 3);
    expect(memory.u32[entry] & 0xfff).toBe(PAGE_PRESENT | PAGE_USER | PAGE_RW | PAGE_DIRTY);
    tables.free();
    expect(memory.freeFrames).toBe(63);
  });

  it('refuses leaves that are misaligned or name no frame, and makes no table for them', () => {
    const memory = new PhysicalMemory(64 * PAGE_SIZE);
    const tables = new PageTables(memory);
    const before = memory.freeFrames;
    for (const [address, frame, level] of [
      [PAGE_SIZE, 512, 2],
      [ENTRY_SPAN[2], 5, 2],
      [ENTRY_SPAN[2], 512, 3],
      [1, 1, 1],
      [0, Number.NaN, 1],
      [0, -1, 1],
      [0, 2 ** 40, 1],
      [2 ** 48, 1, 1],
      [-PAGE_SIZE, 1, 1],
      [0, 0, 4],
    ]) {
      expect(() => tables.map(address, frame, PAGE_USER, 0, level)).toThrow(
        expect.objectContaining({ code: 'EINVAL' }),
      );
    }
    expect(memory.freeFrames).toBe(before);
  });

  it('2.7: a store that lands while a leaf is being split is not lost', () => {
    const machine = new HugeMachine();
    const { vma, cpu, addressSpace } = machine.process();
    cpu.load8(vma.start);
    machine.memory.preemption.at('split: between new table and entry', () => cpu.store8(vma.addressOf(3), 1));
    addressSpace.tables.splitHuge(vma.start, 2);
    expect(machine.memory.preemption.isPending).toBe(false);
    expect(machine.memory.u32[addressSpace.tables.find(vma.addressOf(3))] & PAGE_DIRTY).toBe(PAGE_DIRTY);
  });

  it('2.7: two splits of one leaf make one table', () => {
    const machine = new HugeMachine();
    const { vma, cpu, addressSpace } = machine.process();
    cpu.load8(vma.start);
    const before = machine.memory.freeFrames;
    machine.memory.preemption.at('split: between new table and entry', () => {
      expect(addressSpace.tables.splitHuge(vma.start, 2)).toBe(true);
    });
    expect(addressSpace.tables.splitHuge(vma.start, 2)).toBe(false);
    expect(machine.memory.freeFrames).toBe(before - 1);
  });

  it('E1, E2: zapping a dirty huge entry reports every page it may stand for', () => {
    const machine = new HugeMachine();
    const { vma, cpu, addressSpace } = machine.process();
    cpu.store8(vma.addressOf(HUGE + 40), 1);
    cpu.load8(vma.addressOf(3));
    addressSpace.unmap(vma);
    expect(machine.zapped).toEqual(Array.from({ length: HUGE }, (_, i) => HUGE + i));
  });

  it('E2: a part of a huge leaf is zapped alone; the rest stays, dirty', () => {
    const machine = new HugeMachine();
    const { vma, cpu, addressSpace } = machine.process();
    cpu.store8(vma.addressOf(10), 1);
    machine.mapping.unmapRange(8, 4);
    expect(machine.zapped).toEqual([8, 9, 10, 11]);
    const { tables } = addressSpace;
    const low = (page: number) => machine.memory.u32[tables.find(vma.addressOf(page))];
    expect([low(8) & PAGE_PRESENT, low(7) & PAGE_DIRTY, low(12) & PAGE_DIRTY]).toEqual([
      0,
      PAGE_DIRTY,
      PAGE_DIRTY,
    ]);
  });

  it('2.7: without a frame for the split, nothing of the range is removed', () => {
    const machine = new HugeMachine();
    const { vma, cpu, addressSpace } = machine.process();
    cpu.store8(vma.start, 1);
    machine.memory.allocateFrames(machine.memory.freeFrames);
    const enomem = expect.objectContaining({ code: 'ENOMEM' });
    expect(() => addressSpace.unmapRange(vma.addressOf(1), PAGE_SIZE)).toThrow(enomem);
    expect(() => addressSpace.protect(vma.addressOf(1), PAGE_SIZE, VM_READ)).toThrow(enomem);
    expect(() => machine.mapping.unmapRange(1, 1)).toThrow(enomem);
    expect(addressSpace.vmas).toEqual([vma]);
    expect([addressSpace.tables.leafLevel(vma.start), machine.zapped]).toEqual([2, []]);
    expect(machine.memory.locks.describe()).toBe('nothing');
  });
});

describe('huge faults', () => {
  it('2.8: falls back to small pages, and a store to a read-only huge leaf splits it', () => {
    const machine = new HugeMachine();
    machine.allowHuge = (fault) => fault.access === 'load';
    machine.writable = false;
    const { vma, cpu, addressSpace } = machine.process();
    cpu.store8(vma.start, 5);
    expect(addressSpace.tables.leafLevel(vma.start)).toBe(1);
    cpu.load8(vma.addressOf(HUGE));
    expect(addressSpace.tables.leafLevel(vma.addressOf(HUGE))).toBe(2);
    cpu.store8(vma.addressOf(HUGE + 1), 6);
    expect(addressSpace.tables.leafLevel(vma.addressOf(HUGE))).toBe(1);
    const dirty = (page: number) =>
      machine.memory.u32[addressSpace.tables.find(vma.addressOf(page))] & PAGE_DIRTY;
    expect([dirty(HUGE), dirty(HUGE + 1)]).toEqual([0, PAGE_DIRTY]);
  });

  it('2.5, review thread: a huge fault that fell back is overtaken by another CPU’s, and sees its leaf', () => {
    const machine = new HugeMachine();
    const { vma, cpu, addressSpace } = machine.process();
    const second = machine.process();
    second.cpu.run(addressSpace);
    // The first CPU's store falls back, as under dirty tracking; the second one's load is taken huge.
    machine.allowHuge = (fault) => fault.access === 'load';
    machine.writable = false;
    const content = machine.memory.u8.slice(
      machine.firstFrame * PAGE_SIZE,
      (machine.firstFrame + HUGE) * PAGE_SIZE,
    );
    machine.memory.preemption.at('fault: between huge fall-back and small pages', () => {
      expect(second.cpu.load8(vma.addressOf(4))).toBe(0);
      expect(addressSpace.tables.leafLevel(vma.start)).toBe(2);
    });
    cpu.store8(vma.addressOf(4) + 1, 9);
    expect(machine.memory.preemption.isPending).toBe(false);
    content[4 * PAGE_SIZE + 1] = 9;
    const now = machine.memory.u8.subarray(
      machine.firstFrame * PAGE_SIZE,
      (machine.firstFrame + HUGE) * PAGE_SIZE,
    );
    expect(Buffer.compare(now, content), 'entries were written into the data of the huge page').toBe(0);
    expect(addressSpace.tables.leafLevel(vma.start)).toBe(1);
    expect(second.cpu.load8(vma.addressOf(4) + 1)).toBe(9);
  });

  it('2.5: a table that another CPU enters meanwhile is used, and no frame is lost', () => {
    const machine = new HugeMachine();
    machine.allowHuge = () => false;
    const { vma, cpu, addressSpace } = machine.process();
    const second = machine.process();
    second.cpu.run(addressSpace);
    const before = machine.memory.freeFrames;
    machine.memory.preemption.at('fault: between upper entry and new table', () => {
      second.cpu.store8(vma.addressOf(2), 2);
    });
    cpu.store8(vma.addressOf(1), 1);
    expect(machine.memory.freeFrames).toBe(before - 3);
    expect([cpu.load8(vma.addressOf(2)), second.cpu.load8(vma.addressOf(1))]).toEqual([2, 1]);
  });

  it('2.5, 2.7: a huge leaf entered where a table was about to be is not taken for one', () => {
    const machine = new HugeMachine();
    machine.allowHuge = (fault) => fault.access === 'load';
    const { vma, cpu, addressSpace } = machine.process();
    const second = machine.process();
    second.cpu.run(addressSpace);
    // The upper tables exist; both CPUs enter the PMD entry.
    cpu.load8(vma.addressOf(HUGE));
    machine.memory.preemption.at('fault: between upper entry and new table', () => {
      second.cpu.load8(vma.addressOf(0));
    });
    cpu.store8(vma.addressOf(5), 50);
    expect(machine.memory.preemption.isPending).toBe(false);
    expect(second.cpu.load8(vma.addressOf(5))).toBe(50);
    expect(cpu.load8(vma.addressOf(0))).toBe(0);
    expect(addressSpace.tables.leafLevel(vma.start)).toBe(2);
  });

  it('2.8: splitHugeLeaves makes what shows an object small, as tracking needs it', () => {
    const machine = new HugeMachine();
    const { vma, cpu, addressSpace } = machine.process();
    cpu.store8(vma.start, 1);
    cpu.load8(vma.addressOf(HUGE));
    machine.mapping.splitHugeLeaves(0, 2 * HUGE);
    const { tables } = addressSpace;
    expect([tables.leafLevel(vma.start), tables.leafLevel(vma.addressOf(HUGE))]).toEqual([1, 1]);
    const dirty = Array.from({ length: 2 * HUGE }, (_, page) => {
      return machine.memory.u32[tables.find(vma.addressOf(page))] & PAGE_DIRTY;
    }).filter((bit) => bit !== 0);
    expect(dirty.length).toBe(ENTRIES_PER_TABLE);
  });

  it('a private huge leaf is split and one page of it copied on a store', () => {
    const machine = new HugeMachine();
    const { vma, cpu, addressSpace } = machine.process(VM_READ | VM_WRITE);
    const shared = machine.process(SHARED_WRITABLE);
    shared.cpu.store8(shared.vma.addressOf(3), 3);
    expect(cpu.load8(vma.addressOf(3))).toBe(3);
    expect(addressSpace.tables.leafLevel(vma.start)).toBe(2);
    cpu.store8(vma.addressOf(3), 4);
    expect([cpu.load8(vma.addressOf(3)), shared.cpu.load8(vma.addressOf(3))]).toEqual([4, 3]);
    expect(machine.memory.anonymous.count).toBe(1);
  });

  it('refuses huge leaves that stick out of the VMA', () => {
    const machine = new HugeMachine();
    machine.hugeFault = (fault, level) => {
      expect(level).toBe(2);
      fault.insertHuge(0, 3, true);
      return 'noPage';
    };
    const { vma, cpu } = machine.process();
    expect(() => cpu.load8(vma.start)).toThrow(expect.objectContaining({ code: 'EINVAL' }));
  });
});
