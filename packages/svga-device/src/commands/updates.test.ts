import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { noise, plainSurface, TestGuest } from '../../test/guest.js';
import {
  A8R8G8B8,
  ALPHA8,
  boxOffsets,
  DXT1,
  mipSize,
  sheetBytes,
  subresourceBytes,
  subresourceOffset,
  surfaceBytes,
} from '../../test/reference.js';
import type { Box, Shape } from '../../test/reference.js';
import { SVGA3D_INVALID_ID, SVGA3D_MOBFMT } from '@cg/svga-protocol';
import type { SvgaDeviceError } from '../index.js';
import type { CommandFields, CommandName } from '@cg/svga-protocol';
import { COST } from '../objects/work-budget.js';

const PAGE = 4096;

/** The code of a command's error; undefined if it succeeds. */
function refusal<N extends CommandName>(
  guest: TestGuest,
  name: N,
  fields: CommandFields<N>,
): string | undefined {
  const { status } = guest.run(name, fields);
  return status === 3 ? (guest.device.lastError as SvgaDeviceError).code : undefined;
}

/** A surface that begins as zeros. */
function define(guest: TestGuest, shape: Shape, sid: number): number[] {
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
  return guest.defineEmpty({ ...surface, arraySize: layers }, surfaceBytes(shape));
}

/** The device's image of sheet 0, all subresources together. */
function imageOf(guest: TestGuest, shape: Shape, sid: number): Uint8Array {
  const bytes = new Uint8Array(sheetBytes(shape));
  for (let sub = 0; sub < shape.layers * shape.mips; sub++) {
    bytes.set(guest.device.image(sid, sub) ?? [], subresourceOffset(shape, sub));
  }
  return bytes;
}

const shapes = fc.record({
  blocks: fc.constantFrom(A8R8G8B8, ALPHA8, DXT1),
  width: fc.integer({ min: 1, max: 90 }),
  height: fc.integer({ min: 1, max: 40 }),
  depth: fc.integer({ min: 1, max: 3 }),
  mips: fc.integer({ min: 1, max: 4 }),
  layers: fc.integer({ min: 1, max: 6 }),
  samples: fc.constantFrom(0, 1, 2),
});

/** Start and length along one direction: blocks, or up to the edge. */
function blocksAlong(size: number, block: number): fc.Arbitrary<[number, number]> {
  const count = Math.ceil(size / block);
  return fc.tuple(fc.nat({ max: count - 1 }), fc.nat({ max: 1000 })).map(([first, more]) => {
    const start = first * block;
    return [start, Math.min((1 + (more % (count - first))) * block, size - start)];
  });
}

/** A box of a mip, starting on blocks, and ending on blocks or at the edge. */
function boxIn(shape: Shape, mip: number): fc.Arbitrary<Box> {
  const { width, height, depth } = mipSize(shape, mip);
  const { blockWidth, blockHeight } = shape.blocks;
  return fc
    .tuple(blocksAlong(width, blockWidth), blocksAlong(height, blockHeight), blocksAlong(depth, 1))
    .map(([[x, w], [y, h], [z, d]]) => ({ x, y, z, w, h, d }));
}

const cases = shapes.chain((shape) =>
  fc
    .record({ layer: fc.nat({ max: shape.layers - 1 }), mip: fc.nat({ max: shape.mips - 1 }) })
    .chain(({ layer, mip }) => boxIn(shape, mip).map((box) => ({ shape, layer, mip, box }))),
);

