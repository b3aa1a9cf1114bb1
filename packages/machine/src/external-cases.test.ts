import { PAGE_SIZE, type Vma } from '@cg/pagetable';
import { formatByName } from '@cg/surface-layout';
import { encodeCommand } from '@cg/svga-device';
import { describe, expect, it } from 'vitest';
import { Machine } from './machine.js';
import { policyFor, trackingMethods } from './tracking-methods.js';

/*
 * Cases that other projects test coherent memory by, written anew against this driver: the Vulkan CTS's
 * memory.mapping with its reference memory, KVM's dirty_log_test, piglit's arb_buffer_storage with a persistent
 * coherent mapping.
 */

const BUFFER = formatByName('BUFFER')!.id;

/** A sequence of numbers below 2^32 (xorshift32). */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed * 2_654_435_761 + 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** A machine with coherent buffers, and one that is not mapped to copy to. */
function setUp(method: (typeof trackingMethods)[number], bytes: number) {
  const machine = new Machine({
    memoryBytes: 32 * 2 ** 20,
    device: { dx: true },
    driver: { makePolicy: policyFor(method) },
  });
  const process = machine.spawn();
  const { file } = process;
  const make = (coherent: boolean) =>
    file.createSurface({ format: BUFFER, width: bytes, height: 1, coherent }).handle;
  const [mapped, copied, source] = [make(true), make(false), make(true)];
  const send = (src: number, dest: number, srcX: number, destX: number, width: number) =>
    file.submit(encodeCommand('DX_BUFFER_COPY', { dest, src, destX, srcX, width })).wait();
  return { machine, process, file, mapped, copied, source, send, cpus: machine.cpus };
}

describe.each(trackingMethods)('method %s', (method) => {
  const sizes = [33, 257, 4087, 8095, 2 ** 20 + 1];
  const offsets = [0, 17, 129, 255, 1025, 32 * 1024 + 1];

  it.each(sizes)(
    'Vulkan CTS memory mapping: %i bytes at each offset keep up with a reference memory',
    (size) => {
      const bytes = size + offsets[offsets.length - 1];
      const { process, file, mapped, copied, source, send, machine, cpus } = setUp(method, bytes);
      const { start } = process.map(mapped);
      const other = process.map(source).start;
      const reference = new Uint8Array(bytes);
      const seeds = size > 2 ** 20 ? 10 : 100;
      for (let seed = 1; seed <= seeds; seed++) {
        const random = randomNumbers(seed);
        const at = offsets[seed % offsets.length];
        const length = 1 + random(Math.min(size, 5000));
        const from = at + random(size - length + 1);
        const data = Uint8Array.from({ length }, () => random(256));
        cpus[seed % 2].storeBytes(start + from, data);
        reference.set(data, from);
        if (seed % 7 === 0) {
          // The device writes a part, from another buffer, at places of no alignment.
          cpus[0].storeBytes(other + at, data);
          send(source, mapped, at, from, length);
          reference.set(data, from);
        }
        send(mapped, copied, 0, 0, bytes);
        const image = machine.device.image(file.deviceId(copied), 0)!;
        expect(
          Buffer.compare(image.subarray(at, at + size), reference.subarray(at, at + size)),
          `seed ${seed}`,
        ).toBe(0);
        const loaded = new Uint8Array(length);
        cpus[(seed + 1) % 2].loadBytes(start + from, loaded);
        expect(Buffer.compare(loaded, reference.subarray(from, from + length)), `seed ${seed}`).toBe(0);
      }
    },
  );

  it('KVM dirty_log_test: a page written in round n is uploaded in round n or n + 1', () => {
    const pages = 600;
    const { process, file, mapped, copied, send, machine, cpus } = setUp(method, pages * PAGE_SIZE);
    const { start } = process.map(mapped);
    const random = randomNumbers(7);
    send(mapped, copied, 0, 0, 1);
    let before = new Map<number, number>();
    for (let round = 1; round <= 40; round++) {
      const written = new Map<number, number>();
      for (let i = 0; i < 1 + (round % 5) * 20; i++) {
        const page = random(pages);
        cpus[i % 2].store32(start + page * PAGE_SIZE, round * 1000 + i);
        written.set(page, round * 1000 + i);
      }
      send(mapped, copied, 0, 0, 1);
      const image = machine.device.image(file.deviceId(mapped), 0)!;
      const view = new DataView(image.buffer, image.byteOffset, image.byteLength);
      for (const [page, value] of new Map([...before, ...written])) {
        expect(view.getUint32(page * PAGE_SIZE, true), `round ${round}, page ${page}`).toBe(value);
      }
      before = written;
    }
  });

  it('piglit arb_buffer_storage, coherent draw: what is stored between draws is what each draws', () => {
    const { process, file, mapped, copied, send, machine, cpus } = setUp(method, 12 * 64);
    const { start } = process.map(mapped);
    for (let square = 0; square < 12; square++) {
      const vertices = new Uint8Array(64).fill(square + 1);
      cpus[0].storeBytes(start + square * 64, vertices);
      send(mapped, copied, square * 64, square * 64, 64);
    }
    const drawn = machine.device.image(file.deviceId(copied), 0)!;
    expect([...drawn].every((byte, i) => byte === 1 + Math.floor(i / 64))).toBe(true);
  });

  it('piglit arb_buffer_storage, coherent read: what was drawn is there after the fence', () => {
    const { process, mapped, source, send, cpus } = setUp(method, 3 * PAGE_SIZE);
    const maps: Vma[] = [process.map(mapped), process.map(mapped)];
    const from = process.map(source).start;
    for (let round = 1; round < 20; round++) {
      cpus[1].storeBytes(from, new Uint8Array(100).fill(round));
      send(source, mapped, 0, 4090, 100);
      maps.forEach(({ start }, i) => {
        expect([4089, 4090, 4189, 4190].map((at) => cpus[i].load8(start + at))).toEqual([0, round, round, 0]);
      });
    }
  });
});
