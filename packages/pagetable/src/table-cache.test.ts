import { describe, expect, it } from 'vitest';
import { PAGE_SIZE } from './address.js';
import { PAGE_ACCESSED, PAGE_PRESENT, PAGE_RW, PAGE_USER } from './entry-bits.js';
import { ObjectMachine } from './object-machine.fixture.js';

/** A machine whose CPU has cached the leaf table of an object without pages, and no translation. */
function machineWithoutPages(): ObjectMachine & ReturnType<ObjectMachine['process']> {
  const machine = new ObjectMachine(2);
  machine.fault = () => {
    throw new Error('no page');
  };
  const process = machine.process();
  process.addressSpace.tables.findOrCreate(process.vma.start);
  expect(() => process.cpu.load8(process.vma.start)).toThrow('no page');
  return Object.assign(machine, process);
}

describe('The leaf table that a CPU keeps', () => {
  it('2.2: is the cached one until a flush: a walk through it does not mark the entries above', () => {
    const machine = new ObjectMachine(2);
    const { vma, cpu, addressSpace } = machine.process();
    const { u32 } = machine.memory;
    cpu.load8(vma.start);
    const pmd = addressSpace.tables.findEntry(vma.start, 2);
    u32[pmd] &= ~PAGE_ACCESSED;
    cpu.load8(vma.addressOf(1));
    expect(u32[pmd] & PAGE_ACCESSED).toBe(0);
  });

  it('2.1, 2.4: is dropped by a flush, also where no translation is: the next walk marks the entries above', () => {
    const { vma, cpu, addressSpace, memory } = machineWithoutPages();
    const pmd = addressSpace.tables.findEntry(vma.start, 2);
    memory.u32[pmd] &= ~PAGE_ACCESSED;
    addressSpace.flushTlbRange(vma.start, vma.end);
    expect(() => cpu.load8(vma.start)).toThrow('no page');
    expect(memory.u32[pmd] & PAGE_ACCESSED).toBe(PAGE_ACCESSED);
  });

  it('is dropped before the table is freed, also where nothing in it was to be flushed', () => {
    const { vma, cpu, addressSpace, memory } = machineWithoutPages();
    const entry = addressSpace.tables.find(vma.start);
    addressSpace.unmap(vma);
    // The frame's next user writes a value that would map a page if it were still a table.
    memory.u32[entry] = memory.allocateFrame() * PAGE_SIZE + (PAGE_PRESENT | PAGE_RW | PAGE_USER);
    expect(() => cpu.load8(vma.start)).toThrow(expect.objectContaining({ code: 'EFAULT' }));
  });
});
