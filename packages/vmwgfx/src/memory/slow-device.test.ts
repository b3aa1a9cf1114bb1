import { describe, expect, it } from 'vitest';
import { targetView } from '../contexts.fixture.js';
import { processOf, unmapAll } from '../driver.fixture.js';
import { FaultInjection } from '../fault-injection.js';
import { BYTES, slowDevice, square } from '../slow-device.fixture.js';

const PAGES = BYTES / 4096;
const error = (code: string) => expect.objectContaining({ code }) as Error;

describe('8.3: while a command may reach it', () => {
  it('a closed buffer object keeps its frames, and nobody waits for that', () => {
    const { memory, file, surface, filled, copy, pass, waits, addressSpace } = slowDevice();
    const [from, target] = [filled(5), surface()];
    copy(from.handle, target).wait();
    const before = memory.freeFrames;
    waits();
    copy(from.handle, target);
    file.closeHandle(target);
    file.closeHandle(from.handle);
    unmapAll(addressSpace);
    expect(waits()).toBe(0);
    expect(memory.freeFrames).toBeLessThan(before);
    pass();
    expect(memory.freeFrames).toBeGreaterThanOrEqual(before + 2 * PAGES);
    expect(waits()).toBe(0);
  });

  it('frames run out: allocation waits for what was closed', () => {
    const { memory, file, surface, filled, copy, waits } = slowDevice({}, {}, 512);
    const [from, target] = [filled(5), surface()];
    copy(from.handle, target).wait();
    const { handle } = file.createBuffer((memory.freeFrames - 20) * 4096);
    const { bytes } = file.buffer(handle);
    const tight = surface({ backing: { buffer: handle } });
    copy(from.handle, tight);
    file.closeHandle(tight);
    file.closeHandle(handle);
    waits();
    expect(file.createBuffer(bytes).bytes).toBe(bytes);
    expect(waits()).toBeGreaterThan(0);
    expect(() => file.createBuffer(bytes)).toThrow(error('ENOMEM'));
  });

  it('a fault that lacks a frame for its page table waits for what was closed', () => {
    const { memory, file, surface, filled, copy, waits } = slowDevice({}, {}, 512);
    const [from, target] = [filled(5), surface()];
    copy(from.handle, target);
    const { cpu, addressSpace } = processOf(memory);
    const { start } = file.mapSurface(surface({ coherent: true }), addressSpace);
    memory.allocateFrames(memory.freeFrames);
    file.closeHandle(target);
    waits();
    cpu.store8(start, 1);
    expect([cpu.load8(start), waits() > 0]).toEqual([1, true]);
  });

  it('ids of surfaces and MOBs are not given out again: a new surface waits for them', () => {
    const { file, surface, filled, copy, waits, device } = slowDevice({ maxObjects: 3 });
    const [from, target] = [filled(5), surface()];
    copy(from.handle, target).wait();
    const third = surface();
    copy(from.handle, third);
    const id = file.deviceId(third);
    file.closeHandle(third);
    waits();
    const fourth = surface();
    copy(from.handle, fourth).wait();
    expect([waits() > 0, file.deviceId(fourth)]).toEqual([true, id]);
    expect(device.statistics.errors).toBe(0);
  });

  it('a MOB keeps its id and its page table', () => {
    const { file, driver, surface, filled, copy, pass } = slowDevice();
    const from = filled(5);
    const { mobIds } = driver.state;
    const { handle: buffer } = file.createBuffer(2 * BYTES);
    const second = surface({ backing: { buffer, offset: BYTES } });
    copy(from.handle, second);
    file.closeHandle(second);
    // The MOB that begins at the surface goes with it; the buffer object stays.
    const id = mobIds.allocate();
    expect(id).toBeGreaterThan(1);
    pass();
    expect(mobIds.allocate()).toBe(id - 1);
  });

  it('ids of contexts are not given out again: a new one waits for them', () => {
    const { file, driver, submit, filled, waits, device } = slowDevice();
    const { handle } = filled(5);
    const { dxContextIds } = driver.state;
    for (let i = 2; i < 256; i++) {
      dxContextIds.allocate();
    }
    const define = () => {
      const context = file.createContext({ kind: 'dx' });
      submit((writer) => writer.write('DX_DEFINE_RENDERTARGET_VIEW', targetView(3, handle)), context);
      return context;
    };
    const [first] = [define(), define()];
    file.closeHandle(first);
    waits();
    define();
    expect([waits() > 0, device.statistics.errors]).toEqual([true, 0]);
  });

  it('ids of contexts and shaders are not given out again', () => {
    const { file, driver, submit, filled, pass, device } = slowDevice();
    const { handle } = filled(5);
    const [first, second] = [0, 1].map(() => file.createContext({ kind: 'dx' }));
    submit((writer) => writer.write('DX_DEFINE_RENDERTARGET_VIEW', targetView(3, handle)), first);
    file.closeHandle(first);
    submit((writer) => writer.write('DX_DEFINE_RENDERTARGET_VIEW', targetView(3, handle)), second);
    pass();
    expect(device.statistics.errors).toBe(0);
    expect(driver.state.dxContextIds.allocate()).toBe(0);
    file.closeHandle(second);
    expect(driver.state.dxContextIds.allocate()).toBe(2);
  });

  it('graphics memory stays charged: a submission that needs it waits', () => {
    const { file, driver, surface, filled, copy, waits } = slowDevice({ graphicsMemoryLimit: 2 * BYTES });
    const { graphicsMemory } = driver.state;
    const [from, target] = [filled(5), surface()];
    copy(from.handle, target);
    file.closeHandle(target);
    expect(graphicsMemory.used).toBe(2 * BYTES);
    waits();
    copy(from.handle, surface()).wait();
    expect(waits()).toBeGreaterThan(0);
    expect(graphicsMemory.used).toBe(2 * BYTES);
  });
});

