import { describe, expect, it, vi } from 'vitest';
import { bench, NotedResource } from '../driver.fixture.js';
import { BufferObject } from '../memory/buffer-object.js';
import { cleanResources } from './read-back.js';

const PAGE = 4096;

function object(pages: number, ...resources: [firstPage: number, endPage: number, gpuDirty: boolean][]) {
  const { driver } = bench();
  const backing = new BufferObject(driver.state, pages);
  const made = resources.map(([first, end, gpuDirty]) => {
    const resource = new NotedResource(backing, first * PAGE, (end - first) * PAGE);
    resource.gpuDirty = gpuDirty;
    return resource;
  });
  return { backing, made, fence: vi.spyOn(driver.state.queue, 'emitFence') };
}

describe('cleanResources', () => {
  it('C1: a fault on one page reads back the resource there and no other', () => {
    const resources = Array.from({ length: 100 }, (_, i): [number, number, boolean] => [i, i + 1, true]);
    const { backing, made } = object(100, ...resources);
    expect(backing.reserved((held) => cleanResources(held, 0, 1))).toBe(1);
    expect(made.map((resource) => resource.readBacks)).toEqual([1, ...Array.from({ length: 99 }, () => 0)]);
  });

  it('C2: finds, reads back and fences a resource that reaches over another one', () => {
    const { backing, made, fence } = object(100, [0, 100, true], [10, 20, false]);
    expect(backing.reserved((held) => cleanResources(held, 50, 51))).toBe(50);
    expect(made[0].readBacks).toBe(1);
    expect(made[0].gpuDirty).toBe(false);
    expect(fence).toHaveBeenCalledTimes(1);
  });

  it('C2, 6.4: no page of a resource that is still GPU-dirty may be mapped ahead', () => {
    const { backing } = object(100, [0, 100, false], [5, 10, true]);
    expect(backing.reserved((held) => cleanResources(held, 0, 1))).toBe(5);
  });

  it('6.4: where no resource is, one page and no fence', () => {
    const { backing, fence } = object(100, [50, 60, true]);
    expect(backing.reserved((held) => cleanResources(held, 3, 4))).toBe(1);
    expect(fence).not.toHaveBeenCalled();
  });

  it('C3: what was read back before one that fails is waited for and usable; the failing one stays GPU-dirty', () => {
    const { backing, made, fence } = object(10, [0, 4, true], [0, 8, true]);
    made[1].failReadBack = true;
    expect(() => backing.reserved((held) => cleanResources(held, 2, 3))).toThrow('read-back failed');
    expect(fence).toHaveBeenCalledTimes(1);
    expect(made.map((resource) => resource.gpuDirty)).toEqual([false, true]);
    made[1].failReadBack = false;
    expect(backing.reserved((held) => cleanResources(held, 2, 3))).toBe(6);
    expect(made.map((resource) => resource.readBacks)).toEqual([1, 1]);
  });

  it('tracked memory hears of a read-back before the device writes and after it has', () => {
    const { backing, made, fence } = object(10, [0, 4, true]);
    backing.reserved((held) => backing.addTrackerUser(held));
    const { memory } = backing.tracker!;
    const order: string[] = [];
    vi.spyOn(memory, 'beforeDeviceWrite').mockImplementation((first, count) =>
      order.push(`before ${first} ${count}`),
    );
    vi.spyOn(memory, 'afterDeviceWrite').mockImplementation((first, count) =>
      order.push(`after ${first} ${count}`),
    );
    vi.spyOn(made[0], 'readBack').mockImplementation(() => void order.push('read back'));
    fence.mockImplementationOnce(() => ({ wait: () => order.push('fence') }) as never);
    backing.reserved((held) => cleanResources(held, 1, 2));
    expect(order).toEqual(['before 0 4', 'read back', 'fence', 'after 0 4']);
  });

  it('6.4, B9: nor the page that it shares with the last one read back', () => {
    const { driver } = bench();
    const backing = new BufferObject(driver.state, 4);
    const first = new NotedResource(backing, 0, 6144);
    const second = new NotedResource(backing, 6144, 6144);
    first.gpuDirty = second.gpuDirty = true;
    expect(backing.reserved((held) => cleanResources(held, 0, 1))).toBe(1);
    expect([first.gpuDirty, second.gpuDirty]).toEqual([false, true]);
  });

  it('C3: a read-back that the device refuses leaves its resource GPU-dirty, and no other', () => {
    const { backing, made } = object(10, [0, 4, true], [0, 8, true], [2, 3, true]);
    const { queue } = backing.driver;
    made[1].readBack = (refused) => queue.emit('READBACK_GB_SURFACE', { sid: 4000 }, refused);
    expect(() => backing.reserved((held) => cleanResources(held, 2, 3))).toThrow(
      expect.objectContaining({ code: 'EIO' }),
    );
    expect(made.map((resource) => resource.gpuDirty)).toEqual([false, true, false]);
  });
});
