import { afterEach, expect, it, vi } from 'vitest';
import { ImageMemory } from '../objects/image-memory.js';
import { ShownMemory } from './shown-memory.js';
import { SwapKernel } from './swap-kernel.js';

afterEach(() => vi.unstubAllGlobals());

const MIB = 2 ** 20;

const isShared = (a: Uint8Array, b: Uint8Array): boolean =>
  a.byteOffset < b.byteOffset + b.length && b.byteOffset < a.byteOffset + a.length;

it('gives zeros that overlap no others, and takes them back, in any order', () => {
  const memory = new ShownMemory();
  const taken: Uint8Array<ArrayBuffer>[] = [];
  let seed = 1;
  const random = (below: number): number => (seed = (seed * 48_271) % 0x7fff_ffff) % below;
  let refused = 0;
  for (let step = 0; step < 500; step++) {
    if (taken.length > 0 && random(5) < 2) {
      const [image] = taken.splice(random(taken.length), 1);
      expect(memory.giveBack(image)).toBe(true);
      expect(memory.giveBack(image)).toBe(false);
      continue;
    }
    const image = memory.take(MIB / 4 + random(8 * MIB));
    if (image === undefined) {
      refused++;
      continue;
    }
    expect(SwapKernel.of(image)).toBeDefined();
    expect(taken.some((other) => isShared(image, other) || image.buffer !== other.buffer)).toBe(false);
    expect([image[0], image[image.length >> 1], image.at(-1)]).toEqual([0, 0, 0]);
    image.fill(0xff);
    taken.push(image);
  }
  expect(refused).toBeGreaterThan(10);
  taken.forEach((image) => memory.giveBack(image));
  expect(memory.take(64 * MIB)?.length).toBe(64 * MIB);
});

it('needs no pages of the host before something is written', () => {
  const memory = new ShownMemory();
  const first = memory.take(MIB);
  const before = process.memoryUsage().rss;
  const large = memory.take(60 * MIB);
  expect(process.memoryUsage().rss - before).toBeLessThan(20 * MIB);
  expect(first?.buffer === large?.buffer).toBe(true);
  expect(large?.length).toBe(60 * MIB);
});

it('has no room for small images, nor for the largest', () => {
  const memory = new ShownMemory();
  expect(memory.take(MIB / 4 - 1)).toBeUndefined();
  expect(memory.take(64 * MIB + 1)).toBeUndefined();
  expect(memory.giveBack(new Uint8Array(4))).toBe(false);
});

it('is accounted as other images are, and these take its place where there is no room', () => {
  const memory = new ImageMemory(100 * MIB);
  const inRoom = memory.allocateShown(60 * MIB);
  expect(SwapKernel.of(inRoom)).toBeDefined();
  const beside = memory.allocateShown(30 * MIB);
  expect([beside.length, SwapKernel.of(beside)]).toEqual([30 * MIB, undefined]);
  expect(() => memory.allocateShown(11 * MIB)).toThrow(expect.objectContaining({ code: 'ENOMEM' }));
  memory.reuse(inRoom);
  expect(SwapKernel.of(memory.allocateShown(64 * MIB))).toBeDefined();
  expect(() => memory.allocateShown(7 * MIB)).toThrow(expect.objectContaining({ code: 'ENOMEM' }));
});

it('is elsewhere in a host without WebAssembly', () => {
  vi.stubGlobal('WebAssembly', undefined);
  const image = new ImageMemory(MIB).allocateShown(MIB);
  expect([image.length, SwapKernel.of(image)]).toEqual([MIB, undefined]);
});
