import { encodeCommand } from '@cg/svga-protocol';
import { describe, expect, it, vi } from 'vitest';
import { bench, copyCommand } from '../driver.fixture.js';
import { FaultInjection } from '../fault-injection.js';

const SIDE = 64;
const BYTES = SIDE * SIDE * 4;
const square = { format: 2, width: SIDE, height: SIDE };
const coherent = { ...square, coherent: true };
const box = { x: 0, y: 0, z: 0, w: SIDE, h: SIDE, d: 1 };
const image = { face: 0, mipmap: 0 };

const error = (code: string) => expect.objectContaining({ code }) as Error;

function setUp() {
  const faults = new FaultInjection();
  const base = bench({ faults });
  const { cpu, addressSpace } = base.process();
  const file = base.driver.open();
  const send = (...commands: Uint8Array[]) =>
    file.submit(new Uint8Array(commands.flatMap((command) => [...command]))).wait();
  const copy = (from: number, to: number) => copyCommand(from, to, SIDE, SIDE);
  const onDevice = (handle: number) => base.device.image(file.deviceId(handle), 0)!;
  const mapped = (handle: number) => file.mapSurface(handle, addressSpace).start;
  const update = (sid: number) => encodeCommand('UPDATE_GB_IMAGE', { sid, ...image, ...box });
  const readBack = (sid: number) => encodeCommand('READBACK_GB_SURFACE', { sid });
  /** WRITE_HOST_VRAM is 1, READ_HOST_VRAM 2. */
  const dma = (guestGmrId: number, guestOffset: number, hostSid: number, transfer: 1 | 2) =>
    encodeCommand('SURFACE_DMA', {
      guestGmrId,
      guestOffset,
      guestPitch: 0,
      hostSid,
      hostFace: 0,
      hostMipmap: 0,
      transfer,
      boxes: [{ ...box, srcx: 0, srcy: 0, srcz: 0 }],
      suffix: [{ suffixSize: 12, maximumOffset: BYTES, flags: 0 }],
    });
  return { ...base, faults, cpu, addressSpace, file, send, copy, onDevice, mapped, update, readBack, dma };
}

describe('a program without coherent memory', () => {
  it('uploads what it says, and sees what it has read back', () => {
    const { file, cpu, send, copy, onDevice, mapped, update, readBack } = setUp();
    const [a, b] = [0, 1].map(() => file.createSurface(square).handle);
    const [start, other] = [a, b].map(mapped);
    send(copy(a, b));
    cpu.storeBytes(start, new Uint8Array(BYTES).fill(7));
    const upper = encodeCommand('UPDATE_GB_IMAGE', { sid: a, ...image, ...box, h: 16 });
    send(upper, copy(a, b));
    expect([onDevice(b)[0], onDevice(b)[16 * SIDE * 4]]).toEqual([7, 0]);
    expect(cpu.load8(other)).toBe(0);
    send(readBack(b));
    expect(cpu.load8(other)).toBe(7);
    send(update(a), copy(a, b), readBack(b));
    expect(cpu.load8(other + BYTES - 1)).toBe(7);
  });

  it('moves content between surfaces and other buffer objects with SURFACE_DMA, in both directions', () => {
    const { file, cpu, send, onDevice, addressSpace, dma } = setUp();
    const surface = file.createSurface(square).handle;
    const buffer = file.createBuffer(2 * BYTES).handle;
    const { start } = file.mapBuffer(buffer, addressSpace);
    cpu.storeBytes(start, new Uint8Array(BYTES).fill(9));
    send(dma(buffer, 0, surface, 1), dma(buffer, BYTES, surface, 2));
    expect(onDevice(surface)[100]).toBe(9);
    expect(cpu.load8(start + 2 * BYTES - 1)).toBe(9);
  });

  it('waits for the device and keeps it away with syncCpu', () => {
    const { file, send, copy } = setUp();
    const [a, b] = [0, 1].map(() => file.createSurface(square).handle);
    send(copy(a, b));
    const { handle } = file.backingOf(b);
    const access = file.syncCpu(handle);
    expect(() => send(copy(a, b))).toThrow(error('EBUSY'));
    const second = file.syncCpu(handle, { allowSubmissions: true });
    access.release();
    access.release();
    expect(() => send(copy(a, b))).not.toThrow();
    second.release();
    expect(() => file.syncCpu(a)).toThrow(error('EINVAL'));
    file.syncCpu(handle);
    expect(() => file.close()).not.toThrow();
  });

  it('is told by syncCpu that the device is not done, where it does not want to wait', () => {
    const { file, send, copy, device } = setUp();
    const [a, b] = [0, 1].map(() => file.createSurface(square).handle);
    send(copy(a, b));
    const { handle } = file.backingOf(b);
    // As if the fence had not been passed.
    device.fifo[6]--;
    expect(() => file.syncCpu(handle, { dontBlock: true })).toThrow(error('EBUSY'));
    device.fifo[6]++;
    expect(() => file.syncCpu(handle, { dontBlock: true })).not.toThrow();
  });
});