describe('8.3: what the device refuses to define, and the program has closed meanwhile', () => {
  /** The first submission is refused at its `at`th command, and everything is closed before the device is there. */
  const refusedAt = (at: number) => {
    const faults = new FaultInjection();
    const set = slowDevice({ faults });
    const [from, target] = [set.filled(5), set.surface()];
    const context = set.file.createContext({ kind: 'dx' });
    faults.fail('device-error', { after: at });
    set.submit((writer) => writer.write('DX_DEFINE_RENDERTARGET_VIEW', targetView(3, target)), context);
    set.copy(from.handle, target);
    [from.handle, target, context].forEach((handle) => set.file.closeHandle(handle));
    unmapAll(set.addressSpace);
    return set;
  };

  it('gives its id back once', () => {
    let refusals = 0;
    for (let at = 0; at < 30; at++) {
      const { driver, device, step } = refusedAt(at);
      const { mobIds, surfaceIds, dxContextIds } = driver.state;
      const taken = [mobIds, surfaceIds, dxContextIds].map((ids) => ({ ids, seen: new Set<number>() }));
      do {
        for (const { ids, seen } of taken) {
          const id = ids.allocate();
          expect(seen.has(id), `command ${at}: ${ids.what} ${id} is free twice`).toBe(false);
          seen.add(id);
        }
      } while (step());
      refusals += device.statistics.errors > 0 ? 1 : 0;
    }
    expect(refusals).toBeGreaterThan(5);
  });
});

describe('eviction on a device that takes time', () => {
  it('6.5: makes room only once the device is done, and loses nothing', () => {
    const { cpu, driver, filled, copy, onDevice, surface } = slowDevice({ graphicsMemoryLimit: 3 * BYTES });
    const [a, b, c] = [filled(1), filled(2), filled(3)];
    copy(a.handle, b.handle);
    copy(b.handle, c.handle);
    const target = surface();
    copy(c.handle, target);
    expect(onDevice(target)).toBeUndefined();
    driver.waitIdle();
    expect(onDevice(target)).toBe(1);
    expect([a, b, c].map(({ start }) => cpu.load8(start + BYTES - 1))).toEqual([1, 1, 1]);
  });

  it('evicts no more than it has to: the room is there before the next one is looked at', () => {
    const { driver, filled, copy } = slowDevice({ graphicsMemoryLimit: 4 * BYTES });
    const evicted: unknown[] = [];
    driver.events.listen((event) => event.kind === 'buffer-evicted' && evicted.push(event.object));
    const [a, b, c, d, e, f] = Array.from({ length: 6 }, (_, i) => filled(i));
    copy(a.handle, b.handle);
    copy(c.handle, d.handle);
    copy(e.handle, f.handle);
    expect(evicted.length).toBe(2);
  });

  it('evicts no more surfaces than it has to, either', () => {
    const { driver, surface, copy } = slowDevice({ maxObjects: 8 });
    const evicted: unknown[] = [];
    driver.events.listen((event) => event.kind === 'surface-evicted' && evicted.push(event.sid));
    const surfaces = Array.from({ length: 10 }, () => surface());
    for (let i = 0; i < 10; i += 2) {
      copy(surfaces[i], surfaces[i + 1]);
    }
    expect(evicted.length).toBe(2);
  });

  it('6.5: of a surface reads it back behind what writes it', () => {
    const { cpu, filled, copy, driver, device } = slowDevice();
    const [a, b] = [filled(1), filled(2)];
    copy(a.handle, b.handle);
    driver.state.surfacesOnDevice.candidates().forEach((one) => one.evict());
    expect(cpu.load8(b.start)).toBe(1);
    expect(device.statistics.errors).toBe(0);
  });
});

