import { encodeCommand } from '@cg/svga-protocol';
import { describe, expect, it, vi } from 'vitest';
import { bench, copyCommand, unmapAll } from '../driver.fixture.js';
import type { DriverOptions } from '../driver.js';
import { FixedPolicy, type TrackingMethod } from '@cg/dirty-tracking';
import { CommandSubmitter } from '../device/command-submitter.js';
import type { BufferObject } from './buffer-object.js';

const SIDE = 64;
const BYTES = SIDE * SIDE * 4;
const square = { format: 2, width: SIDE, height: SIDE };
const coherent = { ...square, coherent: true };

const error = (code: string) => expect.objectContaining({ code }) as Error;

function setUp(options: DriverOptions) {
  const base = bench(options);
  const { cpu, addressSpace } = base.process();
  const file = base.driver.open();
  const copy = (from: number, to: number) => file.submit(copyCommand(from, to, SIDE, SIDE)).wait();
  const onDevice = (handle: number) => base.device.image(file.deviceId(handle), 0)!;
  /** A coherent surface, mapped, full of a value. */
  const filled = (value: number) => {
    const { handle } = file.createSurface(coherent);
    const { start } = file.mapSurface(handle, addressSpace);
    cpu.storeBytes(start, new Uint8Array(BYTES).fill(value));
    return { handle, start };
  };
  const real = CommandSubmitter.prototype.emit;
  const emit = vi.spyOn(base.driver.state.queue, 'emit');
  const emitted = vi.spyOn(base.driver.state.queue, 'emitNoFail');
  const evicted = () => emitted.mock.calls.filter(([name]) => name === 'DESTROY_GB_MOB').length;
  return { ...base, cpu, addressSpace, file, copy, onDevice, filled, emit, real, evicted };
}

describe('MOBs', () => {
  it('go with the last resource that begins where they do: a large buffer object does not use them up', () => {
    const { file, copy, driver, cpu, addressSpace, onDevice, memory, device } = setUp({ maxObjects: 8 });
    const { handle: buffer } = file.createBuffer(20 * BYTES);
    const { start } = file.mapBuffer(buffer, addressSpace);
    const target = file.createSurface(square).handle;
    const free: number[] = [];
    for (let i = 0; i < 20; i++) {
      const place = { ...coherent, backing: { buffer, offset: i * BYTES } };
      const [one, alias] = [0, 1].map(() => file.createSurface(place).handle);
      copy(one, alias);
      file.closeHandle(one);
      cpu.store8(start + i * BYTES, i + 1);
      copy(alias, target);
      expect(onDevice(target)[0]).toBe(i + 1);
      file.closeHandle(alias);
      free.push(memory.freeFrames);
    }
    expect(device.statistics.errors).toBe(0);
    expect(new Set(free.slice(1)).size).toBe(1);
    file.close();
    unmapAll(addressSpace);
    expect(driver.state.mobIds.allocate()).toBe(0);
  });
});

describe('the device’s memory', () => {
  it('is what the device suggests, charged for what it sees and given back', () => {
    const { driver, file, addressSpace, filled, copy } = setUp({});
    const { graphicsMemory } = driver.state;
    expect(graphicsMemory.limit).toBe(512 * 2 ** 20);
    const [a, b] = [filled(1), filled(2)];
    expect(graphicsMemory.used).toBe(0);
    copy(a.handle, b.handle);
    expect(graphicsMemory.used).toBe(2 * BYTES);
    file.close();
    expect(graphicsMemory.used, 'still mapped').toBe(2 * BYTES);
    unmapAll(addressSpace);
    expect(graphicsMemory.used).toBe(0);
  });

  it('1.5: a submission that needs more than there is fails, and changes nothing', () => {
    const { filled, copy, cpu, file, onDevice } = setUp({ graphicsMemoryLimit: 1.5 * BYTES });
    const [a, b] = [filled(1), filled(2)];
    expect(() => copy(a.handle, b.handle)).toThrow(error('ENOMEM'));
    expect([cpu.load8(a.start), cpu.load8(b.start)]).toEqual([1, 2]);
    const same = {
      srcSid: a.handle,
      destSid: a.handle,
      srcFace: 0,
      srcMipmap: 0,
      destFace: 0,
      destMipmap: 0,
    };
    const box = { x: 0, y: 1, z: 0, w: SIDE, h: 1, d: 1, srcx: 0, srcy: 0, srcz: 0 };
    file.submit(encodeCommand('SURFACE_COPY', { ...same, boxes: [box] })).wait();
    expect(onDevice(a.handle)[300]).toBe(1);
  });
});

