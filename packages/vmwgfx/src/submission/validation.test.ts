import { CommandWriter, encodeCommand, SVGA3D_INVALID_ID } from '@cg/svga-protocol';
import { describe, expect, it, vi } from 'vitest';
import { cleanResources } from '../coherency/read-back.js';
import { bench, copyCommand, NotedResource } from '../driver.fixture.js';
import type { DriverOptions } from '../driver.js';
import { BufferObject } from '../memory/buffer-object.js';
import { Resource } from '../resource/resource.js';
import { FixedPolicy, type TrackingMethod } from '@cg/dirty-tracking';

const PAGE = 4096;
const SIDE = 64;
const BYTES = SIDE * SIDE * 4;
const square = { format: 2, width: SIDE, height: SIDE };
const coherent = { ...square, coherent: true };

const error = (code: string) => expect.objectContaining({ code }) as Error;

function setUp(options: DriverOptions = {}) {
  const base = bench(options);
  const { cpu, addressSpace } = base.process();
  const file = base.driver.open();
  const target = file.createSurface(square).handle;
  const copy = (from: number, to: number) => file.submit(copyCommand(from, to, SIDE, SIDE)).wait();
  /** Commands one after another. */
  const all = (...commands: Uint8Array[]) => new Uint8Array(commands.flatMap((command) => [...command]));
  const bind = (sid: number, mobid: number) => encodeCommand('BIND_GB_SURFACE', { sid, mobid });
  const seen = (surface: number) => {
    copy(surface, target);
    return base.device.image(file.deviceId(target), 0)!.slice();
  };
  const buffer = (fill = 0) => {
    const { handle } = file.createBuffer(BYTES);
    const vma = file.mapBuffer(handle, addressSpace);
    cpu.storeBytes(vma.start, new Uint8Array(BYTES).fill(fill));
    return { handle, vma };
  };
  return { ...base, cpu, addressSpace, file, target, copy, all, bind, seen, buffer };
}

/** The buffer object of a surface, for inspection by the tests. */
function objectsOf(set: ReturnType<typeof setUp>, firstOffset: number): BufferObject {
  return set.driver.state.fakeOffsets.find(firstOffset / PAGE) as BufferObject;
}

describe('reserving', () => {
  it('goes in one order for submissions that name the same objects in different ones', () => {
    const { file, copy } = setUp();
    const [a, b, c] = [0, 1, 2].map(() => file.createSurface(coherent).handle);
    copy(a, b);
    const order: number[] = [];
    const { reserveOnly: taken } = BufferObject.prototype;
    const reserve = vi.spyOn(BufferObject.prototype, 'reserveOnly').mockImplementation(function (
      this: BufferObject,
      ...args
    ) {
      order.push(this.firstPage);
      return taken.apply(this, args);
    });
    const commands = (...pairs: [number, number][]) => {
      const writer = new CommandWriter();
      const images = { srcFace: 0, srcMipmap: 0, destFace: 0, destMipmap: 0 };
      const box = { x: 0, y: 0, z: 0, w: 1, h: 1, d: 1, srcx: 0, srcy: 0, srcz: 0 };
      pairs.forEach(([srcSid, destSid]) =>
        writer.write('SURFACE_COPY', { srcSid, destSid, ...images, boxes: [box] }),
      );
      return writer.bytes;
    };
    try {
      file.submit(commands([a, b], [b, c])).wait();
      file.submit(commands([c, a], [b, a])).wait();
    } finally {
      reserve.mockRestore();
    }
    expect(order).toHaveLength(6);
    expect(order.slice(3)).toEqual(order.slice(0, 3));
    expect(order.slice(0, 3)).toEqual(order.slice(0, 3).toSorted((x, y) => x - y));
  });

  it('takes an object that is named twice once, and lets everything go where one is taken', () => {
    const set = setUp();
    const { file, copy, seen } = set;
    const buffer = file.createBuffer(2 * BYTES);
    const [first, second] = [0, BYTES].map(
      (offset) => file.createSurface({ ...coherent, backing: { buffer: buffer.handle, offset } }).handle,
    );
    const other = file.createSurface(coherent).handle;
    copy(first, second);
    copy(other, first);
    const object = objectsOf(set, buffer.mapOffset);
    const { references, trackerUsers } = object;
    const before = [references.count, trackerUsers];
    const held = object.reserve();
    expect(() => copy(other, first)).toThrow(error('EDEADLK'));
    object.unreserve(held);
    expect([references.count, object.trackerUsers]).toEqual(before);
    expect(() => seen(first)).not.toThrow();
    expect(() => seen(other)).not.toThrow();
  });
});

