import { PAGE_SIZE, VM_READ } from '@cg/pagetable';
import { encodeCommand } from '@cg/svga-protocol';
import { describe, expect, it } from 'vitest';
import { setUpContexts } from '../contexts.fixture.js';
import { bench, copyCommand, unmapAll } from '../driver.fixture.js';
import { FaultInjection } from '../fault-injection.js';
import { FixedPolicy, type TrackingMethod } from '@cg/dirty-tracking';
import { BufferObject } from './buffer-object.js';

const SIDE = 64;
/** 4 pages: A8R8G8B8. */
const BYTES = SIDE * SIDE * 4;
const coherent = { format: 2, width: SIDE, height: SIDE, coherent: true };

const error = (code: string) => expect.objectContaining({ code }) as Error;

function setUp(method: TrackingMethod = 'scan') {
  const faults = new FaultInjection();
  const base = bench({ makePolicy: () => new FixedPolicy(method), faults });
  const { cpu, addressSpace } = base.process();
  const file = base.driver.open();
  const copy = (from: number, to: number) => file.submit(copyCommand(from, to, SIDE, SIDE)).wait();
  const onDevice = (handle: number) => base.device.image(file.deviceId(handle), 0)!;
  const objectOf = (mapOffset: number) =>
    base.driver.state.fakeOffsets.find(mapOffset / PAGE_SIZE) as BufferObject;
  /** A mapped buffer object. */
  const buffer = (bytes = BYTES) => {
    const { handle, mapOffset } = file.createBuffer(bytes);
    const { start } = file.mapBuffer(handle, addressSpace);
    return { handle, start, object: objectOf(mapOffset) };
  };
  const surfaceIn = (buffer: number, offset = 0) =>
    file.createSurface({ ...coherent, backing: { buffer, offset } }).handle;
  /** The driver's resources, as numbers. */
  const held = () => {
    const { account, graphicsMemory } = base.driver.state;
    return { frames: base.memory.freeFrames, trackers: account.used, graphics: graphicsMemory.used };
  };
  return { ...base, cpu, addressSpace, file, copy, onDevice, buffer, surfaceIn, faults, held };
}

