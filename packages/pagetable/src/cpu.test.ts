import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PAGE_SIZE } from './address.js';
import { ObjectMachine, SHARED_WRITABLE } from './object-machine.fixture.js';
import { PAGE_ACCESSED, PAGE_DIRTY, PAGE_RW } from './entry-bits.js';
import { PageTableError } from './errors.js';
import { ENTRY_SPAN, entryWord } from './page-tables.js';
import { VM_READ } from './vma.js';

describe('Cpu', () => {
  it('2.1: a load sets accessed, a store sets dirty too, and both stay', () => {
    const machine = new ObjectMachine(4);
    const { vma, cpu, addressSpace } = machine.process();
    const { u32 } = machine.memory;
    cpu.load8(vma.start);
    const entry = addressSpace.tables.find(vma.start);
    expect(u32[entry] & (PAGE_ACCESSED | PAGE_DIRTY)).toBe(PAGE_ACCESSED);
    cpu.store8(vma.start, 1);
    cpu.load8(vma.start);
    expect(u32[entry] & (PAGE_ACCESSED | PAGE_DIRTY)).toBe(PAGE_ACCESSED | PAGE_DIRTY);
  });

  it('2.1: a walk sets accessed in every upper entry', () => {
    const machine = new ObjectMachine(1);
    const { vma, cpu, addressSpace } = machine.process();
    cpu.load8(vma.start);
    const top = entryWord(addressSpace.tables.rootFrame, vma.start, 4);
    expect(machine.memory.u32[top] & PAGE_ACCESSED).toBe(PAGE_ACCESSED);
  });

  it('2.2: a store through a writable, dirty TLB entry does not look at the tables again', () => {
    const machine = new ObjectMachine(1);
    const { vma, cpu, addressSpace } = machine.process();
    cpu.store32(vma.start, 1);
    const entry = addressSpace.tables.find(vma.start);
    machine.memory.u32[entry] &= ~(PAGE_DIRTY | PAGE_RW);
    cpu.store32(vma.start, 2);
    expect(machine.memory.u32[entry] & PAGE_DIRTY).toBe(0);
    expect(machine.trapped).toEqual([]);

    addressSpace.flushTlbRange(vma.start, vma.end);
    cpu.store32(vma.start, 3);
    expect(machine.memory.u32[entry] & PAGE_DIRTY).toBe(PAGE_DIRTY);
    expect(machine.trapped).toEqual([0]);
  });

  it('2.2: a store through a TLB entry that is writable but clean walks, and sets dirty', () => {
    const machine = new ObjectMachine(1);
    const { vma, cpu, addressSpace } = machine.process();
    cpu.load8(vma.start);
    expect(cpu.tlb.lookup(vma.start)).toMatchObject({ writable: true, dirty: false });
    cpu.store8(vma.start, 7);
    expect(machine.memory.u32[addressSpace.tables.find(vma.start)] & PAGE_DIRTY).toBe(PAGE_DIRTY);
  });

  it('2.4: a flush reaches every CPU that runs the address space, and no other', () => {
    const machine = new ObjectMachine(2);
    const { vma, cpu, addressSpace } = machine.process();
    const other = machine.process();
    other.cpu.load8(other.vma.start);
    cpu.load8(vma.start);
    addressSpace.flushTlbRange(vma.start, vma.end);
    expect(cpu.tlb.lookup(vma.start)).toBeUndefined();
    expect(other.cpu.tlb.lookup(other.vma.start)).toBeDefined();
  });

  it('holds what a plain byte array holds, whatever the width, alignment and page crossing', () => {
    const pages = 5;
    const place = fc.integer({ min: 0, max: pages * PAGE_SIZE - 4 });
    const access = fc.oneof(
      fc.record({
        kind: fc.constant('word' as const),
        at: place,
        value: fc.integer({ min: 0, max: 0xffffffff }),
      }),
      fc.record({ kind: fc.constant('byte' as const), at: place, value: fc.integer({ min: 0, max: 255 }) }),
      fc.record({
        kind: fc.constant('bytes' as const),
        at: place,
        value: fc.integer({ min: 0, max: 3 * PAGE_SIZE }),
      }),
      fc.record({
        kind: fc.constant('unmap' as const),
        at: fc.integer({ min: 0, max: pages - 1 }),
        value: fc.constant(1),
      }),
    );
    fc.assert(
      fc.property(fc.array(access, { maxLength: 30 }), (accesses) => {
        const machine = new ObjectMachine(pages);
        const { vma, cpu } = machine.process();
        const model = new Uint8Array(pages * PAGE_SIZE);
        for (const { kind, at, value } of accesses) {
          if (kind === 'word') {
            cpu.store32(vma.start + at, value);
            new DataView(model.buffer).setUint32(at, value, true);
            expect(cpu.load32(vma.start + at)).toBe(value);
          } else if (kind === 'byte') {
            cpu.store8(vma.start + at, value);
            model[at] = value;
          } else if (kind === 'bytes') {
            const source = Uint8Array.from(
              { length: Math.min(value, model.length - at) },
              (_, i) => at + i * 7,
            );
            cpu.storeBytes(vma.start + at, source);
            model.set(source, at);
          } else {
            machine.mapping.unmapRange(at, value);
          }
        }
        const seen = new Uint8Array(model.length);
        cpu.loadBytes(vma.start, seen);
        expect(Buffer.compare(seen, model)).toBe(0);
      }),
    );
  });

  it('2.5: an access outside any VMA, or against its permissions, is an error with address and access', () => {
    const machine = new ObjectMachine(1);
    const { vma, cpu } = machine.process(VM_READ);
    expect(() => cpu.store8(vma.start, 1)).toThrow(
      expect.objectContaining({ code: 'EACCES', facts: { address: vma.start, access: 'store' } }),
    );
    expect(() => cpu.load8(vma.end)).toThrow(
      expect.objectContaining({ code: 'EFAULT', facts: { address: vma.end, access: 'load' } }),
    );
    expect(() => cpu.load8(-1)).toThrow(PageTableError);
    expect(() => cpu.load8(2 ** 47)).toThrow(PageTableError);
  });

  it('a word that crosses into a page which faults for good is not stored in part', () => {
    const machine = new ObjectMachine(1);
    const { vma, cpu } = machine.process();
    expect(() => cpu.store32(vma.end - 2, 0xffffffff)).toThrow(expect.objectContaining({ code: 'EFAULT' }));
    expect(cpu.load8(vma.end - 1)).toBe(0);
  });

  it('B8: a handler that answers noPage and enters nothing ends in ELOOP, not in a hang', () => {
    const machine = new ObjectMachine(1);
    machine.fault = () => 'noPage';
    const { vma, cpu } = machine.process();
    expect(() => cpu.load8(vma.start)).toThrow(expect.objectContaining({ code: 'ELOOP' }));
  });

  it('tells pages apart that share a TLB slot, up to the end of user space', () => {
    const machine = new ObjectMachine(2);
    const low = machine.process(SHARED_WRITABLE, 0, 0x10000000);
    const far = low.addressSpace.map({
      length: PAGE_SIZE,
      flags: SHARED_WRITABLE,
      mapping: machine.mapping,
      firstPage: 1,
      operations: machine,
      address: 0x10000000 + ENTRY_SPAN[4] * 200,
    });
    low.cpu.store32(low.vma.start, 111);
    low.cpu.store32(far.start, 222);
    expect(low.cpu.load32(low.vma.start)).toBe(111);
    expect(low.cpu.load32(far.start)).toBe(222);
  });
});
