import { describe, expect, it } from 'vitest';
import { PAGE_SIZE } from './address.js';
import type { AddressSpace } from './address-space.js';
import { ObjectMachine, SHARED_WRITABLE } from './object-machine.fixture.js';
import { VM_MAYREAD, VM_READ, type Vma } from './vma.js';

/** An object that tracks the VMAs that map it, through its handlers. */
class CountedMachine extends ObjectMachine {
  readonly shown = new Set<Vma>();
  /** The least number of them since the first was opened. */
  least = Infinity;

  open(vma: Vma): void {
    expect(this.shown.has(vma)).toBe(false);
    expect(this.mapping.lock.isHeld).toBe(false);
    this.shown.add(vma);
  }

  close(vma: Vma): void {
    expect(this.shown.delete(vma)).toBe(true);
    expect(this.mapping.lock.isHeld).toBe(false);
    this.least = Math.min(this.least, this.shown.size);
  }
}

function vmasOf(...addressSpaces: AddressSpace[]): Set<Vma> {
  return new Set(addressSpaces.flatMap(({ vmas }) => [...vmas]));
}

describe('VmaOperations.open and close', () => {
  it('8.6: every VMA is opened and closed once, and those that take its place are opened before', () => {
    const machine = new CountedMachine(8);
    const { addressSpace, vma, cpu } = machine.process(SHARED_WRITABLE | VM_MAYREAD);
    expect(machine.shown).toEqual(new Set([vma]));
    cpu.store8(vma.start, 1);
    addressSpace.protect(vma.start + PAGE_SIZE, PAGE_SIZE, VM_READ);
    expect(machine.shown).toEqual(vmasOf(addressSpace));
    const child = addressSpace.fork();
    expect(machine.shown).toEqual(vmasOf(addressSpace, child));
    addressSpace.unmapRange(vma.start + 3 * PAGE_SIZE, PAGE_SIZE);
    const [first] = addressSpace.vmas;
    const length = first.end - first.start;
    addressSpace.remap({ address: first.start, length, newLength: length, newAddress: 2 ** 40 });
    addressSpace.remap({ address: 2 ** 40, length, newLength: 2 * length });
    expect(machine.shown).toEqual(vmasOf(addressSpace, child));
    expect(machine.least).toBeGreaterThan(0);
    cpu.run(undefined);
    addressSpace.exit();
    expect(machine.shown).toEqual(vmasOf(child));
    child.exit();
    expect(machine.shown.size).toBe(0);
  });

  it('8.6: a fork that fails for want of frames closes what it opened', () => {
    const machine = new CountedMachine(8);
    const { addressSpace, vma, cpu } = machine.process();
    cpu.store8(vma.start, 1);
    // One for the child's top table, none for those below.
    machine.memory.allocateFrames(machine.memory.freeFrames - 1);
    expect(() => addressSpace.fork()).toThrow(expect.objectContaining({ code: 'ENOMEM' }));
    expect(machine.shown).toEqual(new Set([vma]));
  });
});