describe('a reservation', () => {
  it('8.4: is asked for by whatever changes the tracker or a place, and no other will do', () => {
    const { driver } = bench();
    const [object, other] = [1, 2].map((pages) => new BufferObject(driver.state, pages));
    const ended = object.reserve();
    object.unreserve(ended);
    other.reserved((wrong) => {
      for (const held of [ended, wrong]) {
        expect(() => object.addTrackerUser(held)).toThrow(error('EINVAL'));
        expect(() => object.releaseTrackerUser(held)).toThrow(error('EINVAL'));
        expect(() => object.unmapRange(held, 0, 1)).toThrow(error('EINVAL'));
        expect(() => object.noteDeviceWrite(held, 0, 1)).toThrow(error('EINVAL'));
        expect(() => object.unreserve(held)).toThrow(error('EINVAL'));
      }
    });
    expect(object.trackerUsers).toBe(0);
  });

  it('8.6: keeps the buffer object', () => {
    const { file, buffer, surfaceIn, addressSpace, held } = setUp();
    const before = held();
    const { handle, object } = buffer();
    surfaceIn(handle);
    unmapAll(addressSpace);
    object.reserved(() => {
      file.close();
      expect(object.isDestroyed).toBe(false);
    });
    expect(object.isDestroyed).toBe(true);
    expect(held().trackers).toBe(before.trackers);
  });

  const gaps = ['write-protect: between entries and flush', 'clean: between entries and flush'] as const;

  it.each(gaps)('8.4: is held while a surface made in it starts the tracker (%s)', (gap) => {
    const { file, cpu, buffer, surfaceIn, copy, onDevice, memory } = setUp('trap');
    const { handle, start } = buffer();
    const target = file.createSurface(coherent).handle;
    cpu.store8(start, 1);
    const seen: string[] = [];
    memory.preemption.at(gap, () => {
      try {
        cpu.store8(start + PAGE_SIZE, 1);
      } catch (thrown) {
        seen.push((thrown as { code: string }).code);
      }
    });
    const surface = surfaceIn(handle);
    expect([memory.preemption.isPending, seen]).toEqual([false, ['EDEADLK']]);
    copy(surface, target);
    cpu.store8(start + PAGE_SIZE, 2);
    copy(surface, target);
    expect(onDevice(target)[PAGE_SIZE]).toBe(2);
  });

  it('8.4: is held while a surface is made, so that a switch to its buffer object cannot make a second tracker', () => {
    const { cpu, file, buffer, surfaceIn, memory, driver } = setUp('trap');
    const { handle, start, object } = buffer();
    const moved = file.createSurface(coherent).handle;
    cpu.store8(start, 1);
    let blocked = false;
    memory.preemption.at('write-protect: between entries and flush', () => {
      expect(() => file.submit(encodeCommand('BIND_GB_SURFACE', { sid: moved, mobid: handle }))).toThrow(
        error('EDEADLK'),
      );
      blocked = true;
    });
    surfaceIn(handle);
    expect([blocked, object.trackerUsers]).toEqual([true, 1]);
    file.close();
    expect(driver.state.account.used).toBe(0);
  });

  it('8.4: is taken by a command that binds a shader, before its place changes', () => {
    const { file, submit, driver, memory, context } = setUpContexts();
    const { handle: code, mapOffset } = file.createBuffer(PAGE_SIZE);
    const object = driver.state.fakeOffsets.find(mapOffset / PAGE_SIZE) as BufferObject;
    const bind = () =>
      submit((writer) => {
        writer.write('DX_DEFINE_SHADER', { shaderId: 0, type: 1, sizeInBytes: 100 });
        writer.write('DX_BIND_SHADER', { cid: 0xffffffff, shid: 0, mobid: code, offsetInBytes: 0 });
      });
    const before = [object.references.count, object.resources.size, memory.freeFrames];
    const held = object.reserve();
    expect(bind).toThrow(error('EDEADLK'));
    object.unreserve(held);
    expect([object.references.count, object.resources.size, memory.freeFrames]).toEqual(before);
    bind().wait();
    expect(object.resources.size).toBe(1);
    file.closeHandle(context!);
    expect([object.references.count, object.resources.size]).toEqual([1, 0]);
  });
});

describe('a call that would have to wait', () => {
  it('8.5: has changed nothing and kept nothing', () => {
    const { cpu, addressSpace, file, buffer, surfaceIn, copy, memory, held, driver } = setUp();
    const [one, two] = [buffer(), buffer()];
    const scanned = surfaceIn(one.handle);
    const other = surfaceIn(two.handle);
    const target = file.createSurface({ ...coherent, coherent: false }).handle;
    copy(scanned, target);
    cpu.store8(one.start, 1);
    const isTried = { submit: false, evict: false, create: false };
    memory.preemption.at('modify: between start and commit', () => {
      const before = { ...held(), count: two.object.references.count };
      const unused = file.createSurface({ ...coherent, coherent: false }).handle;
      expect(() => copy(other, unused)).toThrow(error('EDEADLK'));
      isTried.submit = true;
      expect(() => two.object.evict()).toThrow(error('EDEADLK'));
      isTried.evict = true;
      expect(() => surfaceIn(two.handle)).toThrow(error('EDEADLK'));
      isTried.create = true;
      expect({ ...held(), count: two.object.references.count }).toEqual(before);
    });
    // mprotect, with the lock of a table held.
    addressSpace.protect(one.start, PAGE_SIZE, VM_READ);
    expect(isTried).toEqual({ submit: true, evict: true, create: true });
    file.closeHandle(other);
    expect(two.object.resources.size).toBe(0);
    expect(driver.state.account.used).toBe(4);
  });
});

