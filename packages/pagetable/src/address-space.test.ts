import { describe, expect, it } from 'vitest';
import { PAGE_SIZE } from './address.js';
import { AddressSpace } from './address-space.js';
import { ObjectMachine, SHARED_WRITABLE } from './object-machine.fixture.js';
import { PAGE_PRESENT } from './entry-bits.js';
import { Mapping } from './mapping.js';
import { PhysicalMemory } from './physical-memory.js';

describe('AddressSpace and Mapping', () => {
  it('2.6: a mapping finds the VMAs that show a page range, in every address space', () => {
    const machine = new ObjectMachine(10);
    const whole = machine.process();
    const tail = machine.process(SHARED_WRITABLE, 6);
    const showing = (first: number, count: number) => {
      machine.mapping.lock.acquireRead();
      const found = [...machine.mapping.vmasShowing(first, count)].map((node) => node.value);
      machine.mapping.lock.releaseRead();
      return found;
    };
    expect(showing(0, 3)).toEqual([whole.vma]);
    expect(showing(5, 2)).toEqual([whole.vma, tail.vma]);
    whole.addressSpace.unmap(whole.vma);
    expect(showing(5, 2)).toEqual([tail.vma]);
  });

  it('E1: munmap reports the dirty entries of a shared VMA to the observer before they are gone', () => {
    const machine = new ObjectMachine(8);
    const { vma, cpu, addressSpace } = machine.process();
    const seen: number[] = [];
    machine.mapping.observeZaps({ dirtyEntryZapped: (page) => seen.push(page) });
    cpu.store8(vma.addressOf(2), 1);
    cpu.store8(vma.addressOf(5), 1);
    cpu.load8(vma.addressOf(6));
    addressSpace.unmap(vma);
    expect(seen).toEqual([2, 5]);
    expect(() => cpu.load8(vma.addressOf(2))).toThrow(expect.objectContaining({ code: 'EFAULT' }));
  });

  it('E2: unmapping a range of the mapping reports them as well, and leaves the rest', () => {
    const machine = new ObjectMachine(8);
    const { vma, cpu, addressSpace } = machine.process();
    const seen: number[] = [];
    machine.mapping.observeZaps({ dirtyEntryZapped: (page) => seen.push(page) });
    for (let page = 0; page < 8; page++) {
      cpu.store8(vma.addressOf(page), 1);
    }
    machine.mapping.unmapRange(3, 2);
    expect(seen).toEqual([3, 4]);
    const present = Array.from({ length: 8 }, (_, page) => {
      return machine.memory.u32[addressSpace.tables.find(vma.addressOf(page))] & PAGE_PRESENT;
    });
    expect(present).toEqual([1, 1, 1, 0, 0, 1, 1, 1]);
    expect(cpu.tlb.lookup(vma.addressOf(3))).toBeUndefined();
  });

  it('exit gives every frame of its tables back', () => {
    const machine = new ObjectMachine(8);
    const before = machine.memory.freeFrames;
    const { vma, cpu, addressSpace } = machine.process();
    cpu.store8(vma.start, 1);
    expect(() => addressSpace.exit()).toThrow(expect.objectContaining({ code: 'EDEADLK' }));
    cpu.run(undefined);
    addressSpace.exit();
    expect(machine.memory.freeFrames).toBe(before);
  });

  it('refuses misaligned, empty, outlying and overlapping VMAs, and makes none', () => {
    const machine = new ObjectMachine(4);
    const { addressSpace, vma } = machine.process();
    const request = { flags: SHARED_WRITABLE, mapping: machine.mapping, operations: machine };
    for (const [address, length] of [
      [vma.start, PAGE_SIZE],
      [vma.start - PAGE_SIZE, 2 * PAGE_SIZE],
      [12345, PAGE_SIZE],
      [2 ** 40, 0],
      [2 ** 40, 100],
      [-PAGE_SIZE, PAGE_SIZE],
      [2 ** 47 - PAGE_SIZE, 2 * PAGE_SIZE],
      [Number.NaN, PAGE_SIZE],
    ]) {
      expect(() => addressSpace.map({ ...request, address, length })).toThrow(
        expect.objectContaining({ code: 'EINVAL' }),
      );
    }
    expect(addressSpace.vmas).toEqual([vma]);
  });

  it('refuses pages that no mapping has, and leaves the mapping usable', () => {
    const machine = new ObjectMachine(4);
    const { addressSpace } = machine.process();
    const request = {
      length: PAGE_SIZE,
      flags: SHARED_WRITABLE,
      mapping: machine.mapping,
      operations: machine,
    };
    for (const firstPage of [Number.NaN, -1, 0.5, 2 ** 32, Infinity]) {
      expect(() => addressSpace.map({ ...request, firstPage })).toThrow(
        expect.objectContaining({ code: 'EINVAL' }),
      );
    }
    expect(machine.mapping.lock.isHeld).toBe(false);
    expect(() => addressSpace.map({ ...request, firstPage: 2 ** 32 - 1 })).not.toThrow();
  });

  it('an address space exits once, and is not used after that', () => {
    const machine = new ObjectMachine(4);
    const { addressSpace, cpu } = machine.process();
    cpu.run(undefined);
    addressSpace.exit();
    const before = machine.memory.freeFrames;
    expect(() => addressSpace.exit()).toThrow(expect.objectContaining({ code: 'EINVAL' }));
    expect(() => cpu.run(addressSpace)).toThrow(expect.objectContaining({ code: 'EINVAL' }));
    expect(() =>
      addressSpace.map({
        length: PAGE_SIZE,
        flags: SHARED_WRITABLE,
        mapping: machine.mapping,
        operations: machine,
      }),
    ).toThrow(expect.objectContaining({ code: 'EINVAL' }));
    expect(machine.memory.freeFrames).toBe(before);
  });

  it('walking the VMAs of a mapping without its lock, or changing them under it, throws', () => {
    const machine = new ObjectMachine(4);
    expect(() => machine.mapping.vmasShowing(0, 1)).toThrow(expect.objectContaining({ code: 'EDEADLK' }));
    machine.mapping.lock.acquireRead();
    expect(() => machine.process()).toThrow(expect.objectContaining({ code: 'EDEADLK' }));
  });
});

