import { PAGE_SIZE, VM_READ } from '@cg/pagetable';
import { describe, expect, it } from 'vitest';
import { bench, copyCommand } from '../driver.fixture.js';
import { BufferMemory, ProcessMemory } from './user-memory.js';

const error = (code: string) => expect.objectContaining({ code, name: 'VmwgfxError' }) as Error;

describe('memory of a process', () => {
  it('goes through its page tables, with what their faults bring back from the device (1.2)', () => {
    const { driver, process } = bench();
    const { cpu, addressSpace } = process();
    const file = driver.open();
    const make = () => file.createSurface({ format: 2, width: 32, height: 64, coherent: true }).handle;
    const [from, to] = [make(), make()];
    const [source, written] = [from, to].map((handle) => file.mapSurface(handle, addressSpace).start);
    const memory = new ProcessMemory(addressSpace, cpu);
    memory.write(source + PAGE_SIZE - 2, Uint8Array.of(1, 2, 3, 4));
    file.submit(copyCommand(from, to, 32, 64)).wait();
    expect([...memory.read(written + PAGE_SIZE - 2, 4)]).toEqual([1, 2, 3, 4]);
    expect(file.statistics(to).readBacks).toBe(1);
  });

  it('is EFAULT where nothing is mapped, and where the process may not write', () => {
    const { driver, process } = bench();
    const { cpu, addressSpace } = process();
    const file = driver.open();
    const vma = file.mapBuffer(file.createBuffer(PAGE_SIZE).handle, addressSpace);
    const memory = new ProcessMemory(addressSpace, cpu);
    expect(() => memory.read(8, 4)).toThrow(error('EFAULT'));
    expect(() => memory.read(vma.start + PAGE_SIZE - 2, 4)).toThrow(error('EFAULT'));
    expect(() => memory.write(2 ** 62, new Uint8Array(4))).toThrow(error('EFAULT'));
    expect(() => memory.read(NaN, 4)).toThrow(error('EFAULT'));
    addressSpace.protect(vma.start, PAGE_SIZE, VM_READ);
    expect(() => memory.write(vma.start, new Uint8Array(4))).toThrow(error('EFAULT'));
    expect(memory.read(vma.start, 4)).toHaveLength(4);
  });

  it('is that of the process, whichever the CPU runs', () => {
    const { driver, process } = bench();
    const { cpu, addressSpace } = process();
    const file = driver.open();
    const vma = file.mapBuffer(file.createBuffer(PAGE_SIZE).handle, addressSpace);
    const other = process();
    const memory = new ProcessMemory(addressSpace, other.cpu);
    memory.write(vma.start, Uint8Array.of(9));
    expect(cpu.load8(vma.start)).toBe(9);
    expect(other.cpu.addressSpace).toBe(other.addressSpace);
    expect(() => memory.read(8, 1)).toThrow(error('EFAULT'));
    expect(other.cpu.addressSpace).toBe(other.addressSpace);
  });
});

describe('an ArrayBuffer as memory', () => {
  it('begins at its base, and is EFAULT outside', () => {
    const memory = new BufferMemory(new ArrayBuffer(16), 0x100);
    memory.write(0x104, Uint8Array.of(1, 2));
    expect([...memory.read(0x103, 4)]).toEqual([0, 1, 2, 0]);
    expect(memory.read(0x110, 0)).toHaveLength(0);
    for (const [address, length] of [
      [0, 1],
      [0xff, 2],
      [0x10f, 2],
      [NaN, 1],
      [260.5, 1],
      [2 ** 60, 1],
    ]) {
      expect(() => memory.read(address, length)).toThrow(error('EFAULT'));
      expect(() => memory.write(address, new Uint8Array(length))).toThrow(error('EFAULT'));
    }
    memory.read(0x100, 16)[0] = 7;
    expect(memory.read(0x100, 1)[0]).toBe(0);
  });
});