describe('an explicit surface that is bound to another buffer object', () => {
  it('9.1: keeps what the device has of it, until its program says to upload', () => {
    const { file, cpu, addressSpace, send, copy, onDevice, mapped, update } = setUp();
    const [surface, target] = [0, 1].map(() => file.createSurface(square).handle);
    const buffer = file.createBuffer(BYTES).handle;
    cpu.store8(mapped(surface), 5);
    cpu.store8(file.mapBuffer(buffer, addressSpace).start, 6);
    send(update(surface), copy(surface, target));
    send(encodeCommand('BIND_GB_SURFACE', { sid: surface, mobid: buffer }), copy(surface, target));
    expect(onDevice(target)[0]).toBe(5);
    send(update(surface), copy(surface, target));
    expect(onDevice(target)[0]).toBe(6);
  });

  it('1.5: is uploaded whole where the device refuses the binding and updates went ahead', () => {
    const { file, cpu, addressSpace, send, copy, onDevice, update, faults } = setUp();
    const buffers = [0, 1].map(() => file.createBuffer(BYTES).handle);
    const [from, to] = buffers.map((buffer) => file.mapBuffer(buffer, addressSpace).start);
    const surface = file.createSurface({ ...square, backing: { buffer: buffers[0] } }).handle;
    const target = file.createSurface(square).handle;
    cpu.store8(from, 5);
    send(update(surface), copy(surface, target));
    // Tracked, because a coherent surface is there too.
    const tracked = file.createSurface({ ...coherent, backing: { buffer: buffers[1] } }).handle;
    send(copy(tracked, target));
    cpu.store8(to, 6);
    const rebind = encodeCommand('BIND_GB_SURFACE', { sid: surface, mobid: buffers[1] });
    faults.fail('device-error', { times: 1 });
    expect(() => send(rebind, copy(surface, target))).toThrow(error('EIO'));
    send(rebind, copy(surface, target));
    expect(onDevice(target)[0]).toBe(6);
  });
});

