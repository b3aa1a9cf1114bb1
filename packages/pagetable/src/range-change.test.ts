import { describe, expect, it } from 'vitest';
import { PAGE_SIZE } from './address.js';
import { AddressSpace } from './address-space.js';
import { PAGE_DIRTY, PAGE_RW, TOP_LEVEL } from './entry-bits.js';
import { Mapping } from './mapping.js';
import { ObjectMachine, SHARED_WRITABLE } from './object-machine.fixture.js';
import { ENTRY_SPAN, entryWord, tableOfEntry } from './page-tables.js';
import { PhysicalMemory } from './physical-memory.js';
import { VM_READ, VM_WRITE } from './vma.js';

const PRIVATE = VM_READ | VM_WRITE;

function noted(flags?: number) {
  const machine = new ObjectMachine(8);
  const process = machine.process(flags);
  const { vma, addressSpace } = process;
  const heard: string[] = [];
  const page = (address: number) => (address - vma.start) / PAGE_SIZE;
  addressSpace.addNotifier({
    invalidateStart: (start, end) => heard.push(`${page(start)}-${page(end)}`),
    invalidateEnd: (start, end) => heard.push(`/${page(start)}-${page(end)}`),
  });
  return { machine, heard, ...process };
}

describe('notifiers hear of every change of a range, and of its end', () => {
  it('4.4: of unmapping, munmap and mprotect', () => {
    const { machine, heard, vma, addressSpace, cpu } = noted();
    cpu.store8(vma.start, 1);
    machine.mapping.unmapRange(0, 2);
    addressSpace.protect(vma.addressOf(2), PAGE_SIZE, VM_READ);
    addressSpace.unmapRange(vma.addressOf(4), PAGE_SIZE);
    expect(heard).toEqual(['0-2', '/0-2', '2-3', '/2-3', '4-5', '/4-5']);
  });

  it('4.4: of mremap at the old place', () => {
    const { heard, vma, addressSpace, cpu } = noted();
    cpu.store8(vma.start, 1);
    const length = vma.end - vma.start;
    addressSpace.remap({ address: vma.start, length, newLength: length, newAddress: 0x40000000 });
    expect(heard).toEqual(['0-8', '/0-8']);
  });

  it('4.4: of a fork that takes write permission away, and of a page copied for a store', () => {
    const { heard, vma, addressSpace, cpu } = noted(PRIVATE);
    cpu.store8(vma.start, 1);
    heard.splice(0);
    addressSpace.fork();
    expect(heard.splice(0)).toEqual(['0-8', '/0-8']);
    cpu.store8(vma.start, 2);
    expect(heard).toEqual(['0-1', '/0-1']);
  });

  it('4.4: a notifier that throws leaves no flush announced, and those told before hear of the end', () => {
    const { machine, heard, addressSpace, cpu, vma } = noted();
    cpu.store8(vma.start, 1);
    addressSpace.addNotifier({
      invalidateStart() {
        throw new Error('refused');
      },
      invalidateEnd() {},
    });
    expect(() => machine.mapping.unmapRange(0, 1)).toThrow('refused');
    expect(heard).toEqual(['0-1', '/0-1']);
    expect(addressSpace.pendingTlbFlushes).toBe(0);
    expect(machine.mapping.lock.isHeld).toBe(false);
  });
});

describe('a step that throws between the entries and their flush', () => {
  it('2.4: keeps neither a stale translation nor an announced flush', () => {
    const { machine, heard, addressSpace, cpu, vma } = noted();
    cpu.store8(vma.start, 1);
    machine.memory.preemption.at('zap: between entries and flush', () => {
      throw new Error('stopped');
    });
    expect(() => machine.mapping.unmapRange(0, 1)).toThrow('stopped');
    expect(cpu.tlb.lookup(vma.start)).toBeUndefined();
    expect(addressSpace.pendingTlbFlushes).toBe(0);
    expect(heard).toEqual(['0-1', '/0-1']);
  });
});

describe('a change that throws among the entries', () => {
  it('2.4: what it did until then is flushed, and no flush stays announced', () => {
    const { machine, heard, addressSpace, cpu, vma } = noted();
    cpu.store8(vma.start, 1);
    machine.mapping.observeZaps({
      dirtyEntryZapped() {
        throw new Error('stopped');
      },
    });
    expect(() => machine.mapping.unmapRange(0, 1)).toThrow('stopped');
    expect(cpu.tlb.lookup(vma.start)).toBeUndefined();
    expect(addressSpace.pendingTlbFlushes).toBe(0);
    expect(heard).toEqual(['0-1', '/0-1']);
  });
});