describe('switching the backing', () => {
  it('6.3, 6.5: the new backing’s bytes are the surface’s, and the old one has what the device wrote', () => {
    const { file, cpu, seen, copy, bind, buffer } = setUp();
    const [one, two, source] = [buffer(1), buffer(2), buffer(7)];
    const surface = file.createSurface({ ...coherent, backing: { buffer: one.handle } }).handle;
    const from = file.createSurface({ ...coherent, backing: { buffer: source.handle } }).handle;
    expect(seen(surface)[9]).toBe(1);
    copy(from, surface);
    file.submit(bind(surface, two.handle)).wait();
    expect(cpu.load8(one.vma.start + 9)).toBe(7);
    expect(seen(surface)[9]).toBe(2);
    cpu.store8(two.vma.start + 9, 33);
    cpu.store8(one.vma.start + 10, 44);
    expect([...seen(surface).subarray(9, 11)]).toEqual([33, 2]);
  });

  it('6.3: counts for the whole submission, and an old backing that nobody has goes', () => {
    const { file, memory, driver, all, bind, buffer, target, device } = setUp();
    const surface = file.createSurface(coherent).handle;
    file.submit(copyCommand(surface, target, SIDE, SIDE)).wait();
    const two = buffer(2);
    const before = memory.freeFrames;
    file.submit(all(copyCommand(surface, target, SIDE, SIDE), bind(surface, two.handle))).wait();
    expect(device.image(file.deviceId(target), 0)![5]).toBe(2);
    expect(memory.freeFrames).toBeGreaterThan(before);
    file.close();
    expect(driver.state.account.used).toBe(0);
  });

  it('of a surface that is not coherent leaves its content on the device', () => {
    const { file, seen, copy, bind, buffer } = setUp();
    const source = file.createSurface({ ...coherent, backing: { buffer: buffer(7).handle } }).handle;
    const surface = file.createSurface(square).handle;
    copy(source, surface);
    file.submit(bind(surface, buffer(1).handle)).wait();
    expect(seen(surface)[0]).toBe(7);
  });

  it('1.2: what the device wrote to it before is found behind a backing that is coherent memory', () => {
    const { file, cpu, copy, bind, buffer } = setUp();
    const source = file.createSurface({ ...coherent, backing: { buffer: buffer(7).handle } }).handle;
    const surface = file.createSurface(square).handle;
    const shared = buffer(1);
    file.createSurface({ ...coherent, backing: { buffer: shared.handle } });
    copy(source, surface);
    expect(cpu.load8(shared.vma.start)).toBe(1);
    file.submit(bind(surface, shared.handle)).wait();
    expect(cpu.load8(shared.vma.start)).toBe(7);
  });

  it('C6: a surface without a backing there cannot be, nor one in a backing that is too small', () => {
    const { file, bind, seen, buffer } = setUp();
    const surface = file.createSurface({ ...coherent, backing: { buffer: buffer(3).handle } }).handle;
    expect(() => file.submit(bind(surface, SVGA3D_INVALID_ID))).toThrow(error('EINVAL'));
    expect(() => file.submit(bind(surface, file.createBuffer(PAGE).handle))).toThrow(error('EINVAL'));
    expect(seen(surface)[0]).toBe(3);
  });

  it('C4: a resource that only changes its offset is found at the new one', () => {
    const { driver } = bench();
    const backing = new BufferObject(driver.state, 40);
    const still = new NotedResource(backing, 10 * PAGE, 10 * PAGE);
    const moved = new NotedResource(backing, 0, 10 * PAGE);
    moved.gpuDirty = true;
    backing.reserved((held) => moved.moveTo(held, held, 20 * PAGE));
    backing.reserved((held) => cleanResources(held, 0, 1));
    expect(moved.readBacks).toBe(0);
    backing.reserved((held) => cleanResources(held, 20, 21));
    expect([moved.readBacks, still.readBacks]).toEqual([1, 0]);
  });
});

