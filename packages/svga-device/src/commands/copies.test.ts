import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { noise, TestGuest } from '../../test/guest.js';
import { A8R8G8B8, ALPHA8, boxOffsets, DXT1, surfaceBytes } from '../../test/reference.js';
import type { Shape } from '../../test/reference.js';
import type { CommandFields } from '@cg/svga-protocol';

const flat: Shape = { blocks: A8R8G8B8, width: 32, height: 16, depth: 2, mips: 1, layers: 1, samples: 1 };

function define(guest: TestGuest, shape: Shape, sid: number): Uint8Array {
  const { blocks, width, height, depth, mips, layers, samples } = shape;
  const surface = {
    sid,
    format: blocks.format,
    width,
    height,
    depth,
    numMipLevels: mips,
    multisampleCount: samples,
  };
  const bytes = surfaceBytes(shape);
  const content = noise(bytes, sid);
  guest.fillMob(guest.defineSurface({ ...surface, arraySize: layers }, bytes), content);
  guest.must('UPDATE_GB_SURFACE', { sid });
  return content;
}

const noBoxes: CommandFields<'SURFACE_COPY'> = {
  srcSid: 1,
  srcFace: 0,
  srcMipmap: 0,
  destSid: 2,
  destFace: 0,
  destMipmap: 0,
  boxes: [],
};
const wholeBox = { x: 0, y: 0, z: 0, w: 32, h: 16, d: 2, srcx: 0, srcy: 0, srcz: 0 };

/** Where a length may start in a source and in a target of the given sizes. */
function placed(
  source: number,
  target: number,
  block: number,
): fc.Arbitrary<{ from: number; to: number; length: number }> {
  return fc.integer({ min: 1, max: Math.min(source, target) / block }).chain((blocks) =>
    fc.record({
      from: fc.integer({ min: 0, max: source / block - blocks }).map((start) => start * block),
      to: fc.integer({ min: 0, max: target / block - blocks }).map((start) => start * block),
      length: fc.constant(blocks * block),
    }),
  );
}