describe('updates and readbacks', () => {
  it('an update moves exactly the bytes of its box from the MOB into the image (7.1, 7.5)', () => {
    fc.assert(
      fc.property(cases, fc.boolean(), ({ shape, layer, mip, box }, dx) => {
        const guest = new TestGuest({ dx }, 256).start();
        const pages = define(guest, shape, 1);
        const backing = noise(surfaceBytes(shape));
        guest.fillMob(pages, backing);
        const subResource = layer * shape.mips + mip;
        if (dx) {
          guest.must('DX_UPDATE_SUBRESOURCE', { sid: 1, subResource, ...box });
        } else {
          guest.must('UPDATE_GB_IMAGE', { sid: 1, face: layer, mipmap: mip, ...box });
        }
        const offsets = boxOffsets(shape, subResource, box);
        const expected = new Uint8Array(sheetBytes(shape));
        for (const offset of offsets.filter((at) => at < sheetBytes(shape))) {
          expected[offset] = backing[offset];
        }
        expect(Buffer.compare(imageOf(guest, shape, 1), expected)).toBe(0);
        expect(guest.device.statistics.bytesUploaded).toBe(offsets.length);
        // The other sample sheets (D3).
        const all = new Uint8Array(backing.length);
        for (const offset of offsets) {
          all[offset] = backing[offset];
        }
        expect(Buffer.compare(guest.device.surfaceImage(1) as Uint8Array, all)).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  it('a readback moves exactly its subresource from the image into the MOB', () => {
    fc.assert(
      fc.property(cases, fc.boolean(), ({ shape, layer, mip }, dx) => {
        const guest = new TestGuest({ dx }, 256).start();
        const pages = define(guest, shape, 1);
        const image = noise(surfaceBytes(shape), 7);
        guest.draw(1, image);
        const backing = new Uint8Array(image.length).fill(0xee);
        guest.fillMob(pages, backing);
        const subResource = layer * shape.mips + mip;
        if (dx) {
          guest.must('DX_READBACK_SUBRESOURCE', { sid: 1, subResource });
        } else {
          guest.must('READBACK_GB_IMAGE', { sid: 1, face: layer, mipmap: mip });
        }
        const { width: w, height: h, depth: d } = mipSize(shape, mip);
        for (const offset of boxOffsets(shape, subResource, { x: 0, y: 0, z: 0, w, h, d })) {
          backing[offset] = image[offset];
        }
        expect(Buffer.compare(guest.readMob(pages, image.length), backing)).toBe(0);
        const moved = subresourceBytes(shape, subResource) * Math.max(shape.samples, 1);
        expect(guest.device.statistics.bytesReadBack).toBe(moved);
      }),
      { numRuns: 40 },
    );
  });

  it.each([
    ['PTDEPTH_0', SVGA3D_MOBFMT.PTDEPTH_0, 1],
    ['PTDEPTH_1', SVGA3D_MOBFMT.PTDEPTH_1, 9],
    ['PTDEPTH_2', SVGA3D_MOBFMT.PTDEPTH_2, 1030],
    ['RANGE', SVGA3D_MOBFMT.RANGE, 9],
    ['PTDEPTH64_0', SVGA3D_MOBFMT.PTDEPTH64_0, 1],
    ['PTDEPTH64_1', SVGA3D_MOBFMT.PTDEPTH64_1, 9],
    ['PTDEPTH64_2', SVGA3D_MOBFMT.PTDEPTH64_2, 520],
  ])('MOB format %s: whole surfaces go both ways, across lists of lists', (_, ptDepth, pageCount) => {
    const guest = new TestGuest({}, 1200).start();
    const bytes = pageCount * PAGE - 100;
    const buffer = { format: 37, width: bytes, height: 1 };
    const pages = guest.defineSurface(buffer, bytes, ptDepth);
    const content = noise(bytes);
    guest.fillMob(pages, content);
    guest.must('UPDATE_GB_SURFACE', { sid: 1 });
    expect(Buffer.compare(guest.device.image(1, 0) as Uint8Array, content)).toBe(0);
    guest.draw(1, content);
    for (const page of pages) {
      guest.memory.fill(0, page * PAGE, (page + 1) * PAGE);
    }
    guest.must('READBACK_GB_SURFACE', { sid: 1 });
    expect(Buffer.compare(guest.readMob(pages, bytes), content)).toBe(0);
    const lastPage = pages.at(-1) as number;
    expect(
      guest.memory.subarray(lastPage * PAGE + PAGE - 100, (lastPage + 1) * PAGE).every((byte) => byte === 0),
    ).toBe(true);
  });

  it('contiguous pages move as one view, and full rows as one run', () => {
    const guest = new TestGuest().start();
    guest.defineSurface({}, 64 * 64 * 4, SVGA3D_MOBFMT.RANGE);
    const update = { sid: 1, face: 0, mipmap: 0, x: 0, y: 0, z: 0, w: 64, h: 64, d: 1 };
    guest.must('UPDATE_GB_IMAGE', update);
    const before = guest.views;
    guest.must('UPDATE_GB_IMAGE', update);
    // Header, commands, the one run, and the header again for the status.
    expect(guest.views - before).toBe(4);
  });

  it('an invalidated image is zeros again, and its memory is free', () => {
    const bytes = 64 * 64 * 4;
    const guest = new TestGuest({ maxImageBytes: bytes }).start();
    guest.fillMob(guest.defineSurface({}, bytes), noise(bytes));
    guest.must('UPDATE_GB_SURFACE', { sid: 1 });
    guest.must('INVALIDATE_GB_SURFACE', { sid: 1 });
    guest.defineSurface({ sid: 2 }, bytes);
    guest.must('UPDATE_GB_SURFACE', { sid: 2 });
    expect(guest.device.image(1, 0)).toBeUndefined();
    guest.must('DESTROY_GB_SURFACE', { sid: 2 });
    expect(guest.device.image(1, 0)?.every((byte) => byte === 0)).toBe(true);
  });

  it('D2: a trailer behind the surface does not move', () => {
    const guest = new TestGuest().start();
    const pages = guest.defineSurface({ format: 37, width: 100, height: 1 }, 116);
    guest.fillMob(pages, noise(116));
    guest.must('UPDATE_GB_SURFACE', { sid: 1 });
    expect(guest.device.statistics.bytesUploaded).toBe(100);
  });
});

describe('refused transfers', () => {
  const box = { x: 0, y: 0, z: 0, w: 64, h: 64, d: 1 };

  it.each<[string, Partial<CommandFields<'UPDATE_GB_IMAGE'>>]>([
    ['wider than the mip', { w: 65 }],
    ['behind its edge', { x: 64, w: 1 }],
    ['wrapping around 2^32', { x: 0xffff_ffff, w: 2 }],
    ['empty', { h: 0 }],
    ['deeper than the mip', { d: 2 }],
    ['no such face', { face: 1 }],
    ['no such mip', { mipmap: 1 }],
  ])('a box that is %s moves nothing', (_, bad) => {
    const guest = new TestGuest().start();
    guest.fillMob(guest.defineEmpty({}, 64 * 64 * 4), noise(64 * 64 * 4));
    expect(refusal(guest, 'UPDATE_GB_IMAGE', { sid: 1, face: 0, mipmap: 0, ...box, ...bad })).toBe('EINVAL');
    expect(guest.device.image(1, 0)?.every((byte) => byte === 0)).toBe(true);
    expect(guest.device.statistics.bytesUploaded).toBe(0);
  });

  it('D7: UPDATE_GB_IMAGE reaches layers 0 to 5 only, DX_UPDATE_SUBRESOURCE all', () => {
    const guest = new TestGuest({ dx: true }).start();
    guest.defineSurface({ arraySize: 7 }, 7 * 64 * 64 * 4);
    guest.must('UPDATE_GB_IMAGE', { sid: 1, face: 5, mipmap: 0, ...box });
    expect(refusal(guest, 'UPDATE_GB_IMAGE', { sid: 1, face: 6, mipmap: 0, ...box })).toBe('EINVAL');
    guest.must('DX_UPDATE_SUBRESOURCE', { sid: 1, subResource: 6, ...box });
    expect(refusal(guest, 'DX_UPDATE_SUBRESOURCE', { sid: 1, subResource: 7, ...box })).toBe('EINVAL');
    expect(refusal(guest, 'DX_READBACK_SUBRESOURCE', { sid: 1, subResource: 0xffff_ffff })).toBe('EINVAL');
  });

  it('DX commands need a DX device', () => {
    const guest = new TestGuest().start();
    guest.defineSurface({}, 64 * 64 * 4);
    expect(refusal(guest, 'DX_UPDATE_SUBRESOURCE', { sid: 1, subResource: 0, ...box })).toBe('ENOSYS');
    expect(refusal(guest, 'DX_READBACK_SUBRESOURCE', { sid: 1, subResource: 0 })).toBe('ENOSYS');
  });

  it('without a surface, a binding or a MOB there is an error, and no crash', () => {
    const guest = new TestGuest().start();
    const all = (code: string): void => {
      expect(refusal(guest, 'UPDATE_GB_IMAGE', { sid: 1, face: 0, mipmap: 0, ...box })).toBe(code);
      expect(refusal(guest, 'UPDATE_GB_SURFACE', { sid: 1 })).toBe(code);
      expect(refusal(guest, 'READBACK_GB_IMAGE', { sid: 1, face: 0, mipmap: 0 })).toBe(code);
      expect(refusal(guest, 'READBACK_GB_SURFACE', { sid: 1 })).toBe(code);
    };
    all('ENOENT');
    expect(refusal(guest, 'INVALIDATE_GB_SURFACE', { sid: 1 })).toBe('ENOENT');
    guest.must('DEFINE_GB_SURFACE', plainSurface);
    all('ENOENT');
    guest.defineMob(1, 64 * 64 * 4);
    guest.must('BIND_GB_SURFACE', { sid: 1, mobid: 1 });
    guest.must('UPDATE_GB_SURFACE', { sid: 1 });
    guest.must('BIND_GB_SURFACE', { sid: 1, mobid: SVGA3D_INVALID_ID });
    all('ENOENT');
    guest.must('BIND_GB_SURFACE', { sid: 1, mobid: 1 });
    guest.must('DESTROY_GB_MOB', { mobid: 1 });
    all('ENOENT');
  });

  it('a MOB must hold the part that moves, and no more', () => {
    const guest = new TestGuest().start();
    guest.defineEmpty({}, 64 * 63 * 4);
    guest.must('UPDATE_GB_IMAGE', { sid: 1, face: 0, mipmap: 0, ...box, h: 63 });
    expect(refusal(guest, 'UPDATE_GB_IMAGE', { sid: 1, face: 0, mipmap: 0, ...box })).toBe('EFAULT');
    expect(refusal(guest, 'READBACK_GB_SURFACE', { sid: 1 })).toBe('EFAULT');
  });

  it.each([
    ['a page', SVGA3D_MOBFMT.PTDEPTH_1, [1024, 0]],
    ['a list of pages', SVGA3D_MOBFMT.PTDEPTH_2, [0xffff_ffff, 0]],
    ['a 64-bit page', SVGA3D_MOBFMT.PTDEPTH64_1, [5, 1]],
    ['a 64-bit list', SVGA3D_MOBFMT.PTDEPTH64_2, [0xffff_ffff, 0xffff_ffff]],
  ])('%s outside guest memory is an error of the command', (_, ptDepth, words) => {
    const guest = new TestGuest().start();
    const base = guest.allocatePage();
    guest.memory.set(new Uint8Array(Uint32Array.from(words).buffer), base * PAGE);
    guest.must('DEFINE_GB_MOB64', { mobid: 1, ptDepth, base, sizeInBytes: 64 * 64 * 4 });
    guest.must('DEFINE_GB_SURFACE', plainSurface);
    guest.must('BIND_GB_SURFACE', { sid: 1, mobid: 1 });
    expect(refusal(guest, 'UPDATE_GB_SURFACE', { sid: 1 })).toBe('EFAULT');
    guest.must('WRITE_ZERO_SURFACE', { sid: 1 });
    expect(refusal(guest, 'READBACK_GB_SURFACE', { sid: 1 })).toBe('EFAULT');
  });

  it('a page list is read when it is used: what the guest changes in it counts', () => {
    const guest = new TestGuest().start();
    const [list, first, second] = [guest.allocatePage(), guest.allocatePage(), guest.allocatePage()];
    const entries = new DataView(guest.memory.buffer);
    entries.setUint32(list * PAGE, first, true);
    guest.memory.fill(1, first * PAGE, (first + 1) * PAGE);
    guest.memory.fill(2, second * PAGE, (second + 1) * PAGE);
    guest.must('DEFINE_GB_MOB64', {
      mobid: 1,
      ptDepth: SVGA3D_MOBFMT.PTDEPTH_1,
      base: list,
      sizeInBytes: PAGE,
    });
    guest.must('DEFINE_GB_SURFACE', { ...plainSurface, width: 8, height: 8 });
    guest.must('BIND_GB_SURFACE', { sid: 1, mobid: 1 });
    guest.must('UPDATE_GB_SURFACE', { sid: 1 });
    expect(guest.device.image(1, 0)?.[0]).toBe(1);
    entries.setUint32(list * PAGE, second, true);
    guest.must('UPDATE_GB_SURFACE', { sid: 1 });
    expect(guest.device.image(1, 0)?.[0]).toBe(2);
  });

  it('D4: of a planar surface only the whole moves', () => {
    const guest = new TestGuest().start();
    const bytes = (64 * 64 * 3) / 2;
    guest.fillMob(guest.defineSurface({ format: 44 }, bytes), noise(bytes));
    expect(refusal(guest, 'UPDATE_GB_IMAGE', { sid: 1, face: 0, mipmap: 0, ...box, h: 32 })).toBe('EINVAL');
    guest.must('UPDATE_GB_IMAGE', { sid: 1, face: 0, mipmap: 0, ...box });
    expect(Buffer.compare(guest.device.image(1, 0) as Uint8Array, noise(bytes))).toBe(0);
  });

  it('image memory and the work of one buffer are bounded', () => {
    const bytes = 64 * 64 * 4;
    const small = new TestGuest({ maxImageBytes: bytes - 1 }).start();
    small.defineSurface({}, bytes);
    expect(refusal(small, 'UPDATE_GB_SURFACE', { sid: 1 })).toBe('ENOMEM');
    const image = COST.FRESH_BYTE * bytes;
    const other = COST.COMMAND + 64 * COST.FIELD_BYTE;
    // The first update also makes the image.
    const slow = new TestGuest({ maxWorkBytes: image + bytes + COST.ROW + other }).start();
    slow.defineSurface({}, bytes);
    slow.must('UPDATE_GB_SURFACE', { sid: 1 });
    const narrow = { sid: 1, face: 0, mipmap: 0, ...box, w: 1 };
    const rows = new TestGuest({ maxWorkBytes: image + 33 * COST.ROW + other }).start();
    rows.defineEmpty({}, bytes);
    expect(refusal(rows, 'UPDATE_GB_IMAGE', narrow)).toBe('E2BIG');
    rows.must('UPDATE_GB_IMAGE', { ...narrow, h: 32 });
    rows.must('UPDATE_GB_IMAGE', { ...narrow, h: 32 });
  });
});
