import { PerformanceObserver } from 'node:perf_hooks';
import { describe, expect, it } from 'vitest';
import { ObjectMachine, SHARED_WRITABLE } from './object-machine.fixture.js';

// In its own file, and thus process: V8's inlining depends on what ran before.
describe('the hot path of stores', () => {
  it('ten million stores, above 32 bits of address, leave nothing on the heap', async () => {
    const machine = new ObjectMachine(200);
    const { vma, cpu } = machine.process(SHARED_WRITABLE, 0, 2 ** 40);
    const store = (count: number) => {
      for (let i = 0; i < count; i++) {
        cpu.store32(vma.start + (i % 200_000) * 4, i);
      }
    };
    store(1_000_000);
    let collections = 0;
    const observer = new PerformanceObserver((list) => (collections += list.getEntries().length));
    observer.observe({ entryTypes: ['gc'] });
    const before = process.memoryUsage().heapUsed;
    store(10_000_000);
    const growth = process.memoryUsage().heapUsed - before;
    await new Promise((resolve) => setTimeout(resolve, 20));
    observer.disconnect();
    // One number on the heap per store would be 160 MB: at least ten collections of the young generation. Node 22 makes
    // three without any, for reasons of its own.
    expect([growth < 8_000_000, collections <= 5]).toEqual([true, true]);
  });
});
