import { PAGE_SIZE, VM_MAYWRITE, VM_READ, VM_SHARED, VM_WRITE } from '@cg/pagetable';
import { describe, expect, it, vi } from 'vitest';
import { bench, NotedResource } from '../driver.fixture.js';
import { BufferObject } from '../memory/buffer-object.js';
import { BufferObjectVmaOperations } from './fault-handlers.js';
import { KernelPolicy, type DirtyTracker, type TrackingPolicy } from '@cg/dirty-tracking';

function tracked(pages: number, policy: TrackingPolicy = new KernelPolicy()) {
  const { driver, process } = bench({ makePolicy: () => policy });
  const object = new BufferObject(driver.state, pages);
  const { cpu, addressSpace } = process();
  const vma = addressSpace.map({
    length: pages * PAGE_SIZE,
    flags: VM_READ | VM_WRITE | VM_SHARED | VM_MAYWRITE,
    mapping: driver.state.mapping,
    firstPage: object.firstPage,
    operations: new BufferObjectVmaOperations(object),
  });
  const write = (...written: number[]) =>
    written.forEach((page) => cpu.store8(vma.start + page * PAGE_SIZE, 1));
  const start = () => {
    object.reserved((held) => object.addTrackerUser(held));
    return object.tracker!;
  };
  const ranges = (tracker: DirtyTracker) => [...tracker.dirty.bitmap.ranges()];
  return { object, write, start, ranges, addressSpace, vma };
}

function span(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, i) => start + i);
}

describe('the tracker of a buffer object', () => {
  it('5.1, E4: starts scanning below 512 pages, trapping from there on, with old writes picked up', () => {
    expect(tracked(511).start().method).toBe('scan');
    const large = tracked(512);
    large.write(7, 300);
    const tracker = large.start();
    expect(tracker.method).toBe('trap');
    expect(large.ranges(tracker)).toEqual([
      [7, 8],
      [300, 301],
    ]);
  });

  it('2.8: pages are mapped huge only while they are not tracked, and what was written through that is known', () => {
    const { driver, process } = bench();
    const object = new BufferObject(driver.state, 1200);
    const { cpu, addressSpace } = process();
    // The page whose frame is aligned goes to an aligned address.
    const first = object.frames.findIndex((frame) => frame % 512 === 0);
    const vma = addressSpace.map({
      address: 0x40000000 - first * PAGE_SIZE,
      length: 1200 * PAGE_SIZE,
      flags: VM_READ | VM_WRITE | VM_SHARED | VM_MAYWRITE,
      mapping: driver.state.mapping,
      firstPage: object.firstPage,
      operations: new BufferObjectVmaOperations(object),
    });
    const level = (page: number) => addressSpace.tables.leafLevel(vma.addressOf(object.firstPage + page));
    const store = (page: number) => cpu.store8(vma.addressOf(object.firstPage + page), 1);
    store(first + 9);
    expect(level(first + 9)).toBe(2);
    object.reserved((held) => object.addTrackerUser(held));
    expect(level(first + 9)).toBe(1);
    // The leaf was dirty: every page of it may have been written.
    expect([...object.tracker!.dirty.bitmap.ranges()]).toEqual([[first, first + 512]]);
    addressSpace.unmap(vma);
    const again = addressSpace.map({
      address: vma.start,
      length: 1200 * PAGE_SIZE,
      flags: vma.flags,
      mapping: driver.state.mapping,
      firstPage: object.firstPage,
      operations: vma.operations,
    });
    cpu.store8(again.addressOf(object.firstPage + first + 9), 2);
    expect(level(first + 9)).toBe(1);
  });

  it('5.2, B4: switching to the scan method changes no dirty page', () => {
    const { start, write, ranges } = tracked(600);
    const tracker = start();
    for (const round of [1, 2, 3]) {
      write(...span(0, 40), ...span(570, 600));
      tracker.scan();
      expect(ranges(tracker), `round ${round}`).toEqual([
        [0, 40],
        [570, 600],
      ]);
      expect(tracker.method).toBe(round < 3 ? 'trap' : 'scan');
      if (round < 3) {
        tracker.dirty.clearRange(0, 600);
      }
    }
    write(45);
    tracker.scan();
    expect(ranges(tracker)).toEqual([
      [0, 40],
      [45, 46],
      [570, 600],
    ]);
  });

  it('5.2: three idle scans in a row switch to trapping, and the next write is trapped', () => {
    const { start, write, ranges } = tracked(64);
    const tracker = start();
    write(1);
    tracker.scan();
    tracker.dirty.clearRange(0, 64);
    [1, 2, 3].forEach(() => tracker.scan());
    expect(tracker.method).toBe('trap');
    write(1);
    expect(ranges(tracker)).toEqual([[1, 2]]);
    expect(tracker.statistics.methodSwitches).toBe(1);
  });

  it('5.3, B9, B10: a page that resources share reaches each of them, then its bit goes', () => {
    const { object, start, write } = tracked(16);
    const first = new NotedResource(object, 0, 6144);
    const second = new NotedResource(object, 6144, 8192);
    const alias = new NotedResource(object, 4096, 4096);
    const tracker = start();
    write(0, 1);
    tracker.scan();
    tracker.transfer(first, first.sharedBy);
    expect([first.handed, second.handed, alias.handed]).toEqual([[[0, 2]], [[0, 2]], [[0, 2]]]);
    expect(tracker.dirty.isEmpty).toBe(true);
  });

  it('5.3: clearing after a full upload keeps a shared page dirty for the other resource', () => {
    const { object, start, write } = tracked(16);
    const first = new NotedResource(object, 0, 6144);
    const second = new NotedResource(object, 6144, 8192);
    const tracker = start();
    write(1);
    tracker.scan();
    tracker.clear(first, first.sharedBy);
    expect([first.handed, second.handed]).toEqual([[], [[1, 2]]]);
  });

  it('E1: in the scan method a dirty entry that goes with its mapping is recorded', () => {
    const { start, write, ranges, addressSpace, vma } = tracked(16);
    const tracker = start();
    write(3, 9);
    addressSpace.unmap(vma);
    expect(ranges(tracker)).toEqual([
      [3, 4],
      [9, 10],
    ]);
  });

  it('5.5: the order is protect, collect, unmap, so that no store falls in between', () => {
    const { object, start, write } = tracked(16);
    const { memory } = start();
    write(3);
    const order: string[] = [];
    vi.spyOn(memory, 'writeProtect').mockImplementation(() => order.push('protect'));
    vi.spyOn(memory, 'cleanAndRecord').mockImplementation(() => order.push('collect'));
    vi.spyOn(object.driver.mapping, 'unmapRange').mockImplementation(() => void order.push('unmap'));
    object.reserved((held) => object.unmapRange(held, 0, 5));
    expect(order).toEqual(['protect', 'collect', 'unmap']);
  });

  it('5.5: unmapping a range collects it first', () => {
    const { object, start, write, ranges } = tracked(16);
    const tracker = start();
    write(3, 9);
    object.reserved((held) => object.unmapRange(held, 0, 5));
    expect(ranges(tracker)).toEqual([[3, 4]]);
    tracker.scan();
    expect(ranges(tracker)).toEqual([
      [3, 4],
      [9, 10],
    ]);
  });
});
