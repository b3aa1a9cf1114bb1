import { describe, expect, it } from 'vitest';
import { ObjectMachine } from './object-machine.fixture.js';

describe('Cpu.run', () => {
  it('2.2: a CPU that switches address spaces takes no translation along', () => {
    const one = new ObjectMachine(1);
    const { vma, cpu } = one.process();
    cpu.store8(vma.start, 1);
    const other = one.process();
    // The other process maps the same object at the same address; only its frame differs.
    const frame = one.memory.allocateFrame();
    one.frames[0] = frame;
    expect(other.vma.start).toBe(vma.start);
    cpu.run(other.addressSpace);
    expect(cpu.tlb.lookup(vma.start)).toBeUndefined();
    cpu.store8(other.vma.start, 2);
    expect(one.memory.u8[frame * 4096]).toBe(2);
  });
});
