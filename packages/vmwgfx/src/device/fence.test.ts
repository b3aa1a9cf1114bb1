import { encodeCommand, SVGA_FIFO } from '@cg/svga-protocol';
import { PAGE_SIZE, PhysicalMemory } from '@cg/pagetable';
import { SvgaDevice } from '@cg/svga-device';
import { describe, expect, it } from 'vitest';
import { VmwgfxDriver } from '../driver.js';
import { slowDevice } from '../slow-device.fixture.js';
import { Fence } from './fence.js';
import { SvgaPorts, type SvgaHardware } from './svga-ports.js';

const error = (code: string, facts: object) => expect.objectContaining({ code, facts }) as Error;

/** A device at a fence number; a wait for it ends at once. */
const at = (passedFence: number) => ({ passedFence, waitUntil: (holds: () => boolean) => holds() });

describe('Fence', () => {
  it('1.2: has signalled once the device has passed it, across the wrap of its numbers', () => {
    const device = at(0xfffffffe);
    const fence = new Fence(3, device);
    expect(fence.isSignalled).toBe(false);
    expect(() => fence.wait()).toThrow(error('EIO', { seqno: 3 }));
    device.passedFence = 3;
    expect(fence.isSignalled).toBe(true);
    device.passedFence = 4;
    expect(() => fence.wait()).not.toThrow();
  });

  it('8.1: its numbers go on where the device is, and wrap', () => {
    const memory = new PhysicalMemory(1024 * PAGE_SIZE);
    const { u8 } = memory;
    const device = new SvgaDevice({
      memory: { bytes: u8.length, view: (address, length) => u8.subarray(address, address + length) },
      setInterrupt() {},
    });
    device.fifo[SVGA_FIFO.FENCE] = 0xfffffffd;
    const file = new VmwgfxDriver(memory, device).open();
    const empty = encodeCommand('NOP', { data: new Uint8Array() }).subarray(0, 0);
    const fences = Array.from({ length: 6 }, () => file.submit(empty));
    expect(fences.map(({ seqno }) => seqno)).toEqual([0xfffffffe, 0xffffffff, 1, 2, 3, 4]);
    expect(fences.every(({ isSignalled }) => isSignalled)).toBe(true);
  });

  it('8.1: waits across the wrap on a device that takes time', () => {
    const { file, device, pass, waits } = slowDevice({}, {}, 4096, 0xfffffffd);
    const fences = Array.from({ length: 6 }, () => file.submit(new Uint8Array()));
    expect(fences.map(({ seqno }) => seqno)).toEqual([0xfffffffe, 0xffffffff, 1, 2, 3, 4]);
    fences[2].wait();
    expect(device.fifo[SVGA_FIFO.FENCE]).toBe(1);
    expect(fences.map(({ isSignalled }) => isSignalled)).toEqual([true, true, true, false, false, false]);
    waits();
    pass();
    expect([fences[5].isSignalled, waits()]).toEqual([true, 0]);
  });

  it('says EBUSY after a timeout in microseconds, and goes on waiting when asked again', () => {
    const { file, device } = slowDevice({}, { completionDelay: 1 });
    const fences = Array.from({ length: 8 }, () => file.submit(new Uint8Array()));
    const start = device.now;
    const { seqno } = fences[7];
    expect(() => fences[7].wait(3)).toThrow(error('EBUSY', { seqno }));
    expect(device.now - start).toBe(3);
    expect(() => fences[7].wait(0)).toThrow(error('EBUSY', { seqno }));
    fences[7].wait();
    expect(fences[7].isSignalled).toBe(true);
  });
});

describe('a device that takes time', () => {
  const hardware = (more: Partial<SvgaHardware>): SvgaHardware => {
    return { fifo: new Uint32Array(16), readPort: () => 0, writePort() {}, ...more };
  };

  it('is helped on while it is waited for, and given up where nothing will come of that', () => {
    let steps = 0;
    const ports = new SvgaPorts(hardware({ progress: () => ++steps < 5000 }));
    expect(ports.waitUntil(() => steps === 3)).toBe(true);
    expect(steps).toBe(3);
    expect(ports.waitUntil(() => false)).toBe(false);
    expect(steps).toBe(5000);
  });

  it('is polled where it needs no help, for a while', () => {
    const ports = new SvgaPorts(hardware({}));
    let looks = 0;
    expect(ports.waitUntil(() => ++looks === 500)).toBe(true);
    expect(ports.waitUntil(() => false)).toBe(false);
  });
});
