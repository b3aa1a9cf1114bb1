import { FixedPolicy } from '@cg/dirty-tracking';
import { PAGE_SIZE } from '@cg/pagetable';
import { SVGA3D_INVALID_ID } from '@cg/svga-protocol';
import { describe, expect, it } from 'vitest';
import { bench, copyCommand } from './driver.fixture.js';
import type { DriverEvent } from './driver-event.js';
import type { DriverOptions } from './driver.js';
import type { BufferObject } from './memory/buffer-object.js';
import type { Surface } from './resource/surface.js';

const SIDE = 64;
const BYTES = SIDE * SIDE * 4;
const square = { format: 2, width: SIDE, height: SIDE };

/** Two coherent surfaces on the device, the first one mapped; the listener is added after that. */
function setUp(options: DriverOptions = {}) {
  const base = bench({ makePolicy: () => new FixedPolicy('scan'), ...options });
  const { cpu, addressSpace } = base.process();
  const file = base.driver.open();
  const [a, b] = [0, 1].map(() => file.createSurface({ ...square, coherent: true }).handle);
  const { start, firstPage } = file.mapSurface(a, addressSpace);
  const copy = (from: number, to: number) => file.submit(copyCommand(from, to, SIDE, SIDE)).wait();
  copy(a, b);
  copy(b, a);
  cpu.loadBytes(start, new Uint8Array(BYTES));
  file.submit(copyCommand(a, b, SIDE, SIDE)).wait();
  const told: DriverEvent[] = [];
  const stop = base.driver.events.listen((event) => told.push(event));
  const [sid, target] = [file.deviceId(a), file.deviceId(b)];
  return { ...base, cpu, file, a, b, start, object: firstPage, copy, told, stop, sid, target };
}

const kinds = (told: readonly DriverEvent[]) =>
  told.map((event) => (event.kind === 'command-emitted' ? event.command : event.kind));

describe('VmwgfxDriver.events', () => {
  it('6.2: a submission tells what it found, the box, each command as it is emitted, and its fence, in order', () => {
    const { cpu, copy, a, b, start, told, object, sid, target } = setUp();
    cpu.store8(start + PAGE_SIZE, 7);
    copy(a, b);
    const box = { subresource: 0, x: 0, y: 16, z: 0, width: SIDE, height: 16, depth: 1 };
    const { subresource: _, width: w, height: h, depth: d, ...at } = box;
    const images = { srcFace: 0, srcMipmap: 0, destFace: 0, destMipmap: 0 };
    const whole = { x: 0, y: 0, z: 0, w: SIDE, h: SIDE, d: 1, srcx: 0, srcy: 0, srcz: 0 };
    const dxContext = undefined;
    expect(told.filter((event) => !('object' in event) || event.object === object)).toEqual([
      { kind: 'scanned', object, range: [0, 4], entries: 1, isPass: true, found: [[1, 2]] },
      { kind: 'range-dirtied', object, range: [1, 2] },
      {
        kind: 'command-emitted',
        command: 'UPDATE_GB_IMAGE',
        fields: { sid, face: 0, mipmap: 0, ...at, w, h, d },
        dxContext,
      },
      { kind: 'update-emitted', sid, bytes: PAGE_SIZE, box },
      {
        kind: 'command-emitted',
        command: 'SURFACE_COPY',
        fields: { srcSid: sid, destSid: target, ...images, boxes: [whole] },
        dxContext,
      },
      {
        kind: 'command-emitted',
        command: 'FENCE',
        fields: { fence: expect.any(Number) as number },
        dxContext,
      },
      { kind: 'fence-emitted', seqno: expect.any(Number) as number },
    ]);
  });

  it('6.4: a fault on what the device wrote tells of the read-back once memory has the bytes', () => {
    const { cpu, copy, a, b, start, told, object, sid } = setUp();
    copy(b, a);
    told.length = 0;
    cpu.load8(start);
    expect(told).toEqual([
      { kind: 'command-emitted', command: 'READBACK_GB_SURFACE', fields: { sid }, dxContext: undefined },
      {
        kind: 'command-emitted',
        command: 'FENCE',
        fields: { fence: expect.any(Number) as number },
        dxContext: undefined,
      },
      { kind: 'fence-emitted', seqno: expect.any(Number) as number },
      { kind: 'read-back', object, start: 0, end: BYTES },
    ]);
  });

  it('5.2, 2.5: in the trap method a first store is told when it is recorded', () => {
    const { cpu, start, told, object } = setUp({ makePolicy: () => new FixedPolicy('trap') });
    cpu.store8(start + 2 * PAGE_SIZE, 1);
    cpu.store8(start + 2 * PAGE_SIZE, 2);
    expect(told).toEqual([{ kind: 'write-recorded', object, page: 2 }]);
  });

  it('an eviction is told with the id that the surface had; the upload of all of it afterwards has no box', () => {
    const { driver, copy, a, b, told, file, object, sid } = setUp();
    const backing = driver.state.fakeOffsets.find(object) as BufferObject;
    const [{ value: surface }] = backing.resources.overlapping(0, BYTES);
    (surface as Surface).evict();
    backing.evict();
    backing.evict();
    expect(told.filter(({ kind }) => kind.endsWith('-evicted'))).toEqual([
      { kind: 'surface-evicted', sid },
      { kind: 'buffer-evicted', object },
    ]);
    copy(a, b);
    const update = { kind: 'update-emitted', sid: file.deviceId(a), bytes: BYTES, box: undefined };
    expect(told).toContainEqual(update);
  });

  it('1.5: a command that the device refuses is told once its sender has taken it back', () => {
    const { driver, told } = setUp();
    const { queue } = driver.state;
    let toldWhenRefused = -1;
    queue.emit(
      'BIND_GB_SURFACE',
      { sid: 77, mobid: SVGA3D_INVALID_ID },
      () => (toldWhenRefused = told.length),
    );
    expect(() => queue.flush()).toThrow(expect.objectContaining({ code: 'EIO' }));
    expect(kinds(told)).toEqual(['BIND_GB_SURFACE', 'command-refused']);
    expect(toldWhenRefused).toBe(1);
    expect(told[1]).toMatchObject({ error: { code: 'EIO', facts: { command: 'BIND_GB_SURFACE' } } });
  });

  it('1.5: a command that had to wait for command space is told when it has it, once', () => {
    const { driver, told } = setUp();
    const { queue, faults } = driver.state;
    faults.fail('command-space');
    queue.emitNoFail('DESTROY_GB_SURFACE', { sid: 77 });
    expect(kinds(told)).toEqual([]);
    queue.emit('FENCE', { fence: 1 });
    expect(kinds(told)).toEqual(['DESTROY_GB_SURFACE', 'FENCE']);
  });

  it('tells nothing once the listener is removed', () => {
    const { cpu, copy, a, b, start, told, stop } = setUp();
    stop();
    cpu.store8(start, 1);
    copy(a, b);
    expect(told).toEqual([]);
  });
});