describe.each<TrackingMethod>(['scan', 'trap'])('eviction, method %s', (method) => {
  const makePolicy = () => new FixedPolicy(method);

  it('6.5: loses nothing of what CPU and device wrote, in turns with room for two of four', () => {
    const { filled, copy, cpu, evicted } = setUp({ makePolicy, graphicsMemoryLimit: 2 * BYTES });
    const surfaces = [1, 2, 3, 4].map(filled);
    const expected = surfaces.map((_, i) => new Uint8Array(BYTES).fill(i + 1));
    for (let turn = 0; turn < 24; turn++) {
      const [from, to] = [turn % 4, (turn * 3 + 1) % 4];
      const at = (turn * 977) % BYTES;
      cpu.store8(surfaces[from].start + at, 100 + turn);
      expected[from][at] = 100 + turn;
      if (from !== to) {
        copy(surfaces[from].handle, surfaces[to].handle);
        expected[to].set(expected[from]);
      }
    }
    expect(evicted()).toBeGreaterThan(8);
    surfaces.forEach(({ start }, i) => {
      const loaded = new Uint8Array(BYTES);
      cpu.loadBytes(start, loaded);
      expect(Buffer.compare(loaded, expected[i])).toBe(0);
    });
  });

  it('E2: a move zaps the mappings and keeps what their entries knew', () => {
    const { filled, copy, cpu, evicted, onDevice } = setUp({ makePolicy, graphicsMemoryLimit: 2 * BYTES });
    const [a, b, c, d] = [1, 2, 3, 4].map(filled);
    copy(a.handle, b.handle);
    cpu.store8(a.start + 5000, 99);
    const { readFaults } = cpu.statistics;
    copy(c.handle, d.handle);
    expect(evicted()).toBe(2);
    expect(cpu.load8(a.start + 5000)).toBe(99);
    expect(cpu.statistics.readFaults).toBe(readFaults + 1);
    copy(a.handle, b.handle);
    expect(onDevice(b.handle)[5000]).toBe(99);
  });
});

describe('who goes', () => {
  it('is who was not used for longest, and what would have to be read back goes last', () => {
    const { filled, copy, driver } = setUp({ graphicsMemoryLimit: 4 * BYTES });
    const [a, b, c, d, e] = [1, 2, 3, 4, 5].map(filled);
    copy(a.handle, b.handle);
    copy(c.handle, d.handle);
    copy(a.handle, b.handle);
    const [first, second, third, fourth] = driver.state.placed.candidates() as BufferObject[];
    // b and d were written on the device; of the others c is older than a, of those b is newer than d.
    expect([first, second, third, fourth].map((object) => object.evictionPriority)).toEqual([1, 1, 2, 2]);
    copy(e.handle, b.handle);
    const left = driver.state.placed.candidates() as BufferObject[];
    expect(left).not.toContain(first);
    expect(left).toContain(second);
    expect([left.includes(third), left.includes(fourth)]).toEqual([true, true]);
  });

  it('6.5: is somebody else where a read-back fails, and who could not go stays whole', () => {
    const { filled, copy, cpu, driver, onDevice, emit, real } = setUp({ graphicsMemoryLimit: 3 * BYTES });
    const [a, b, c, d] = [1, 2, 3, 4].map(filled);
    copy(a.handle, b.handle);
    copy(a.handle, c.handle);
    cpu.load8(a.start);
    const { queue } = driver.state;
    let failures = 0;
    emit.mockImplementation((name, fields, refused) => {
      if (name === 'READBACK_GB_SURFACE' && failures++ === 0) {
        real.call(queue, name, { sid: 4000 } as never, refused);
      } else {
        real.call(queue, name, fields, refused);
      }
    });
    copy(d.handle, a.handle);
    emit.mockRestore();
    expect(failures).toBe(2);
    expect([b, c].map(({ start }) => cpu.load8(start + 7))).toEqual([1, 1]);
    copy(b.handle, c.handle);
    expect(onDevice(c.handle)[7]).toBe(1);
  });
});

describe('surface ids', () => {
  it('6.5: there are more surfaces than ids, and each has its content when it is used again', () => {
    const { filled, copy, cpu, file, onDevice } = setUp({ maxObjects: 3 });
    const source = filled(9);
    const explicit = [0, 1, 2, 3, 4].map(() => file.createSurface(square).handle);
    const surfaces = [1, 2, 3, 4, 5].map(filled);
    explicit.forEach((handle, i) => copy(surfaces[i].handle, handle));
    explicit.forEach((handle, i) => {
      copy(handle, source.handle);
      expect(cpu.load8(source.start + 100), `surface ${i}`).toBe(i + 1);
    });
    cpu.store8(surfaces[0].start, 77);
    copy(surfaces[0].handle, explicit[4]);
    expect([...onDevice(explicit[4]).subarray(0, 2)]).toEqual([77, 1]);
  });

  it('1.5: a submission that needs more of them than there are is refused', () => {
    const { filled, copy } = setUp({ maxObjects: 1 });
    const [a, b] = [filled(1), filled(2)];
    expect(() => copy(a.handle, b.handle)).toThrow(error('ENOMEM'));
    expect(() => copy(a.handle, a.handle)).not.toThrow();
  });

  it('1.5: one that has failed keeps none, of surfaces whose backing goes with it', () => {
    const { file, copy } = setUp({ maxObjects: 2 });
    const [a, b, c, d] = [0, 1, 2, 3].map(() => file.createSurface(square).handle);
    const commands = [copyCommand(a, b, SIDE, SIDE), copyCommand(b, c, SIDE, SIDE)];
    expect(() => file.submit(new Uint8Array(commands.flatMap((command) => [...command])))).toThrow(
      error('ENOMEM'),
    );
    expect(() => copy(c, d)).not.toThrow();
    expect(() => copy(a, b)).not.toThrow();
  });
});
