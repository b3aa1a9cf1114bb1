import { DirtyTracker, FixedPolicy } from '@cg/dirty-tracking';
import { PAGE_SIZE } from '@cg/pagetable';
import { encodeCommand } from '@cg/svga-protocol';
import { describe, expect, it, vi } from 'vitest';
import type { DriverEvent } from '../driver-event.js';
import type { DriverOptions } from '../driver.js';
import { copyCommand, processOf } from '../driver.fixture.js';
import { FaultInjection } from '../fault-injection.js';
import type { BufferObject } from '../memory/buffer-object.js';
import { BYTES, SIDE, slowBench, square } from '../slow-device.fixture.js';
import { Validation } from './validation.js';

const coherent = { ...square, coherent: true };
const image = { face: 0, mipmap: 0 };
const whole = { x: 0, y: 0, z: 0, w: SIDE, h: SIDE, d: 1 };

/** Two files of a driver; `wait` lets the device finish. What `other` submits leaves the last stream of `file`. */
function setUp(options: DriverOptions = {}) {
  const faults = new FaultInjection();
  const base = slowBench({ makePolicy: () => new FixedPolicy('scan'), faults, ...options }, { dx: false });
  const { cpu, addressSpace } = processOf(base.memory);
  const [file, other] = [0, 1].map(() => base.driver.open());
  const copy = (from: number, to: number) => copyCommand(from, to, SIDE, SIDE);
  const open = (handle: number) => other.open(file.share(handle));
  /** A surface, mapped, full of a value. */
  const filled = (value: number, traits: object = coherent) => {
    const { handle } = file.createSurface({ ...square, ...traits });
    const { start } = file.mapSurface(handle, addressSpace);
    cpu.storeBytes(start, new Uint8Array(BYTES).fill(value));
    return { handle, start };
  };
  /** A surface that was never stored to: its first use is no event. */
  const blank = (traits: object = coherent) => file.createSurface({ ...square, ...traits }).handle;
  const buffer = (bytes = BYTES) => {
    const { handle } = file.createBuffer(bytes);
    return { handle, start: file.mapBuffer(handle, addressSpace).start };
  };
  /** Submits until another submission looks at no resource. */
  const settle = (stream: Uint8Array) => {
    for (let i = 0; i < 3; i++) {
      file.submit(stream).wait();
    }
    const validate = vi.spyOn(Validation.prototype, 'validate');
    file.submit(stream).wait();
    expect(validate).not.toHaveBeenCalled();
    validate.mockRestore();
  };
  const emitted: string[] = [];
  const hear = (event: DriverEvent) => event.kind === 'command-emitted' && emitted.push(event.command);
  base.driver.events.listen(hear);
  /** The commands emitted by a submission. */
  const commandsOf = (stream: Uint8Array) => {
    emitted.length = 0;
    file.submit(stream).wait();
    return emitted.filter((name) => name !== 'FENCE');
  };
  const onDevice = (handle: number) => base.device.image(file.deviceId(handle), 0)?.[0];
  return {
    ...base,
    faults,
    cpu,
    file,
    other,
    copy,
    open,
    filled,
    blank,
    buffer,
    settle,
    commandsOf,
    onDevice,
  };
}

const invalidate = (sid: number) => encodeCommand('INVALIDATE_GB_IMAGE', { sid, ...image });
const readBack = (sid: number) => encodeCommand('READBACK_GB_IMAGE', { sid, ...image });

