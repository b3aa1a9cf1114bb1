import { PerformanceObserver } from 'node:perf_hooks';
import { describe, expect, it } from 'vitest';
import { formatByName } from '../formats.js';
import { SurfaceLayout } from '../layout.js';
import { DirtyBoxes } from './dirty-boxes.js';
import { DirtyRegion } from './dirty-region.js';

const PAGE_SIZE = 4096;
const { id: format = 0 } = formatByName('B8G8R8A8_UNORM') ?? {};
const layout = new SurfaceLayout({
  format,
  width: 4096,
  height: 4096,
  depth: 1,
  mipLevels: 1,
  layers: 1,
  samples: 1,
});
const PAGES = layout.bytes / PAGE_SIZE;

// In a file, and so a process, of its own: what V8 has inlined depends on what ran before.
describe.each([
  ['DirtyBoxes', new DirtyBoxes(layout)],
  ['DirtyRegion', new DirtyRegion(layout)],
])('the hot path of ranges: %s', (_, dirty) => {
  it('a million ranges leave nothing on the heap', async () => {
    const add = (count: number) => {
      for (let i = 0; i < count; i++) {
        // Every other page, so that no two ranges touch.
        const page = (2 * i) % PAGES;
        if (page === 0) {
          dirty.clear();
        }
        dirty.addRange(page * PAGE_SIZE, (page + 1) * PAGE_SIZE);
      }
    };
    add(200_000);
    let collections = 0;
    const observer = new PerformanceObserver((list) => (collections += list.getEntries().length));
    observer.observe({ entryTypes: ['gc'] });
    const before = process.memoryUsage().heapUsed;
    add(1_000_000);
    const growth = process.memoryUsage().heapUsed - before;
    await new Promise((resolve) => setTimeout(resolve, 20));
    observer.disconnect();
    // One number on the heap per range would be 16 MB.
    expect([growth < 4_000_000, collections <= 1]).toEqual([true, true]);
  });
});
