import { PAGE_SIZE, type Vma } from '@cg/pagetable';
import { formatByName } from '@cg/surface-layout';
import { encodeCommand } from '@cg/svga-protocol';
import type { DrmFile } from '@cg/vmwgfx';
import { describe, expect, it } from 'vitest';
import { Machine } from './machine.js';
import { policyFor, trackingMethods } from './tracking-methods.js';

/*
 * Cases from the coherent-memory tests of other projects, rewritten for this driver: the Vulkan CTS's
 * memory.mapping with its reference memory, KVM's dirty_log_test, piglit's arb_buffer_storage with a persistent
 * coherent mapping, IGT's vmw_ref_count and vmw_surface_copy.
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

/** A machine with coherent buffers, and an unmapped one as target of copies. */
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

  it.each(sizes)('Vulkan CTS memory mapping: %i bytes at each offset match a reference memory', (size) => {
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
        // The device writes a part, from another buffer, at unaligned offsets.
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
  });

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

  it('piglit arb_buffer_storage, coherent draw: each draw uses the stores before it', () => {
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

  it('piglit arb_buffer_storage, coherent read: loads see the draw after the fence', () => {
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

describe('IGT vmw_ref_count', () => {
  const square = { format: 2, width: 64, height: 64, coherent: true };
  const bytes = 64 * 64 * 4;
  const error = (code: string) => expect.objectContaining({ code }) as Error;

  /** Two open files of one process, and a surface of the first with content. */
  function twoFiles() {
    const machine = new Machine({ memoryBytes: 32 * 2 ** 20 });
    const { addressSpace, file: one } = machine.spawn();
    const two = machine.driver.open();
    const [cpu] = machine.cpus;
    const surface = one.createSurface(square).handle;
    cpu.storeBytes(one.mapSurface(surface, addressSpace).start, new Uint8Array(bytes).fill(7));
    const contentOf = (file: DrmFile, handle: number) => {
      const loaded = new Uint8Array(bytes);
      cpu.loadBytes(file.mapSurface(handle, addressSpace).start, loaded);
      const target = file.createSurface({ ...square, coherent: false }).handle;
      const box = { x: 0, y: 0, z: 0, w: 64, h: 64, d: 1, srcx: 0, srcy: 0, srcz: 0 };
      const images = {
        srcSid: handle,
        srcFace: 0,
        srcMipmap: 0,
        destSid: target,
        destFace: 0,
        destMipmap: 0,
      };
      file.submit(encodeCommand('SURFACE_COPY', { ...images, boxes: [box] })).wait();
      const image = machine.device.image(file.deviceId(target), 0)!;
      return [loaded, image].map((seen) => (seen.every((byte) => byte === 7) ? 'all' : 'lost'));
    };
    return { machine, one, two, surface, contentOf, addressSpace };
  }

  it.each(['mob_repeated_unref', 'surface_repeated_unref'])('%s: only the first close closes', (name) => {
    const { one, surface, contentOf } = twoFiles();
    const handle = name.startsWith('mob') ? one.createBuffer(bytes).handle : one.createSurface(square).handle;
    one.closeHandle(handle);
    expect(() => one.closeHandle(handle)).toThrow(error('ENOENT'));
    expect(() => one.closeHandle(handle)).toThrow(error('ENOENT'));
    expect(contentOf(one, surface)).toEqual(['all', 'all']);
  });

  it('surface_alloc_ref_unref: a surface that was opened twice exists after one close', () => {
    const { one, surface, contentOf } = twoFiles();
    const shared = one.share(surface);
    const again = one.open(shared);
    shared.close();
    one.closeHandle(surface);
    expect(again).toBe(surface);
    expect(contentOf(one, again)).toEqual(['all', 'all']);
    one.closeHandle(again);
    expect(() => one.deviceId(again)).toThrow(error('ENOENT'));
  });

  it('surface_prime_transfer: the first handle may be closed, and each file has one handle for it', () => {
    const { machine, one, two, surface, contentOf, addressSpace } = twoFiles();
    const shared = one.share(surface);
    one.closeHandle(surface);
    const first = one.open(shared);
    const [second, third] = [two.open(shared), two.open(shared)];
    shared.close();
    expect(third).toBe(second);
    expect([contentOf(one, first), contentOf(two, second)]).toEqual([
      ['all', 'all'],
      ['all', 'all'],
    ]);
    one.close();
    expect(contentOf(two, third)).toEqual(['all', 'all']);
    two.close();
    machine.cpus.forEach((cpu) => cpu.run(undefined));
    addressSpace.exit();
    expect(machine.driver.state.graphicsMemory.used).toBe(0);
  });
});

describe('IGT vmw_surface_copy, invalid copies', () => {
  const texture = { format: 2, width: 16, height: 16, mipLevels: 1 };
  const volume = { ...texture, depth: 4 };
  const box = { x: 0, y: 0, z: 0, w: 16, h: 16, d: 1, srcx: 0, srcy: 0, srcz: 0 };
  const large = 0xffff_fff0;
  /** Placeholder for a closed handle. */
  const CLOSED = -1;

  it.each<[string, object, object, string]>([
    ['an unknown source', { srcSid: 99 }, {}, 'ENOENT'],
    ['an unknown destination', { destSid: 99 }, {}, 'ENOENT'],
    ['an invalid source id', { srcSid: 0xffffffff }, {}, 'ENOENT'],
    ['a closed source', { srcSid: CLOSED }, {}, 'ENOENT'],
    ['a closed destination', { destSid: CLOSED }, {}, 'ENOENT'],
    ['a box outside the source', {}, { srcx: 1 }, 'EINVAL'],
    ['a box far outside the source', {}, { srcy: large }, 'EINVAL'],
    ['a box outside the destination', {}, { y: 1 }, 'EINVAL'],
    ['a box far outside the destination', {}, { x: large, w: 32 }, 'EINVAL'],
    ['a box larger than both', {}, { w: 17 }, 'EINVAL'],
    ['a box that wraps', {}, { w: large, x: 32 }, 'EINVAL'],
    ['an empty box', {}, { h: 0 }, 'EINVAL'],
    ['a slice after the last', {}, { srcz: 1 }, 'EINVAL'],
    ['a face after the last', { srcFace: 1 }, {}, 'EINVAL'],
    ['a mip after the last', { destMipmap: 1 }, {}, 'EINVAL'],
  ])('%s is refused, and nothing is copied', (_, change, boxChange, code) => {
    for (const wanted of [texture, volume]) {
      const machine = new Machine({ memoryBytes: 16 * 2 ** 20 });
      const { file, addressSpace } = machine.spawn();
      const [cpu] = machine.cpus;
      const [source, dest, dead] = [1, 2, 3].map((fill) => {
        const { handle, bytes } = file.createSurface({ ...wanted, coherent: true });
        const { start } = file.mapSurface(handle, addressSpace);
        cpu.storeBytes(start, new Uint8Array(bytes).fill(fill));
        return { handle, start };
      });
      file.closeHandle(dead.handle);
      const images = {
        srcSid: source.handle,
        srcFace: 0,
        srcMipmap: 0,
        destSid: dest.handle,
        destFace: 0,
        destMipmap: 0,
      };
      const named = Object.fromEntries(
        Object.entries({ ...images, ...change }).map(([field, value]) => [
          field,
          value === CLOSED ? dead.handle : value,
        ]),
      ) as typeof images;
      // In a volume of four slices the box of the last case is valid.
      const boxes = [{ ...box, ...boxChange, ...('srcz' in boxChange && wanted === volume && { srcz: 4 }) }];
      expect(() => file.submit(encodeCommand('SURFACE_COPY', { ...named, boxes }))).toThrow(
        expect.objectContaining({ code, facts: expect.objectContaining({ offset: 0 }) }),
      );
      expect([cpu.load8(source.start), cpu.load8(dest.start)]).toEqual([1, 2]);
      file.submit(encodeCommand('SURFACE_COPY', { ...images, boxes: [box] })).wait();
      expect(cpu.load8(dest.start)).toBe(1);
    }
  });

  it.each([
    ['a run outside the source', { srcX: 4090 }],
    ['a run outside the destination', { destX: 4090 }],
    ['a run that wraps', { srcX: 0xffff_ffff }],
    ['no bytes', { width: 0 }],
  ])('of buffers: %s is refused', (_, change) => {
    const { file, mapped, copied } = setUp('scan', 4096);
    const run = { dest: copied, src: mapped, destX: 0, srcX: 0, width: 64, ...change };
    expect(() => file.submit(encodeCommand('DX_BUFFER_COPY', run))).toThrow(
      expect.objectContaining({ code: 'EINVAL' }),
    );
  });
});