describe('a submission of a settled stream', () => {
  it('1.1: uploads what is stored meanwhile, and stays settled', () => {
    const { cpu, filled, copy, settle, commandsOf, onDevice } = setUp();
    const [a, b] = [filled(1), filled(2)];
    const stream = copy(a.handle, b.handle);
    settle(stream);
    const validate = vi.spyOn(Validation.prototype, 'validate');
    for (const value of [9, 10]) {
      cpu.store8(a.start, value);
      expect(commandsOf(stream)).toEqual(['UPDATE_GB_IMAGE', 'SURFACE_COPY']);
      expect(onDevice(b.handle)).toBe(value);
      expect(commandsOf(stream)).toEqual(['SURFACE_COPY']);
    }
    expect(validate).not.toHaveBeenCalled();
    validate.mockRestore();
  });

  it('B9: uploads a store to a page of two of its surfaces to both', () => {
    const { cpu, file, filled, buffer, settle, onDevice } = setUp();
    const { handle, start } = buffer();
    const [one, two] = [0, 1].map(
      () => file.createSurface({ ...coherent, backing: { buffer: handle } }).handle,
    );
    const [b, c] = [filled(2).handle, filled(3).handle];
    const block = (srcSid: number, destSid: number) => copyCommand(srcSid, destSid, SIDE, SIDE);
    const stream = new Uint8Array([...block(one, b), ...block(two, c)]);
    settle(stream);
    cpu.store8(start, 9);
    file.submit(stream).wait();
    expect([onDevice(b), onDevice(c)]).toEqual([9, 9]);
  });

  it('1.5: has what could not be sent for want of command space in the next one', () => {
    const { cpu, file, filled, copy, settle, commandsOf, faults, onDevice } = setUp();
    const [a, b] = [filled(1), filled(2)];
    const stream = copy(a.handle, b.handle);
    settle(stream);
    cpu.store8(a.start, 9);
    faults.fail('command-space');
    expect(() => file.submit(stream)).toThrow(expect.objectContaining({ code: 'ENOMEM' }));
    expect(commandsOf(stream)).toEqual(['UPDATE_GB_IMAGE', 'SURFACE_COPY']);
    expect(onDevice(b.handle)).toBe(9);
  });

  it('is EBUSY while the CPU uses one of its buffer objects', () => {
    const { file, filled, copy, settle } = setUp();
    const [a, b] = [filled(1), filled(2, square)];
    const stream = copy(a.handle, b.handle);
    settle(stream);
    const access = file.syncCpu(file.backingOf(b.handle).handle);
    expect(() => file.submit(stream)).toThrow(expect.objectContaining({ code: 'EBUSY' }));
    access.release();
    file.submit(stream).wait();
  });

  it('8.5: reserves all of its buffer objects, or none', () => {
    const { driver, file, filled, copy, settle } = setUp();
    const [a, b, c] = [filled(1), filled(2), filled(3)];
    const stream = new Uint8Array([...copy(a.handle, b.handle), ...copy(b.handle, c.handle)]);
    settle(stream);
    const objects = [a, b, c].map(({ handle }) => {
      const page = file.backingOf(handle).mapOffset / PAGE_SIZE;
      return driver.state.fakeOffsets.find(page) as BufferObject;
    });
    objects[1].reserved(() => {
      expect(() => file.submit(stream)).toThrow(expect.objectContaining({ code: 'EDEADLK' }));
      expect(objects.map(({ isReserved }) => isReserved)).toEqual([false, true, false]);
    });
    settle(stream);
  });

  it('8.5: has done nothing where its scan would have to wait for the mapping', () => {
    const { driver, file, filled, copy, settle } = setUp();
    const [a, b] = [filled(1), filled(2)];
    const stream = copy(a.handle, b.handle);
    settle(stream);
    const { lock } = driver.state.mapping;
    const scan = vi.spyOn(DirtyTracker.prototype, 'scan');
    lock.acquireWrite('munmap');
    expect(() => file.submit(stream)).toThrow(expect.objectContaining({ code: 'EDEADLK' }));
    lock.releaseWrite('munmap');
    expect(scan).not.toHaveBeenCalled();
    scan.mockRestore();
    settle(stream);
  });

  it('8.5: keeps its reservations from the same stream, submitted by another CPU meanwhile', () => {
    const { cpu, file, filled, copy, settle, memory, onDevice } = setUp();
    const [a, b] = [filled(1), filled(2)];
    const stream = copy(a.handle, b.handle);
    settle(stream);
    cpu.store8(a.start, 9);
    const inBetween = vi.fn(() => {
      expect(() => file.submit(stream)).toThrow(expect.objectContaining({ code: 'EDEADLK' }));
    });
    memory.preemption.at('submit: between scan and transfer', inBetween);
    file.submit(stream).wait();
    expect(inBetween).toHaveBeenCalled();
    expect(onDevice(b.handle)).toBe(9);
    settle(stream);
  });

  it('syncCpu waits for it, and for a later submission of another stream', () => {
    const { file, filled, copy, settle } = setUp();
    const [a, b, c] = [filled(1), filled(2), filled(3, square)];
    const stream = copy(a.handle, b.handle);
    settle(stream);
    const { handle } = file.backingOf(a.handle);
    for (const each of [stream, copy(a.handle, c.handle), stream]) {
      const fence = file.submit(each);
      expect(() => file.syncCpu(handle, { dontBlock: true })).toThrow(
        expect.objectContaining({ code: 'EBUSY', facts: { seqno: fence.seqno } }),
      );
      file.syncCpu(handle).release();
      expect(fence.isSignalled).toBe(true);
    }
  });

  it('8.6: keeps what another CPU closes meanwhile, and what another stream of the file is remembered of', () => {
    const { file, filled, copy, settle, memory, onDevice } = setUp();
    const [a, b, c, d] = [filled(1), filled(2), filled(3), filled(4)];
    const stream = copy(a.handle, b.handle);
    settle(stream);
    const inBetween = vi.fn(() => {
      file.submit(copy(c.handle, d.handle));
      file.closeHandle(a.handle);
    });
    memory.preemption.at('submit: between updates and commands', inBetween);
    file.submit(stream).wait();
    expect(inBetween).toHaveBeenCalled();
    expect([onDevice(b.handle), onDevice(d.handle)]).toEqual([1, 3]);
    expect(() => file.submit(stream)).toThrow(expect.objectContaining({ code: 'ENOENT' }));
  });

  it('8.1: does not change what one in flight has written', () => {
    const { file, filled, copy, cpu, pass } = setUp();
    const [a, b, c, d] = [filled(1), filled(2), filled(3), filled(4)];
    file.submit(copy(a.handle, b.handle));
    file.submit(copy(c.handle, d.handle));
    pass();
    expect([b, d].map(({ start }) => cpu.load8(start))).toEqual([1, 3]);
  });

  it('counts as a use of its objects, unless they are the last that were used', () => {
    const { file, other, filled, open, settle, driver } = setUp();
    const [a, b] = [filled(1), filled(2)];
    const theirs = open(b.handle);
    settle(readBack(a.handle));
    other.submit(readBack(theirs)).wait();
    file.submit(readBack(a.handle)).wait();
    const orders = [driver.state.placed, driver.state.surfacesOnDevice];
    const before = orders.map((order) => order.candidates());
    const places = () => orders.map((order, i) => order.candidates().map((each) => before[i].indexOf(each)));
    file.submit(readBack(a.handle)).wait();
    expect(places()).toEqual([
      [0, 1],
      [0, 1],
    ]);
    other.submit(readBack(theirs)).wait();
    expect(places()).toEqual([
      [1, 0],
      [1, 0],
    ]);
    file.submit(readBack(a.handle)).wait();
    expect(places()).toEqual([
      [0, 1],
      [0, 1],
    ]);
  });
});