describe('what is destroyed on a device that takes time', () => {
  it('6.5: a GPU-dirty surface is read back, behind what writes it', () => {
    const { cpu, file, addressSpace, filled, copy, surface, driver } = slowDevice();
    const from = filled(5);
    const { handle: buffer } = file.createBuffer(BYTES);
    const { start } = file.mapBuffer(buffer, addressSpace);
    const inBuffer = surface({ coherent: true, backing: { buffer } });
    copy(from.handle, inBuffer);
    file.closeHandle(inBuffer);
    expect(cpu.load8(start + 9)).toBe(5);
    expect(driver.state.account.used).toBeGreaterThan(0);
  });

  it('8.6: any other is not waited for, and its id is free later', () => {
    const { file, filled, copy, surface, waits, driver, pass } = slowDevice();
    const [from, target] = [filled(5), surface()];
    copy(from.handle, target);
    const id = file.deviceId(target);
    waits();
    file.closeHandle(target);
    expect(waits()).toBe(0);
    expect(driver.state.surfaceIds.allocate()).not.toBe(id);
    pass();
    expect(driver.state.surfaceIds.allocate()).toBe(id);
  });

  it('6.3: a switch of backing leaves the old one to what was submitted before', () => {
    const { cpu, file, addressSpace, filled, surface, copy, submit, onDevice, memory, pass } = slowDevice();
    const from = filled(5);
    const [old, fresh] = [0, 1].map(() => file.createBuffer(BYTES).handle);
    const moving = file.createSurface({ ...square, coherent: true, backing: { buffer: old } }).handle;
    const { start } = file.mapBuffer(old, addressSpace);
    const { start: next } = file.mapBuffer(fresh, addressSpace);
    cpu.storeBytes(start, new Uint8Array(BYTES).fill(7));
    cpu.storeBytes(next, new Uint8Array(BYTES).fill(8));
    const [one, two] = [surface(), surface()];
    copy(moving, one);
    submit((writer) => writer.write('BIND_GB_SURFACE', { sid: moving, mobid: fresh }));
    copy(moving, two);
    const before = memory.freeFrames;
    file.closeHandle(old);
    addressSpace.unmap(addressSpace.vmas.find((vma) => vma.start === start)!);
    expect(memory.freeFrames).toBeLessThan(before + PAGES);
    pass();
    expect([one, two].map(onDevice)).toEqual([7, 8]);
    expect(memory.freeFrames).toBeGreaterThanOrEqual(before + PAGES);
    copy(from.handle, moving).wait();
    expect(cpu.load8(next)).toBe(5);
  });
});

describe('a device that does not respond', () => {
  it('is given up: EIO, and what it may still reach stays in use', () => {
    const { memory, file, filled, surface, copy, stick, cpu } = slowDevice();
    const [from, target] = [filled(5), surface({ coherent: true })];
    copy(from.handle, target).wait();
    stick();
    const fence = copy(from.handle, target);
    expect(() => fence.wait()).toThrow(error('EIO'));
    const before = memory.freeFrames;
    file.closeHandle(from.handle);
    expect(memory.freeFrames).toBeLessThanOrEqual(before);
    expect(cpu.load8(from.start)).toBe(5);
    for (let i = 0; i < 40; i++) {
      try {
        copy(target, target);
      } catch (thrown) {
        expect(thrown).toMatchObject({ code: 'EIO' });
      }
    }
  });
});
