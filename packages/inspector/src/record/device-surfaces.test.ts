import { Machine } from '@cg/machine';
import { formatByName } from '@cg/surface-layout';
import { encodeCommand } from '@cg/svga-protocol';
import { describe, expect, it } from 'vitest';
import { Player } from '../model/player.js';
import { EVENT } from '../recording/event-kind.js';
import type { Recording } from '../recording/recording.js';
import { recordDevice } from './device-surfaces.js';

const BYTES = 16 * 16 * 4;
const size = { format: formatByName('A8R8G8B8')!.id, width: 16, height: 16 };

/** A machine whose device alone is recorded, with a surface that CPU 0 has mapped, and another to copy it to. */
function setUp() {
  const machine = new Machine({ cpus: 1, memoryBytes: 16 * 2 ** 20 });
  const recorder = recordDevice(machine.device, { title: 'a guest' });
  const process = machine.spawn();
  const { file } = process;
  const [cpu] = machine.cpus;
  const from = file.createSurface({ ...size, coherent: true }).handle;
  const to = file.createSurface(size).handle;
  const { start } = process.map(from);
  const copy = (source: number, target: number, width = 16): void => {
    const box = { x: 0, y: 0, z: 0, w: width, h: 16, d: 1, srcx: 0, srcy: 0, srcz: 0 };
    const images = { srcFace: 0, srcMipmap: 0, destFace: 0, destMipmap: 0 };
    const ids = { srcSid: source, destSid: target };
    file.submit(encodeCommand('SURFACE_COPY', { ...ids, ...images, boxes: [box] })).wait();
  };
  const imageOf = (handle: number) => machine.device.surfaceImage(file.deviceId(handle))?.slice();
  return { machine, recorder, file, cpu, copy, from, to, start, imageOf };
}

/** The recorded image of a surface at the end. */
function pictureOf(recording: Recording, surface: number): Uint8Array | undefined {
  const player = new Player(recording);
  player.choose(surface);
  player.moveToStep(player.steps.count - 1);
  return player.image(() => {})?.slice();
}

const countOf = ({ events }: Recording, kind: number): number =>
  events.kind.subarray(0, events.count).filter((each) => each === kind).length;

describe('a device that is recorded alone', () => {
  it('has its commands, uploads, pictures and fences, and of CPUs and driver nothing', () => {
    const { machine, recorder, cpu, copy, from, to, start, imageOf } = setUp();
    copy(from, to); // set-up: recorded, and not counted
    const before = { ...machine.device.statistics };
    recorder.step(1, 'a frame');
    cpu.store32(start + 64, 0x0102_0304);
    cpu.store32(start + 128, 0x0000_00ff);
    copy(from, to);
    const recording = recorder.recording();
    const { commands } = machine.device.statistics;
    expect(recording).toMatchObject({ title: 'a guest', stepName: 'step', lanes: ['device'], limits: [] });
    expect(recording.total).toMatchObject({
      commands: commands - before.commands,
      fences: 1,
      bytesSent: BYTES,
      bytesNeeded: 5, // of the two stores those that are not 0
      stores: 0,
      scans: 0,
      boxes: 0,
    });
    expect(recording.surfaces).toHaveLength(2);
    expect([pictureOf(recording, 0), pictureOf(recording, 1)]).toEqual([imageOf(from), imageOf(to)]);
    expect(countOf(recording, EVENT.UPLOAD)).toBe(1);
    // What the device had read of memory at the first use, before any update.
    expect(countOf(recording, EVENT.TAKEN)).toBeGreaterThan(0);
  });

  it('an id that is defined again is another surface', () => {
    const { machine, recorder, file, cpu, copy, from, to, start, imageOf } = setUp();
    cpu.store32(start, 0x1111_1111);
    copy(from, to);
    const id = file.deviceId(to);
    const old = imageOf(to);
    file.closeHandle(to);
    const next = file.createSurface(size).handle;
    cpu.store32(start, 0x2222_2222);
    copy(from, next, 8);
    expect(file.deviceId(next)).toBe(id); // else this tests nothing
    const recording = recorder.recording();
    expect(recording.surfaces.map(({ name }) => name)).toHaveLength(3);
    expect(new Set(recording.surfaces.map(({ name }) => name)).size).toBe(3);
    const pictures = recording.surfaces.map((_, surface) => pictureOf(recording, surface));
    const byName = (number: number) =>
      pictures[recording.surfaces.findIndex(({ name }) => name.endsWith(`no. ${number}`))];
    expect([byName(1), byName(2), byName(3)]).toEqual([imageOf(from), old, imageOf(next)]);
    expect(machine.device.statistics.commands).toBeGreaterThan(0);
  });

  it('goes on with what has happened since, and stops', () => {
    const { recorder, cpu, copy, from, to, start } = setUp();
    copy(from, to);
    const first = recorder.recording().events.count;
    cpu.store32(start, 1);
    copy(from, to);
    const second = recorder.recording().events.count;
    expect(second).toBeGreaterThan(first);
    recorder.stop();
    copy(from, to);
    expect(recorder.recording().events.count).toBe(second);
  });

  it('goes on after the device has been restored to another state', () => {
    const { machine, recorder, cpu, copy, from, to, start, imageOf } = setUp();
    const { device } = machine;
    copy(from, to);
    const state = device.snapshot();
    cpu.store32(start, 0x3333_3333);
    copy(from, to);
    device.restore(state);
    cpu.store32(start, 0x4444_4444);
    copy(from, to);
    const recording = recorder.recording();
    expect([pictureOf(recording, 0), pictureOf(recording, 1)]).toEqual([imageOf(from), imageOf(to)]);
  });
});