describe.each<TrackingMethod>(['scan', 'trap'])('backing off, method %s', (method) => {
  const makePolicy = () => new FixedPolicy(method);

  it('C5: returns the tracker references that were taken, and no other', () => {
    const set = setUp({ makePolicy, accountLimit: 12 });
    const { file, all, bind, seen, cpu, addressSpace } = set;
    const [one, two, three] = [0, 1, 2].map(() => file.createBuffer(BYTES));
    const [a, b] = [0, 1].map(
      () => file.createSurface({ ...coherent, backing: { buffer: one.handle } }).handle,
    );
    const there = file.createSurface({ ...coherent, backing: { buffer: two.handle } }).handle;
    const small = file.createSurface({ ...coherent, width: 1, height: 1 });
    const users = () => [one, two, three].map(({ mapOffset }) => objectsOf(set, mapOffset).trackerUsers);
    expect(users()).toEqual([2, 1, 0]);
    const vma = file.mapBuffer(one.handle, addressSpace);
    cpu.store8(vma.start, 5);
    // The account holds three trackers: the fourth is refused, after the first switch took its use.
    expect(() => file.submit(all(bind(a, two.handle), bind(b, three.handle)))).toThrow(error('ENOMEM'));
    expect(users()).toEqual([2, 1, 0]);
    expect([seen(a)[0], seen(b)[0], seen(there)[0]]).toEqual([5, 5, 0]);
    file.closeHandle(small.handle);
    file.submit(all(bind(a, two.handle), bind(b, three.handle))).wait();
    expect(users()).toEqual([0, 2, 1]);
    file.close();
    expect(set.driver.state.account.used).toBe(0);
  });

  it('1.5: whichever step fails, backings, trackers and pages are as before, and nothing stored is lost', () => {
    for (let failing = 0, failed = true; failed; failing++) {
      const set = setUp({ makePolicy });
      const { file, all, bind, seen, cpu, buffer, driver, memory, copy } = set;
      const [one, two, source] = [buffer(1), buffer(2), buffer(7)];
      const surface = file.createSurface({ ...coherent, backing: { buffer: one.handle } }).handle;
      const from = file.createSurface({ ...coherent, backing: { buffer: source.handle } }).handle;
      const fresh = file.createSurface(square).handle;
      copy(from, surface);
      cpu.store8(one.vma.start + 1, 55);
      cpu.store8(two.vma.start + 2, 66);
      cpu.store8(source.vma.start + 3, 77);
      const before = { frames: memory.freeFrames, used: driver.state.account.used };
      let calls = 0;
      const { queue } = driver.state;
      const emit = queue.emitEncoded.bind(queue);
      const spy = vi.spyOn(queue, 'emitEncoded').mockImplementation((source, number) => {
        if (calls++ === failing) {
          throw new Error('no command space');
        }
        emit(source, number);
      });
      const commands = all(bind(surface, two.handle), copyCommand(from, fresh, SIDE, SIDE));
      try {
        file.submit(commands);
        failed = false;
      } catch {
        failed = true;
      }
      const validated = spy.mock.calls.some(([source, number]) => source.name(number) === 'SURFACE_COPY');
      spy.mockRestore();
      if (failed && !validated) {
        expect(driver.state.account.used, `step ${failing}`).toBe(before.used);
        // The device may have one more MOB, with a page table of one frame.
        expect(before.frames - memory.freeFrames, `step ${failing}`).toBeLessThanOrEqual(1);
        expect([...seen(surface).subarray(0, 3)], `step ${failing}`).toEqual([7, 55, 7]);
        expect([0, 1].map((at) => cpu.load8(one.vma.start + at))).toEqual([7, 55]);
        file.submit(commands).wait();
      }
      expect([...seen(surface).subarray(0, 3)], `step ${failing}, then again`).toEqual([2, 2, 66]);
      expect([...seen(from).subarray(2, 4)]).toEqual([7, 77]);
      file.close();
      expect(driver.state.account.used).toBe(0);
      expect(failing).toBeLessThan(30);
    }
  });
});

describe('the order of steps', () => {
  it('C8: bind and upload all, then follow the tracking, unmap what is written, transfer and sync', () => {
    const { file, cpu, all, bind, buffer, driver } = setUp();
    const [one, two] = [buffer(1), buffer(2)];
    const surface = file.createSurface({ ...coherent, backing: { buffer: one.handle } }).handle;
    const other = file.createSurface(coherent).handle;
    file.submit(copyCommand(surface, other, SIDE, SIDE)).wait();
    cpu.store8(two.vma.start, 9);
    const steps: string[] = [];
    const note = (name: string) => () => void steps.push(name);
    const emit = vi
      .spyOn(driver.state.queue, 'emitEncoded')
      .mockImplementation((source, number) => note(source.name(number))());
    const spies = [
      vi.spyOn(BufferObject.prototype, 'unmapRange').mockImplementation(note('unmap')),
      vi.spyOn(Resource.prototype, 'moveTo'),
    ];
    try {
      file.submit(all(bind(surface, two.handle), copyCommand(other, surface, SIDE, SIDE)));
    } catch {
      // Nothing reached the device.
    } finally {
      [emit, ...spies].forEach((spy) => spy.mockRestore());
    }
    expect(steps).toEqual([
      'DEFINE_GB_MOB64',
      'BIND_GB_SURFACE',
      'UPDATE_GB_SURFACE',
      'unmap',
      'SURFACE_COPY',
      'FENCE',
    ]);
  });
});