describe('SURFACE_COPY', () => {
  it('moves the bytes of its box between any two surfaces of the same blocks', () => {
    const sizes = fc.record({
      blocks: fc.constantFrom(A8R8G8B8, ALPHA8, DXT1),
      samples: fc.constantFrom(1, 2),
      width: fc.integer({ min: 1, max: 8 }).map((n) => n * 8),
      height: fc.integer({ min: 1, max: 3 }).map((n) => n * 8),
      otherWidth: fc.integer({ min: 1, max: 8 }).map((n) => n * 8),
      otherHeight: fc.integer({ min: 1, max: 3 }).map((n) => n * 8),
    });
    const cases = sizes.chain((size) =>
      fc.record({
        size: fc.constant(size),
        x: placed(size.width, size.otherWidth, size.blocks.blockWidth),
        y: placed(size.height, size.otherHeight, size.blocks.blockHeight),
        z: placed(2, 3, 1),
      }),
    );
    fc.assert(
      fc.property(cases, ({ size, x, y, z }) => {
        const { blocks, samples, width, height } = size;
        const source: Shape = { blocks, samples, width, height, depth: 2, mips: 1, layers: 1 };
        const target: Shape = { ...source, width: size.otherWidth, height: size.otherHeight, depth: 3 };
        const guest = new TestGuest({}, 256).start();
        const from = define(guest, source, 1);
        const expected = define(guest, target, 2);
        const extent = { w: x.length, h: y.length, d: z.length };
        const box = { x: x.to, y: y.to, z: z.to, ...extent, srcx: x.from, srcy: y.from, srcz: z.from };
        guest.must('SURFACE_COPY', { ...noBoxes, boxes: [box] });
        const sources = boxOffsets(source, 0, { x: x.from, y: y.from, z: z.from, ...extent });
        const targets = boxOffsets(target, 0, { x: x.to, y: y.to, z: z.to, ...extent });
        targets.forEach((at, i) => {
          expected[at] = from[sources[i]];
        });
        expect(guest.device.statistics.bytesCopied).toBe(targets.length);
        guest.must('READBACK_GB_SURFACE', { sid: 2 });
        const image = guest.device.image(2, 0) as Uint8Array;
        expect(Buffer.compare(image, expected.subarray(0, image.length))).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  it('within one image an overlapping box is copied as if by way of a second one', () => {
    const cases = fc.record({ x: placed(32, 32, 1), y: placed(16, 16, 1), z: placed(2, 2, 1) });
    fc.assert(
      fc.property(cases, ({ x, y, z }) => {
        const guest = new TestGuest({}, 128).start();
        const before = define(guest, flat, 1);
        const extent = { w: x.length, h: y.length, d: z.length };
        const box = { x: x.to, y: y.to, z: z.to, ...extent, srcx: x.from, srcy: y.from, srcz: z.from };
        guest.must('SURFACE_COPY', { ...noBoxes, destSid: 1, boxes: [box] });
        const expected = before.slice();
        const sources = boxOffsets(flat, 0, { x: x.from, y: y.from, z: z.from, ...extent });
        boxOffsets(flat, 0, { x: x.to, y: y.to, z: z.to, ...extent }).forEach((at, i) => {
          expected[at] = before[sources[i]];
        });
        expect(Buffer.compare(guest.device.image(1, 0) as Uint8Array, expected)).toBe(0);
      }),
      { numRuns: 100 },
    );
  });

  it('goes from any face and mip to any other', () => {
    const shape: Shape = { ...flat, depth: 1, mips: 3, layers: 6 };
    const guest = new TestGuest().start();
    define(guest, shape, 1);
    define(guest, shape, 2);
    const box = { x: 0, y: 0, z: 0, w: 8, h: 4, d: 1, srcx: 0, srcy: 0, srcz: 0 };
    guest.must('SURFACE_COPY', {
      ...noBoxes,
      srcFace: 4,
      srcMipmap: 2,
      destFace: 5,
      destMipmap: 2,
      boxes: [box],
    });
    expect(guest.device.image(2, 5 * 3 + 2)).toEqual(guest.device.image(1, 4 * 3 + 2));
  });

  it('many boxes go in the order given', () => {
    const guest = new TestGuest().start();
    define(guest, flat, 1);
    define(guest, flat, 2);
    const texel = { ...wholeBox, w: 1, h: 1, d: 1 };
    guest.must('SURFACE_COPY', {
      ...noBoxes,
      boxes: [
        { ...texel, srcx: 5 },
        { ...texel, srcx: 9 },
      ],
    });
    expect(guest.device.image(2, 0)?.slice(0, 4)).toEqual(guest.device.image(1, 0)?.slice(36, 40));
  });

  it.each<[string, Partial<CommandFields<'SURFACE_COPY'>>]>([
    ['a target outside', { boxes: [wholeBox, { ...wholeBox, x: 1 }] }],
    ['a source outside', { boxes: [wholeBox, { ...wholeBox, srcz: 1 }] }],
    ['an empty box', { boxes: [wholeBox, { ...wholeBox, w: 0 }] }],
    ['a face it has not', { srcFace: 1, boxes: [wholeBox] }],
    ['a mip it has not', { destMipmap: 1, boxes: [wholeBox] }],
    ['other blocks', { destSid: 3, boxes: [{ ...wholeBox, w: 1, h: 1, d: 1 }] }],
    ['no such surface', { destSid: 9, boxes: [wholeBox] }],
  ])('%s: nothing is copied, not even the boxes before', (_, bad) => {
    const guest = new TestGuest().start();
    define(guest, flat, 1);
    const before = define(guest, flat, 2);
    define(guest, { ...flat, blocks: ALPHA8 }, 3);
    expect(guest.run('SURFACE_COPY', { ...noBoxes, ...bad })).toEqual({ status: 3, errorOffset: 0 });
    expect(Buffer.compare(guest.device.image(2, 0) as Uint8Array, before)).toBe(0);
    expect(guest.device.statistics.bytesCopied).toBe(0);
  });

  it('needs no MOB', () => {
    const guest = new TestGuest().start();
    define(guest, flat, 1);
    define(guest, flat, 2);
    guest.must('DESTROY_GB_MOB', { mobid: 1 });
    guest.must('DESTROY_GB_MOB', { mobid: 2 });
    guest.must('SURFACE_COPY', { ...noBoxes, boxes: [wholeBox] });
    expect(guest.device.image(2, 0)).toEqual(guest.device.image(1, 0));
  });
});