describe('PhysicalMemory', () => {
  it('hands out zeroed frames, each once, all or nothing, and takes them back', () => {
    const memory = new PhysicalMemory(8 * PAGE_SIZE);
    const frames = memory.allocateFrames(7);
    expect(new Set(frames).size).toBe(7);
    expect(frames).not.toContain(0);
    expect(() => memory.allocateFrame()).toThrow(expect.objectContaining({ code: 'ENOMEM' }));
    memory.u8[frames[3] * PAGE_SIZE] = 9;
    memory.freeFrame(frames[3]);
    expect(() => memory.allocateFrames(2)).toThrow(expect.objectContaining({ code: 'ENOMEM' }));
    expect(memory.freeFrames).toBe(1);
    expect(memory.allocateFrame()).toBe(frames[3]);
    expect(memory.u8[frames[3] * PAGE_SIZE]).toBe(0);
    for (const count of [-1, 0.5, Number.NaN]) {
      expect(() => memory.allocateFrames(count)).toThrow(expect.objectContaining({ code: 'EINVAL' }));
      expect(() => memory.allocateContiguous(count)).toThrow(expect.objectContaining({ code: 'EINVAL' }));
    }
    expect(() => memory.freeFrame(0)).toThrow(expect.objectContaining({ code: 'EINVAL' }));
  });

  it('finds frames that follow one another, or takes none', () => {
    const memory = new PhysicalMemory(8 * PAGE_SIZE);
    const frames = memory.allocateFrames(7);
    [2, 4, 5, 6].forEach((frame) => memory.freeFrame(frame));
    expect(frames).toContain(2);
    expect(() => memory.allocateContiguous(4)).toThrow(expect.objectContaining({ code: 'ENOMEM' }));
    expect(memory.allocateContiguous(3)).toBe(4);
    expect(memory.freeFrames).toBe(1);
  });

  it('an address space that finds no frame for its top table changes nothing', () => {
    const memory = new PhysicalMemory(2 * PAGE_SIZE);
    memory.allocateFrame();
    expect(() => new AddressSpace(memory)).toThrow(expect.objectContaining({ code: 'ENOMEM' }));
    expect(new Mapping('unused').lock.isHeld).toBe(false);
  });
});
