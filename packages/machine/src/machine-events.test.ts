import { commandNames, encodeCommand } from '@cg/svga-protocol';
import { formatByName } from '@cg/surface-layout';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Machine, type MachineEvent } from './machine.js';

const BYTES = 16 * 16 * 4;
const size = { format: formatByName('A8R8G8B8')!.id, width: 16, height: 16 };

/** A machine with a coherent surface that CPU 0 has mapped, and another to copy it to. */
function setUp() {
  const machine = new Machine({ cpus: 1, memoryBytes: 16 * 2 ** 20 });
  const process = machine.spawn();
  const { file } = process;
  const from = file.createSurface({ ...size, coherent: true }).handle;
  const to = file.createSurface(size).handle;
  const { start } = process.map(from);
  const box = { x: 0, y: 0, z: 0, w: 16, h: 16, d: 1, srcx: 0, srcy: 0, srcz: 0 };
  const images = { srcFace: 0, srcMipmap: 0, destFace: 0, destMipmap: 0 };
  const copy = (srcSid: number, destSid: number) =>
    file.submit(encodeCommand('SURFACE_COPY', { srcSid, destSid, ...images, boxes: [box] })).wait();
  return { machine, file, copy, from, to, start };
}

function described(event: MachineEvent): string {
  switch (event.kind) {
    case 'command-starts':
    case 'command-done':
      return `${event.kind} ${commandNames[event.reader.index]}`;
    case 'command-emitted':
      return `${event.kind} ${event.command}`;
    default:
      return event.kind;
  }
}

/** Collects expected unhandled rejections. */
function unhandledRejections(): unknown[] {
  const rejected: unknown[] = [];
  const others = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', (error) => rejected.push(error));
  onTestFinished(() => {
    process.removeAllListeners('unhandledRejection');
    others.forEach((other) => process.on('unhandledRejection', other));
  });
  return rejected;
}

describe('Machine.listen', () => {
  it('emits one stream for a frame, from the store that faults to the fence after the copy', () => {
    const { machine, copy, from, to, start } = setUp();
    copy(from, to);
    const told: string[] = [];
    machine.listen((event) => told.push(described(event)));
    machine.cpus[0].store32(start, 1);
    machine.cpus[0].store32(start + 4, 2);
    copy(from, to);
    expect(told).toEqual([
      'tlb-miss',
      'fault-starts',
      'fault-done',
      'scanned',
      'range-dirtied',
      'command-emitted UPDATE_GB_IMAGE',
      'update-emitted',
      'command-emitted SURFACE_COPY',
      'command-emitted FENCE',
      'fence-emitted',
      'command-starts UPDATE_GB_IMAGE',
      'command-done UPDATE_GB_IMAGE',
      'command-starts SURFACE_COPY',
      'command-done SURFACE_COPY',
      'command-starts FENCE',
      'fence-passed',
      'command-done FENCE',
    ]);
  });

  it('a load after a device write: the read-back is within the fault', () => {
    const { machine, copy, from, to, start } = setUp();
    copy(to, from);
    const told: string[] = [];
    machine.listen((event) => told.push(described(event)));
    machine.cpus[0].load32(start);
    expect(told).toEqual([
      'tlb-miss',
      'fault-starts',
      'command-emitted READBACK_GB_SURFACE',
      'command-emitted FENCE',
      'fence-emitted',
      'command-starts READBACK_GB_SURFACE',
      'command-done READBACK_GB_SURFACE',
      'command-starts FENCE',
      'fence-passed',
      'command-done FENCE',
      'read-back',
      'fault-done',
    ]);
  });

  it('two listeners get the same events; each can be removed, and gets none after that', () => {
    const { machine, copy, from, to } = setUp();
    const told: string[][] = [[], []];
    const stops = told.map((list) => machine.listen((event) => list.push(described(event))));
    copy(from, to);
    expect(told[0]).toEqual(told[1]);
    const heard = told[0].length;
    stops[0]();
    copy(from, to);
    expect([told[0].length, told[1].length > heard]).toEqual([heard, true]);
    stops[1]();
    const { memory, driver, device } = machine;
    expect([memory, driver, device].map(({ events }) => events.tell)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('a listener can read the whole image of a surface before and after a command', () => {
    const { machine, file, copy, from, to } = setUp();
    const sizes: (number | undefined)[] = [];
    machine.device.events.listen(({ kind }) => {
      if (kind === 'command-done') {
        sizes.push(machine.device.surfaceImage(file.deviceId(to))?.length);
      }
    });
    copy(from, to);
    expect(sizes.at(-1)).toBe(BYTES);
    expect(machine.device.surfaceImage(12_345)).toBeUndefined();
  });

  it('1.1, 1.2: errors of a listener become unhandled rejections, and do not affect driver or device', async () => {
    const rejected = unhandledRejections();
    const { machine, file, copy, from, to, start } = setUp();
    let told = 0;
    const stop = machine.listen(({ kind }) => {
      told++;
      throw new Error(`listener at ${kind}`);
    });
    const [cpu] = machine.cpus;
    for (let frame = 1; frame < 4; frame++) {
      cpu.store32(start, frame);
      copy(from, to);
      copy(to, from);
      expect(cpu.load32(start)).toBe(frame);
      expect(new Uint32Array(machine.device.image(file.deviceId(to), 0)!.slice(0, 4).buffer)[0]).toBe(frame);
    }
    file.closeHandle(to);
    stop();
    file.close();
    await new Promise((resolve) => setImmediate(resolve));
    expect([rejected.length, machine.device.statistics.errors]).toEqual([told, 0]);
    expect(rejected.map(String)).toContain('Error: listener at command-emitted');
    const { account, graphicsMemory } = machine.driver.state;
    const { addressSpace } = cpu;
    cpu.run(undefined);
    addressSpace?.exit();
    expect([account.used, graphicsMemory.used]).toEqual([0, 0]);
  });
});
