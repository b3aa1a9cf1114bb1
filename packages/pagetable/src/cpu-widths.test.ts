import { describe, expect, it } from 'vitest';
import { PAGE_SIZE } from './address.js';
import { PAGE_DIRTY } from './entry-bits.js';
import { ObjectMachine, SHARED_WRITABLE } from './object-machine.fixture.js';
import { VM_READ } from './vma.js';

describe('Cpu accesses', () => {
  it('loads and stores of 2, 4 and 8 bytes are little-endian at every offset, across pages too', () => {
    const machine = new ObjectMachine(3);
    const { vma, cpu } = machine.process();
    const model = new DataView(new ArrayBuffer(3 * PAGE_SIZE));
    const words = new Uint32Array(3);
    for (let at = PAGE_SIZE - 9; at < PAGE_SIZE + 9; at++) {
      const value = (at * 2654435761) >>> 0;
      cpu.store16(vma.start + at, value);
      model.setUint16(at, value & 0xffff, true);
      expect(cpu.load16(vma.start + at)).toBe(model.getUint16(at, true));
      cpu.store64(vma.start + at + 3, value, ~value);
      model.setUint32(at + 3, value, true);
      model.setUint32(at + 7, ~value, true);
      cpu.load64(vma.start + at + 3, words, 1);
      expect([...words]).toEqual([0, value, ~value >>> 0]);
      cpu.store32(vma.start + at - 1, ~value);
      model.setUint32(at - 1, ~value, true);
      expect(cpu.load32(vma.start + at - 1)).toBe(~value >>> 0);
    }
    const all = new Uint8Array(3 * PAGE_SIZE);
    cpu.loadBytes(vma.start, all);
    expect(Buffer.compare(all, new Uint8Array(model.buffer))).toBe(0);
  });

  it('compare-exchange stores on a match only, says what it found, and dirties either way', () => {
    const machine = new ObjectMachine(2);
    const { vma, cpu, addressSpace } = machine.process();
    for (const at of [vma.start, vma.start + 6, vma.start + PAGE_SIZE - 2]) {
      cpu.store64(at, 7, 9);
      expect(cpu.compareExchange32(at, 8, 1)).toBe(7);
      expect(cpu.compareExchange32(at, 7, -1)).toBe(7);
      expect(cpu.compareExchange32(at, -1, 5)).toBe(0xffffffff);
      expect(cpu.compareExchange64(at, 5, 8, 1, 2)).toBe(false);
      expect(cpu.compareExchange64(at, 5, 9, 1, 2)).toBe(true);
      expect([cpu.load32(at), cpu.load32(at + 4)]).toEqual([1, 2]);
    }
    const fresh = machine.process();
    expect(fresh.cpu.compareExchange32(fresh.vma.start, 999, 1)).not.toBe(999);
    const entry = fresh.addressSpace.tables.find(fresh.vma.start);
    expect(machine.memory.u32[entry] & PAGE_DIRTY).toBe(PAGE_DIRTY);
    addressSpace.protect(vma.start, PAGE_SIZE, VM_READ);
    expect(() => cpu.compareExchange32(vma.start, 999, 1)).toThrow(
      expect.objectContaining({ code: 'EACCES' }),
    );
  });

  it('no access of any width that crosses into a page which faults for good is done in part', () => {
    const machine = new ObjectMachine(1);
    const { vma, cpu } = machine.process();
    cpu.store64(vma.end - 8, 1, 2);
    const efault = expect.objectContaining({ code: 'EFAULT' });
    expect(() => cpu.store16(vma.end - 1, 0xffff)).toThrow(efault);
    expect(() => cpu.store64(vma.end - 4, 5, 5)).toThrow(efault);
    expect(() => cpu.compareExchange32(vma.end - 2, 0, 5)).toThrow(efault);
    expect(() => cpu.compareExchange64(vma.end - 4, 2, 0, 5, 5)).toThrow(efault);
    expect([cpu.load32(vma.end - 8), cpu.load32(vma.end - 4)]).toEqual([1, 2]);
  });

  it('2.5: the fault of one page of a store may take the other away; both are there when it stores', () => {
    const machine = new ObjectMachine(2);
    const { vma, cpu } = machine.process();
    const { fault } = ObjectMachine.prototype;
    let thefts = 3;
    machine.fault = (taken) => {
      if (thefts-- > 0) {
        machine.mapping.unmapRange(1 - taken.page, 1);
      }
      return fault.call(machine, taken);
    };
    cpu.store32(vma.start + PAGE_SIZE - 2, 0x11223344);
    expect(cpu.load32(vma.start + PAGE_SIZE - 2)).toBe(0x11223344);
    machine.mapping.unmapRange(0, 2);
    thefts = Infinity;
    expect(() => cpu.store32(vma.start + PAGE_SIZE - 2, 5)).toThrow(
      expect.objectContaining({ code: 'ELOOP' }),
    );
    thefts = 0;
    expect(cpu.load32(vma.start + PAGE_SIZE - 2)).toBe(0x11223344);
  });

  it('2.5: mapAround enters pages around a load, within the VMA, and spares their faults', () => {
    const machine = new ObjectMachine(40);
    const around: number[][] = [];
    const operations = {
      fault: () => 'sigbus' as const,
      mapAround(fault: Parameters<ObjectMachine['fault']>[0], start: number, end: number) {
        around.push([fault.vma.pageAt(start), fault.vma.pageAt(end)]);
        for (let address = start; address < end; address += PAGE_SIZE) {
          fault.insertFrame(address, machine.frames[fault.vma.pageAt(address)], false);
        }
        expect(() => fault.insertFrame(fault.vma.end, 1, false)).toThrow(
          expect.objectContaining({ code: 'EINVAL' }),
        );
      },
    };
    const { addressSpace, cpu } = machine.process();
    const request = { flags: SHARED_WRITABLE, mapping: machine.mapping, operations, address: 2 ** 30 };
    const vma = addressSpace.map({ ...request, length: 40 * PAGE_SIZE });
    for (const page of [20, 16, 31, 35, 39]) {
      cpu.load8(vma.addressOf(page));
    }
    expect(around).toEqual([
      [16, 32],
      [32, 40],
    ]);
    expect(() => cpu.store8(vma.start, 1)).toThrow(expect.objectContaining({ code: 'EFAULT' }));
  });

  it('B7: where writes are noticed, an entry that the core makes is read-only until the first store', () => {
    const machine = new ObjectMachine(1);
    machine.fault = (fault) => {
      fault.frame = machine.frames[fault.page];
      return 'handled';
    };
    const { vma, cpu } = machine.process();
    cpu.load8(vma.start);
    expect(machine.trapped).toEqual([]);
    cpu.store8(vma.start, 1);
    cpu.store8(vma.start, 2);
    expect(machine.trapped).toEqual([0]);
  });

  it('an entry that names a frame outside memory is an error, not a load of nothing', () => {
    const machine = new ObjectMachine(1);
    machine.fault = (fault) => {
      fault.insertFrame(fault.address, machine.memory.frames, true);
      return 'noPage';
    };
    const { vma, cpu } = machine.process();
    expect(() => cpu.load8(vma.start)).toThrow(
      expect.objectContaining({ code: 'EFAULT', facts: expect.objectContaining({ frame: 256 }) }),
    );
  });
});