describe('a settled stream is validated again', () => {
  it('1.2: after a read-back, since the CPU sees pages that the stream writes', () => {
    const { cpu, file, other, filled, copy, open, settle } = setUp();
    const [a, b, c] = [filled(1), filled(2), filled(3)];
    const [theirB, theirC] = [b, c].map(({ handle }) => open(handle));
    const stream = copy(a.handle, b.handle);
    settle(stream);
    expect(cpu.load8(b.start)).toBe(1);
    file.submit(stream).wait();
    other.submit(copy(theirC, theirB)).wait();
    expect(cpu.load8(b.start)).toBe(3);
  });

  it('if another CPU’s submission uploads something between its scan and its uploads', () => {
    const { cpu, file, other, filled, copy, open, settle, memory, onDevice } = setUp();
    const [a, b, c, d] = [filled(1), filled(2), filled(3), filled(4)];
    const [theirC, theirD] = [c, d].map(({ handle }) => open(handle));
    const stream = copy(a.handle, b.handle);
    settle(stream);
    [a, c].forEach(({ start }) => cpu.store8(start, 9));
    memory.preemption.at('submit: between scan and transfer', () => other.submit(copy(theirC, theirD)));
    const validate = vi.spyOn(Validation.prototype, 'validate');
    file.submit(stream).wait();
    expect(validate).toHaveBeenCalledTimes(2);
    validate.mockRestore();
    expect([onDevice(b.handle), onDevice(d.handle)]).toEqual([9, 9]);
  });

  it('B9: after another stream has taken a page that a surface of this one shares', () => {
    const { cpu, file, other, filled, buffer, copy, open, settle, onDevice } = setUp();
    const { handle, start } = buffer();
    const [a, alias] = [0, 1].map(
      () => file.createSurface({ ...coherent, backing: { buffer: handle } }).handle,
    );
    const [b, c] = [filled(2).handle, filled(3).handle];
    const [theirAlias, theirC] = [alias, c].map(open);
    const stream = copy(a, b);
    other.submit(copy(theirAlias, theirC)).wait();
    settle(stream);
    cpu.store8(start, 9);
    other.submit(copy(theirAlias, theirC)).wait();
    file.submit(stream).wait();
    expect(onDevice(b)).toBe(9);
  });

  it('C4: after a surface was moved, whose stores are elsewhere then', () => {
    const { cpu, file, other, filled, buffer, copy, open, settle, onDevice } = setUp();
    const [one, two] = [buffer(), buffer()];
    // Each backing is tracked all the time.
    [one, two].forEach(({ handle }) => file.createSurface({ ...coherent, backing: { buffer: handle } }));
    const a = file.createSurface({ ...coherent, backing: { buffer: one.handle } }).handle;
    const b = filled(3).handle;
    const theirs = { sid: open(a), mobid: open(two.handle) };
    const stream = copy(a, b);
    settle(stream);
    other.submit(encodeCommand('BIND_GB_SURFACE', theirs)).wait();
    cpu.store8(two.start, 9);
    file.submit(stream).wait();
    expect(onDevice(b)).toBe(9);
  });

  it('6.5: after a surface was evicted', () => {
    const { cpu, file, other, blank, buffer, copy, open, settle, onDevice } = setUp({ maxObjects: 3 });
    // Two surfaces with a MOB each, and two that share the third.
    const [one, two] = [buffer(2 * BYTES), buffer()];
    const [a, b] = [0, BYTES].map((offset) =>
      blank({ ...coherent, backing: { buffer: one.handle, offset } }),
    );
    const theirs = [0, 1].map(() => open(blank({ ...coherent, backing: { buffer: two.handle } })));
    cpu.store8(one.start, 1);
    const stream = copy(a, b);
    settle(stream);
    theirs.forEach((handle) => other.submit(readBack(handle)).wait());
    expect(file.deviceId(a)).toBe(0xffffffff);
    file.submit(stream).wait();
    expect(onDevice(b)).toBe(1);
  });

  it('6.5: after a buffer object was evicted', () => {
    const { file, other, filled, blank, copy, open, settle, onDevice } = setUp({
      graphicsMemoryLimit: 3 * BYTES,
    });
    const [a, b] = [filled(1), filled(2)];
    const [theirC, theirD] = [blank(), blank()].map(open);
    const stream = copy(a.handle, b.handle);
    settle(stream);
    other.submit(readBack(theirC)).wait();
    other.submit(readBack(theirD)).wait();
    file.submit(stream).wait();
    expect(onDevice(b.handle)).toBe(1);
  });

  it('5.1: after the tracking of a backing began or ended, which makes commands the driver’s or the program’s', () => {
    const { file, other, blank, settle, commandsOf } = setUp();
    const handle = blank({ coherent: false });
    const stream = invalidate(handle);
    settle(stream);
    expect(commandsOf(stream)).toEqual(['INVALIDATE_GB_IMAGE']);
    const backing = other.open(file.share(file.backingOf(handle).handle));
    const tracked = other.createSurface({ ...coherent, backing: { buffer: backing } }).handle;
    expect(commandsOf(stream)).not.toContain('INVALIDATE_GB_IMAGE');
    settle(stream);
    other.closeHandle(tracked);
    expect(commandsOf(stream)).toEqual(['INVALIDATE_GB_IMAGE']);
  });

  it.each(['DEFINE_GB_SURFACE', 'BIND_GB_SURFACE'])('1.5: after %s was refused', (refused) => {
    const { file, filled, commandsOf, faults, pass } = setUp();
    const { handle } = filled(1, square);
    const stream = encodeCommand('UPDATE_GB_IMAGE', { sid: handle, ...image, ...whole });
    faults.fail('device-error', {
      after: ['DEFINE_GB_SURFACE', 'DEFINE_GB_MOB64', 'BIND_GB_SURFACE'].indexOf(refused),
    });
    const fence = file.submit(stream);
    pass();
    expect(fence.failure).toMatchObject({ code: 'EIO' });
    expect(commandsOf(stream)).toContain(refused);
  });

  it('1.5: after the upload of a whole surface was refused', () => {
    const { file, buffer, commandsOf, faults, pass } = setUp();
    const surface = { ...coherent, backing: { buffer: buffer().handle } };
    const stream = readBack(file.createSurface(surface).handle);
    faults.fail('device-error', { after: 3 });
    const fence = file.submit(stream);
    pass();
    expect(fence.failure).toMatchObject({ code: 'EIO', facts: { command: 'NOP_ERROR' } });
    expect(commandsOf(stream)).toEqual(['UPDATE_GB_SURFACE']);
    expect(commandsOf(stream)).toEqual([]);
  });

  it('1.5: after the upload of a box was refused', () => {
    const { cpu, file, filled, settle, commandsOf, faults, pass, onDevice } = setUp();
    const { handle, start } = filled(1);
    const stream = readBack(handle);
    settle(stream);
    cpu.store8(start, 9);
    faults.fail('device-error');
    file.submit(stream);
    file.submit(stream);
    pass();
    expect(onDevice(handle)).toBe(1);
    expect(commandsOf(stream)).toEqual(['UPDATE_GB_IMAGE']);
    expect(onDevice(handle)).toBe(9);
  });
});