describe('a mapping', () => {
  it('8.6: keeps its buffer object until the last VMA of it closes: fork, mremap and partial munmap count', () => {
    const { cpu, file, buffer, addressSpace, held } = setUp();
    const before = held();
    const { handle, start, object } = buffer();
    file.closeHandle(handle);
    cpu.store8(start + PAGE_SIZE, 7);
    const child = addressSpace.fork();
    addressSpace.unmapRange(start + PAGE_SIZE, PAGE_SIZE);
    addressSpace.remap({ address: start, length: PAGE_SIZE, newLength: PAGE_SIZE, newAddress: 2 ** 40 });
    cpu.store8(2 ** 40, 5);
    unmapAll(addressSpace);
    expect(object.isDestroyed).toBe(false);
    cpu.run(child);
    expect([cpu.load8(start), cpu.load8(start + PAGE_SIZE)]).toEqual([5, 7]);
    cpu.run(addressSpace);
    child.exit();
    expect(object.isDestroyed).toBe(true);
    expect(held().graphics).toBe(before.graphics);
  });

  it('8.6: of a backing that its surface has left still shows that', () => {
    const { cpu, file, buffer, addressSpace } = setUp();
    const surface = file.createSurface(coherent).handle;
    const { start } = file.mapSurface(surface, addressSpace);
    cpu.store8(start, 3);
    file.submit(encodeCommand('BIND_GB_SURFACE', { sid: surface, mobid: buffer().handle })).wait();
    cpu.store8(start + 1, 4);
    expect([cpu.load8(start), cpu.load8(start + 1)]).toEqual([3, 4]);
  });
});

describe('the last reference', () => {
  it('8.6: dropped while the buffer object is reserved, the surface goes after that, and loses nothing', () => {
    const { cpu, file, buffer, surfaceIn, copy, device } = setUp();
    const [one, two] = [buffer(), buffer()];
    const [written, source] = [surfaceIn(one.handle), surfaceIn(two.handle)];
    cpu.store8(two.start, 9);
    copy(source, written);
    one.object.reserved(() => {
      file.closeHandle(written);
      expect([one.object.resources.size, one.object.trackerUsers]).toEqual([1, 1]);
      expect(device.statistics.perCommand.DESTROY_GB_SURFACE).toBe(0);
    });
    expect([one.object.resources.size, one.object.trackerUsers]).toEqual([0, 0]);
    expect(device.statistics.perCommand.DESTROY_GB_SURFACE).toBe(1);
    expect(cpu.load8(one.start)).toBe(9);
  });

  it.each(['command-space', 'device-error'] as const)(
    '8.6, 6.5: fails nobody (%s), and what the device had comes back later',
    (fault) => {
      const { cpu, file, buffer, surfaceIn, copy, faults, held } = setUp();
      const before = held();
      const [one, two] = [buffer(), buffer()];
      const [written, source] = [surfaceIn(one.handle), surfaceIn(two.handle)];
      cpu.store8(two.start, 9);
      copy(source, written);
      faults.fail(fault);
      file.closeHandle(written);
      faults.disarm();
      expect(cpu.load8(one.start)).toBe(9);
      expect([one.object.resources.size, one.object.trackerUsers]).toEqual([0, 0]);
      file.close();
      expect(held().trackers).toBe(before.trackers);
    },
  );

  it('8.6: takes no lock: not that of a mapping that somebody walks or changes', () => {
    const { cpu, addressSpace, file, buffer, surfaceIn, copy, memory, driver } = setUp();
    const [one, two] = [buffer(), buffer()];
    const [scanned, closed] = [surfaceIn(one.handle), surfaceIn(two.handle)];
    copy(scanned, closed);
    cpu.store8(one.start, 1);
    const { handle } = file.createBuffer(PAGE_SIZE);
    let isClosed = false;
    memory.preemption.at('modify: between start and commit', () => {
      [closed, two.handle, handle].forEach((each) => file.closeHandle(each));
      isClosed = true;
    });
    addressSpace.protect(one.start, PAGE_SIZE, VM_READ);
    expect(isClosed).toBe(true);
    expect(driver.state.account.used).toBe(4);
  });
});
