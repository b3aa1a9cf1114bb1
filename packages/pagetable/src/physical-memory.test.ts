import { describe, expect, it } from 'vitest';
import { PAGE_SIZE } from './address.js';
import { PhysicalMemory } from './physical-memory.js';

describe('PhysicalMemory', () => {
  it('takes over the host memory of one that is no longer used, and sees zeros, and all frames free', () => {
    const old = new PhysicalMemory(16 * PAGE_SIZE);
    const frames = [old.allocateContiguous(3), old.allocateFrame()];
    frames.forEach((frame) => old.u8.fill(7, frame * PAGE_SIZE, (frame + 1) * PAGE_SIZE));
    old.freeFrame(frames[1]);
    const memory = new PhysicalMemory(16 * PAGE_SIZE, old);
    expect(memory.u8.buffer).toBe(old.u8.buffer);
    expect(memory.u8.every((byte) => byte === 0)).toBe(true);
    expect(memory.freeFrames).toBe(15);
  });

  it('allocates frames of zeros, whether they were in use before, never were, or both', () => {
    const memory = new PhysicalMemory(16 * PAGE_SIZE);
    const dirty = (frame: number) => memory.u8.fill(7, frame * PAGE_SIZE, (frame + 1) * PAGE_SIZE);
    const sum = (frame: number) =>
      memory.u8.subarray(frame * PAGE_SIZE, (frame + 1) * PAGE_SIZE).reduce((total, byte) => total + byte, 0);
    const used = [memory.allocateFrame(), memory.allocateFrame(), memory.allocateFrame()];
    used.forEach(dirty);
    used.forEach((frame) => memory.freeFrame(frame));
    expect(sum(memory.allocateFrame())).toBe(0);
    const first = memory.allocateContiguous(4);
    expect([0, 1, 2, 3].map((i) => sum(first + i))).toEqual([0, 0, 0, 0]);
    expect(first).toBeLessThan(used[2]);
  });

  it('has its own host memory if the sizes differ', () => {
    const old = new PhysicalMemory(16 * PAGE_SIZE);
    expect(new PhysicalMemory(8 * PAGE_SIZE, old).u8.buffer).not.toBe(old.u8.buffer);
  });
});