describe('both kinds in one buffer object', () => {
  it('1.4: what a program says to upload goes not over what the device wrote to coherent memory', () => {
    const { file, cpu, send, copy, onDevice, mapped, update, readBack, driver } = setUp();
    const [surface, source] = [0, 1].map(() => file.createSurface(coherent).handle);
    const target = file.createSurface(square).handle;
    cpu.store8(mapped(surface), 1);
    cpu.store8(mapped(source), 2);
    send(copy(source, surface));
    send(update(surface), copy(surface, target));
    expect(onDevice(target)[0]).toBe(2);
    // Also within one submission, where the surface becomes GPU-dirty only there.
    cpu.store8(mapped(surface), 3);
    const emit = vi.spyOn(driver.state.queue, 'emitEncoded');
    send(copy(source, surface), update(surface), readBack(surface), copy(surface, target));
    expect(onDevice(target)[0]).toBe(2);
    expect(emit.mock.calls.map(([source, number]) => source.name(number))).not.toContain(
      'READBACK_GB_SURFACE',
    );
    expect(cpu.load8(mapped(surface))).toBe(2);
  });

  it('1.1: an explicit surface whose backing is tracked for another is kept up to date, too', () => {
    const { file, cpu, send, copy, onDevice, mapped } = setUp();
    const explicit = file.createSurface(square).handle;
    const target = file.createSurface(square).handle;
    send(copy(explicit, target));
    const { handle: buffer } = file.backingOf(explicit);
    const tracked = file.createSurface({ ...coherent, backing: { buffer } }).handle;
    send(copy(explicit, target));
    cpu.store8(mapped(explicit) + 20, 6);
    send(copy(explicit, target));
    expect(onDevice(target)[20]).toBe(6);
    file.closeHandle(tracked);
    cpu.store8(mapped(explicit) + 21, 6);
    send(copy(explicit, target));
    expect([...onDevice(target).subarray(20, 22)]).toEqual([6, 0]);
  });

  it('an explicit surface whose backing is tracked takes what its program says to upload, too', () => {
    const { file, cpu, addressSpace, send, copy, onDevice, update } = setUp();
    const buffer = file.createBuffer(2 * BYTES).handle;
    const explicit = file.createSurface({ ...square, backing: { buffer } }).handle;
    const target = file.createSurface(square).handle;
    send(copy(explicit, target));
    // Stored, and unmapped, before there is a tracker: only the program knows it.
    const vma = file.mapBuffer(buffer, addressSpace);
    cpu.store8(vma.start, 9);
    addressSpace.unmap(vma);
    file.createSurface({ ...coherent, backing: { buffer, offset: BYTES } });
    send(update(explicit), copy(explicit, target));
    expect(onDevice(target)[0]).toBe(9);
    // But not over the device's newer content (1.4): its pages are not mapped, so no CPU can have stored to them.
    const source = file.createSurface(square).handle;
    const { start } = file.mapBuffer(buffer, addressSpace);
    send(copy(source, explicit));
    send(update(explicit), copy(explicit, target));
    expect([onDevice(target)[0], cpu.load8(start)]).toEqual([0, 0]);
    cpu.store8(start, 7);
    send(copy(source, explicit), update(explicit), copy(explicit, target));
    expect([onDevice(target)[0], cpu.load8(start)]).toEqual([0, 0]);
  });

  it('1.2: a DMA reads what the device wrote to a coherent surface that lies there', () => {
    const { file, cpu, send, copy, onDevice, mapped, dma } = setUp();
    const buffer = file.createBuffer(BYTES).handle;
    const surface = file.createSurface({ ...coherent, backing: { buffer } }).handle;
    const source = file.createSurface(coherent).handle;
    const target = file.createSurface(square).handle;
    cpu.store8(mapped(source), 8);
    send(copy(source, surface));
    send(dma(buffer, 0, target, 1));
    expect(onDevice(target)[0]).toBe(8);
  });

  it('1.2: what is read back for a DMA is news to another surface there that the submission names', () => {
    const { file, cpu, send, copy, onDevice, mapped, dma } = setUp();
    const buffer = file.createBuffer(BYTES).handle;
    const [surface, alias] = [0, 1].map(
      () => file.createSurface({ ...coherent, backing: { buffer } }).handle,
    );
    const source = file.createSurface(coherent).handle;
    const [target, other] = [0, 1].map(() => file.createSurface(square).handle);
    cpu.store8(mapped(source), 8);
    send(copy(alias, target));
    send(copy(source, surface));
    send(dma(buffer, 0, target, 1), copy(alias, other));
    expect([onDevice(target)[0], onDevice(other)[0]]).toEqual([8, 8]);
  });

  it('1.1: what a DMA writes is news to a coherent surface that lies there', () => {
    const { file, cpu, send, copy, onDevice, mapped, dma } = setUp();
    const buffer = file.createBuffer(BYTES).handle;
    const surface = file.createSurface({ ...coherent, backing: { buffer } }).handle;
    const source = file.createSurface(coherent).handle;
    const target = file.createSurface(square).handle;
    cpu.store8(mapped(source), 4);
    send(copy(surface, target));
    send(dma(buffer, 0, source, 2));
    expect(cpu.load8(mapped(surface))).toBe(4);
    send(copy(surface, target));
    expect(onDevice(target)[0]).toBe(4);
  });
});

describe('what a submission leaves GPU-dirty', () => {
  it('6.2: is what the last of its commands says', () => {
    const { file, cpu, send, copy, mapped, readBack, driver } = setUp();
    const [a, b] = [0, 1].map(() => file.createSurface(square).handle);
    cpu.store8(mapped(a), 5);
    send(encodeCommand('UPDATE_GB_SURFACE', { sid: a }), copy(a, b), readBack(b));
    const { mapOffset } = file.backingOf(b);
    const object = driver.state.fakeOffsets.find(mapOffset / 4096) as unknown as {
      evictionPriority: number;
    };
    expect(object.evictionPriority).toBe(1);
    send(readBack(b), copy(a, b));
    expect(object.evictionPriority).toBe(2);
    send(encodeCommand('INVALIDATE_GB_SURFACE', { sid: b }));
    expect(object.evictionPriority).toBe(1);
  });
});