describe('what a fault handler said', () => {
  it('2.5: is not entered where the object has given its pages away meanwhile', () => {
    const machine = new ObjectMachine(1);
    const { vma, cpu } = machine.process();
    machine.fault = (fault) => {
      fault.frame = machine.frames[0];
      return 'handled';
    };
    const old = machine.frames[0];
    machine.memory.preemption.at('fault: between handler and entry', () => {
      machine.mapping.unmapRange(0, 1);
      // The old frame has another owner from now on.
      machine.frames[0] = machine.memory.allocateFrame();
    });
    cpu.store8(vma.start, 9);
    expect([machine.memory.u8[old * PAGE_SIZE], machine.memory.u8[machine.frames[0] * PAGE_SIZE]]).toEqual([
      0, 9,
    ]);
  });

  it('2.5: is refused where it names no frame', () => {
    const machine = new ObjectMachine(1);
    machine.fault = () => 'handled';
    const { vma, cpu } = machine.process();
    expect(() => cpu.load8(vma.start)).toThrow(expect.objectContaining({ code: 'EINVAL' }));
  });

  it('2.5, B6: a point lies between a recorded write and its writable entry', () => {
    const machine = new ObjectMachine(1);
    machine.trap = true;
    const { vma, cpu, addressSpace } = machine.process();
    cpu.load8(vma.start);
    let seen: unknown;
    machine.memory.preemption.at('fault: between recorded write and writable entry', () => {
      const low = machine.memory.u32[addressSpace.tables.find(vma.start)];
      seen = { recorded: machine.trapped.slice(), bits: low & (PAGE_RW | PAGE_DIRTY) };
    });
    cpu.store8(vma.start, 1);
    expect(seen).toEqual({ recorded: [0], bits: 0 });
  });

  it('makeWritable leaves the pages of a private VMA alone: the object keeps its content', () => {
    const machine = new ObjectMachine(1);
    machine.fault = (fault) => {
      fault.insertFrame(fault.address, machine.frames[0], true);
      fault.makeWritable();
      return 'noPage';
    };
    const { vma, cpu } = machine.process(PRIVATE);
    cpu.store8(vma.start, 9);
    expect([machine.memory.u8[machine.frames[0] * PAGE_SIZE], cpu.load8(vma.start)]).toEqual([0, 9]);
  });
});

describe('tables and their locks', () => {
  it('3.5: the lock of an upper table is not taken under that of a lower one', () => {
    const machine = new ObjectMachine(1);
    const { vma, cpu, addressSpace } = machine.process();
    cpu.load8(vma.start);
    const { tables } = addressSpace;
    const upper = tableOfEntry(entryWord(tables.rootFrame, vma.start, TOP_LEVEL));
    const lower = tableOfEntry(tables.find(vma.start));
    tables.lockTable(upper, 'x');
    tables.lockTable(lower, 'x');
    tables.unlockTable(upper, 'x');
    expect(() => tables.lockTable(upper, 'x')).toThrow(/wrong order: x takes the lock of the table/);
    tables.unlockTable(lower, 'x');
    expect(() => tables.lockTable(200)).toThrow(expect.objectContaining({ code: 'EINVAL' }));
  });

  it('mremap of a range with few pages makes few tables', () => {
    const memory = new PhysicalMemory(64 * PAGE_SIZE);
    const addressSpace = new AddressSpace(memory);
    const length = 16 * ENTRY_SPAN[3];
    const mapping = new Mapping('sparse');
    const operations = { fault: () => 'sigbus' as const };
    const { start } = addressSpace.map({ length, flags: SHARED_WRITABLE, mapping, operations });
    addressSpace.tables.map(start + 5 * ENTRY_SPAN[3], 9, PAGE_DIRTY);
    const newAddress = start + length + 3 * PAGE_SIZE;
    addressSpace.remap({ address: start, length, newLength: length, newAddress });
    expect(addressSpace.tables.leafLevel(newAddress + 5 * ENTRY_SPAN[3])).toBe(1);
    expect(memory.freeFrames).toBeGreaterThan(50);
  });
});

describe('what no page range can be', () => {
  it.each([
    [0.5, 1],
    [-1, 1],
    [0, Number.NaN],
    [0, Infinity],
    [0, -1],
  ])('EINVAL: %s + %s pages of a mapping, with nothing unmapped', (first, count) => {
    const machine = new ObjectMachine(4);
    const { vma, cpu, addressSpace } = machine.process();
    cpu.store8(vma.start, 1);
    expect(() => machine.mapping.unmapRange(first, count)).toThrow(
      expect.objectContaining({ code: 'EINVAL' }),
    );
    expect(addressSpace.tables.leafLevel(vma.start)).toBe(1);
  });

  it('EINVAL: a mapping grown beyond 2^32 pages', () => {
    const machine = new ObjectMachine(1);
    const addressSpace = new AddressSpace(machine.memory);
    const { mapping } = machine;
    const request = { length: PAGE_SIZE, flags: SHARED_WRITABLE, mapping, operations: machine };
    const { start } = addressSpace.map({ ...request, firstPage: 2 ** 32 - 1 });
    expect(() => addressSpace.remap({ address: start, length: PAGE_SIZE, newLength: 4 * PAGE_SIZE })).toThrow(
      expect.objectContaining({ code: 'EINVAL' }),
    );
    expect(addressSpace.vmas).toHaveLength(1);
  });

  it('2.4: a flush from the middle of a page drops that page', () => {
    const machine = new ObjectMachine(1);
    const { vma, cpu, addressSpace } = machine.process();
    cpu.load8(vma.start);
    addressSpace.flushTlbRange(vma.start + 1, vma.start + 2);
    expect(cpu.tlb.lookup(vma.start)).toBeUndefined();
  });
});
