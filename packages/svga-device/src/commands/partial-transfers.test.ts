import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { noise, TestGuest } from '../../test/guest.js';
import { A8R8G8B8, boxOffsets, DXT1, mipSize, surfaceBytes } from '../../test/reference.js';
import type { Box, Shape } from '../../test/reference.js';

/** A run of whole blocks in so many texels. */
function runIn(texels: number, block: number): fc.Arbitrary<{ at: number; length: number }> {
  const blocks = Math.ceil(texels / block);
  return fc.integer({ min: 0, max: blocks - 1 }).chain((start) =>
    fc.integer({ min: 1, max: blocks - start }).map((count) => {
      return { at: start * block, length: Math.min(count * block, texels - start * block) };
    }),
  );
}

interface Case {
  readonly shape: Shape;
  readonly mipmap: number;
  readonly box: Box;
}

const shapes: fc.Arbitrary<Shape> = fc.record({
  blocks: fc.constantFrom(A8R8G8B8, DXT1),
  width: fc.integer({ min: 1, max: 33 }),
  height: fc.integer({ min: 1, max: 21 }),
  depth: fc.integer({ min: 1, max: 3 }),
  mips: fc.constant(1),
  layers: fc.constant(1),
  samples: fc.constantFrom(1, 2),
});

const cases: fc.Arbitrary<Case> = fc
  .tuple(shapes, fc.integer({ min: 1, max: 2 }), fc.nat(1))
  .chain(([one, mips, mip]) => {
    const shape = { ...one, mips: Math.min(mips, Math.max(one.width, one.height) > 1 ? 2 : 1) };
    const mipmap = mip % shape.mips;
    const { width, height, depth } = mipSize(shape, mipmap);
    const { blockWidth, blockHeight } = shape.blocks;
    return fc
      .tuple(runIn(width, blockWidth), runIn(height, blockHeight), runIn(depth, 1))
      .map(([x, y, z]) => {
        const box = { x: x.at, y: y.at, z: z.at, w: x.length, h: y.length, d: z.length };
        return { shape, mipmap, box };
      });
  });

/** The bytes that move: those of the box, or those of its mip outside it. */
function moved({ shape, mipmap, box }: Case, inverted: boolean): number[] {
  const inside = boxOffsets(shape, mipmap, box);
  if (!inverted) {
    return inside;
  }
  const { width: w, height: h, depth: d } = mipSize(shape, mipmap);
  const without = new Set(inside);
  return boxOffsets(shape, mipmap, { x: 0, y: 0, z: 0, w, h, d }).filter((at) => !without.has(at));
}

/** A surface whose image is `noise(bytes, 1)` and whose MOB holds `noise(bytes, 2)`. */
function withContents({ shape }: Case): { guest: TestGuest; pages: number[]; bytes: number } {
  const guest = new TestGuest({}, 64).start();
  const { blocks, width, height, depth, mips, samples } = shape;
  const bytes = surfaceBytes(shape);
  const pages = guest.defineSurface(
    { format: blocks.format, width, height, depth, numMipLevels: mips, multisampleCount: samples },
    bytes,
  );
  guest.draw(1, noise(bytes, 1));
  guest.fillMob(pages, noise(bytes, 2));
  return { guest, pages, bytes };
}

describe.each([
  ['the box', 0],
  ['all but the box', 1],
])('of an image in parts, %s', (_, invertBox) => {
  it('READBACK_GB_IMAGE_PARTIAL writes those bytes to the MOB, and no other', () => {
    fc.assert(
      fc.property(cases, (one) => {
        const { guest, pages, bytes } = withContents(one);
        const expected = noise(bytes, 2);
        const image = noise(bytes, 1);
        moved(one, invertBox !== 0).forEach((at) => (expected[at] = image[at]));
        const { mipmap, box } = one;
        guest.must('READBACK_GB_IMAGE_PARTIAL', { sid: 1, face: 0, mipmap, ...box, invertBox });
        expect(Buffer.compare(guest.readMob(pages, bytes), expected)).toBe(0);
      }),
      { numRuns: 100 },
    );
  });

  it('INVALIDATE_GB_IMAGE_PARTIAL makes those bytes zeros, and no other', () => {
    fc.assert(
      fc.property(cases, (one) => {
        const { guest, pages, bytes } = withContents(one);
        const expected = noise(bytes, 1);
        moved(one, invertBox !== 0).forEach((at) => (expected[at] = 0));
        const { mipmap, box } = one;
        guest.must('INVALIDATE_GB_IMAGE_PARTIAL', { sid: 1, face: 0, mipmap, ...box, invertBox });
        guest.must('READBACK_GB_SURFACE', { sid: 1 });
        expect(Buffer.compare(guest.readMob(pages, bytes), expected)).toBe(0);
      }),
      { numRuns: 100 },
    );
  });
});

it('a partial box that leaves its mip is refused, inverted or not', () => {
  const guest = new TestGuest().start();
  guest.defineSurface({ width: 8, height: 8 }, 256);
  const box = { sid: 1, face: 0, mipmap: 0, x: 4, y: 0, z: 0, w: 5, h: 1, d: 1 };
  for (const invertBox of [0, 1]) {
    expect(guest.run('READBACK_GB_IMAGE_PARTIAL', { ...box, invertBox }).status).toBe(3);
    expect(guest.run('INVALIDATE_GB_IMAGE_PARTIAL', { ...box, invertBox }).status).toBe(3);
  }
});
