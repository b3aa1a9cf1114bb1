import { afterEach, describe, expect, it, vi } from 'vitest';
import { PAGE_SIZE } from './address.js';
import { PhysicalMemory } from './physical-memory.js';

afterEach(() => {
  vi.unstubAllGlobals();
});

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

  it('has room after its bytes in a WebAssembly.Memory, and takes both over', () => {
    const memory = new PhysicalMemory(16 * PAGE_SIZE);
    expect(memory.wasm?.buffer).toBe(memory.u8.buffer);
    expect(memory.u8.buffer.byteLength).toBeGreaterThanOrEqual(17 * PAGE_SIZE);
    expect([memory.u8.length, memory.u32.length]).toEqual([16 * PAGE_SIZE, 4 * PAGE_SIZE]);
    expect(new PhysicalMemory(16 * PAGE_SIZE, memory).wasm).toBe(memory.wasm);
  });

  it.each([
    ['no WebAssembly', undefined],
    ['no such memory, as for more than 4 GiB', { Memory: refusing }],
  ])('is an ArrayBuffer in a host with %s', (_, host) => {
    vi.stubGlobal('WebAssembly', host);
    const memory = new PhysicalMemory(16 * PAGE_SIZE);
    expect(memory.wasm).toBeUndefined();
    expect(memory.u8.buffer.byteLength).toBe(16 * PAGE_SIZE);
  });
});

function refusing(): void {
  throw new RangeError('could not allocate memory');
}
