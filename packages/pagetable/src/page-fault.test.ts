import { describe, expect, it } from 'vitest';
import { PAGE_DIRTY, PAGE_RW } from './entry-bits.js';
import { ObjectMachine, SHARED_WRITABLE } from './object-machine.fixture.js';
import { VM_PFNMAP, type FaultResult, type PageFault } from './vma.js';

/** An object with given results of write faults, which records the handlers called. */
class WriteNoticed extends ObjectMachine {
  readonly asked: string[] = [];
  /** Results of the write handlers, in order; the last one repeats. */
  answers: FaultResult[] = ['handled'];

  constructor() {
    super(2);
  }

  override fault(fault: PageFault): FaultResult {
    fault.frame = this.frames[fault.page];
    return 'handled';
  }

  override pfnMkwrite(): FaultResult {
    return this.#answer('pfnMkwrite');
  }

  pageMkwrite(): FaultResult {
    return this.#answer('pageMkwrite');
  }

  #answer(handler: string): FaultResult {
    this.asked.push(handler);
    return (this.answers.length > 1 ? this.answers.shift() : this.answers[0]) as FaultResult;
  }
}

describe('a store to a read-only page of a shared VMA', () => {
  it.each([
    ['pageMkwrite', SHARED_WRITABLE],
    ['pfnMkwrite', SHARED_WRITABLE | VM_PFNMAP],
  ])('2.5, B7: comes to %s once, though the core entered the page for a writable VMA', (handler, flags) => {
    const machine = new WriteNoticed();
    const { vma, cpu, addressSpace } = machine.process(flags);
    cpu.load8(vma.start);
    const entry = addressSpace.tables.find(vma.start);
    expect(machine.memory.u32[entry] & PAGE_RW).toBe(0);
    cpu.store8(vma.start, 7);
    cpu.store8(vma.start + 1, 8);
    expect(machine.asked).toEqual([handler]);
    expect(machine.memory.u32[entry] & (PAGE_RW | PAGE_DIRTY)).toBe(PAGE_RW | PAGE_DIRTY);
    expect([cpu.load8(vma.start), cpu.load8(vma.start + 1)]).toEqual([7, 8]);
  });

  it('2.5: retry asks again, until the handler is ready', () => {
    const machine = new WriteNoticed();
    machine.answers = ['retry', 'retry', 'handled'];
    const { vma, cpu } = machine.process();
    cpu.store8(vma.start, 7);
    expect(machine.asked).toHaveLength(3);
    expect(cpu.load8(vma.start)).toBe(7);
  });

  it.each([
    ['sigbus', 'EFAULT'],
    ['outOfMemory', 'ENOMEM'],
  ] as const)(
    '2.5: %s is the error %s of the access, with its address; nothing is stored',
    (answer, code) => {
      const machine = new WriteNoticed();
      machine.answers = [answer];
      const { vma, cpu, addressSpace } = machine.process();
      const facts = { address: vma.start, access: 'store' };
      expect(() => cpu.store8(vma.start, 7)).toThrow(expect.objectContaining({ code, facts }));
      expect(machine.memory.u32[addressSpace.tables.find(vma.start)] & (PAGE_RW | PAGE_DIRTY)).toBe(0);
      expect(cpu.load8(vma.start)).toBe(0);
      expect(machine.memory.locks.describe()).toBe('nothing');
    },
  );
});
