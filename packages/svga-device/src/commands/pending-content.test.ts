import { describe, expect, it } from 'vitest';
import { BYTES, bound, firstRow, imageOf, read, ZEROS } from '../../test/bound-surface.js';
import { noise, plainSurface, TestGuest } from '../../test/guest.js';
import { SVGA3D_INVALID_ID, SVGA3D_MOBFMT } from '@cg/svga-protocol';
import type { SvgaDeviceError } from '../index.js';
import { LateRenderer } from '../renderer-contract.js';
import type { CommandFields, CommandName } from '@cg/svga-protocol';

const PAGE = 4096;

function refusal<N extends CommandName>(guest: TestGuest, name: N, fields: CommandFields<N>): string {
  expect(guest.run(name, fields).status).toBe(3);
  return (guest.device.lastError as SvgaDeviceError).code;
}

describe('pending content and its MOB', () => {
  it('is what the page list leads to when it is used', () => {
    const { guest, pages } = bound(new TestGuest().start());
    guest.fillMob(pages, noise(BYTES, 1));
    const base = guest.allocatePage();
    guest.fillMob([base], noise(PAGE, 2));
    guest.must('DESTROY_GB_SURFACE', { sid: 1 });
    guest.must('DEFINE_GB_SURFACE', { ...plainSurface, width: 32, height: 32 });
    guest.must('BIND_GB_SURFACE', { sid: 1, mobid: 1 });
    guest.must('REDEFINE_GB_MOB64', { mobid: 1, ptDepth: 0, base, sizeInBytes: PAGE });
    expect(Buffer.compare(imageOf(guest, 1), noise(PAGE, 2))).toBe(0);
  });

  it('is lost with the MOB, and then nothing comes from one of the same id either', () => {
    const { guest, pages } = bound(new TestGuest().start());
    guest.fillMob(pages, noise(BYTES, 1));
    guest.must('DESTROY_GB_MOB', { mobid: 1 });
    expect(Buffer.compare(read(guest), ZEROS)).toBe(0);
    guest.fillMob(guest.defineMob(1, BYTES), noise(BYTES, 2));
    expect(Buffer.compare(read(guest), ZEROS)).toBe(0);
  });

  it('stays pending where guest memory faults, and comes once that is mended', () => {
    const { guest } = bound(new TestGuest().start());
    const list = guest.allocatePage();
    const entries = new DataView(guest.memory.buffer, list * PAGE);
    const pages = [0, 1, 2, 3].map(() => guest.allocatePage());
    pages.forEach((page, i) => entries.setUint32(4 * i, page, true));
    guest.fillMob(pages, noise(BYTES, 3));
    const mob = { mobid: 3, ptDepth: SVGA3D_MOBFMT.PTDEPTH_1, base: list, sizeInBytes: BYTES };
    guest.must('DEFINE_GB_MOB64', mob);
    guest.must('INVALIDATE_GB_SURFACE', { sid: 1 });
    guest.must('BIND_GB_SURFACE', { sid: 1, mobid: 3 });
    entries.setUint32(8, 0xffff_ffff, true);
    expect(refusal(guest, 'WHOLE_SURFACE_COPY', { srcSid: 1, destSid: 2 })).toBe('EFAULT');
    expect(Buffer.compare(imageOf(guest, 1), ZEROS)).toBe(0);
    entries.setUint32(8, pages[2], true);
    expect(Buffer.compare(read(guest), noise(BYTES, 3))).toBe(0);
  });

  it('stays pending where mips are refused, whoever would make them', () => {
    for (const renderer of [undefined, new LateRenderer(1)]) {
      const guest = new TestGuest({}, 1024, renderer).start();
      const blocks = { sid: 1, format: 15, width: 8, height: 8, numMipLevels: 2 };
      const pages = guest.defineSurface(blocks, 64);
      guest.fillMob(pages, noise(64, 1));
      expect(refusal(guest, 'GENERATE_MIPMAPS', { sid: 1, filter: 0 })).toBe('EINVAL');
      guest.fillMob(pages, noise(64, 2));
      expect(Buffer.compare(imageOf(guest, 1).subarray(0, 32), noise(64, 2).subarray(0, 32))).toBe(0);
    }
  });

  it('is not loaded where mips are written whole: their memory may fault', () => {
    for (const renderer of [undefined, ...[1, 2, 3, 4].map((seed) => new LateRenderer(seed))]) {
      const guest = new TestGuest({}, 1024, renderer).start();
      const list = guest.allocatePage();
      const entries = new DataView(guest.memory.buffer, list * PAGE);
      entries.setUint32(0, guest.allocatePage(), true);
      entries.setUint32(4, 0xffff_ffff, true);
      const mob = { mobid: 3, ptDepth: SVGA3D_MOBFMT.PTDEPTH_1, base: list, sizeInBytes: 2 * PAGE };
      guest.must('DEFINE_GB_MOB64', mob);
      guest.must('DEFINE_GB_SURFACE', { ...plainSurface, width: 32, height: 32, numMipLevels: 2 });
      guest.must('BIND_GB_SURFACE', { sid: plainSurface.sid, mobid: 3 });
      expect(guest.run('GENERATE_MIPMAPS', { sid: plainSurface.sid, filter: 0 }).status).toBe(1);
    }
  });

  it('a MOB that is too small is an error of the command that needs the content', () => {
    const guest = new TestGuest().start();
    guest.defineSurface({ sid: 1 }, BYTES - 1);
    guest.defineEmpty({ sid: 2 }, BYTES);
    expect(refusal(guest, 'WHOLE_SURFACE_COPY', { srcSid: 1, destSid: 2 })).toBe('EFAULT');
    guest.must('WHOLE_SURFACE_COPY', { srcSid: 2, destSid: 1 });
  });

  it('is loaded on the account of the command buffer, image and bytes', () => {
    const twoSurfaces = (maxWorkBytes?: number) => {
      const guest = new TestGuest(maxWorkBytes === undefined ? {} : { maxWorkBytes }).start();
      [1, 2].forEach((sid) => guest.defineSurface({ sid }, BYTES));
      return guest;
    };
    const copy = { srcSid: 1, destSid: 2 };
    const unbounded = twoSurfaces();
    const before = unbounded.device.statistics.work;
    unbounded.must('WHOLE_SURFACE_COPY', copy);
    const work = unbounded.device.statistics.work - before;
    const guest = twoSurfaces(work - 1);
    expect(refusal(guest, 'WHOLE_SURFACE_COPY', copy)).toBe('E2BIG');
    // Source and image of it are loaded, and need not be again.
    guest.must('WHOLE_SURFACE_COPY', copy);
  });

  it('the states of subresources are given back with the surface', () => {
    const layers = 64;
    const bytes = 4 * layers;
    const guest = new TestGuest({ maxImageBytes: bytes + layers }).start();
    for (const sid of [1, 2, 3]) {
      guest.defineSurface({ sid, width: 1, height: 1, arraySize: layers }, bytes);
      guest.must('UPDATE_GB_IMAGE', { sid, face: 0, mipmap: 0, x: 0, y: 0, z: 0, w: 1, h: 1, d: 1 });
      expect(guest.device.surfaceImage(sid)).toHaveLength(bytes);
      guest.must('DESTROY_GB_SURFACE', { sid });
    }
  });

  it('takes no memory until it is used', () => {
    const guest = new TestGuest({ maxImageBytes: BYTES }).start();
    const pages = [1, 2].map((sid) => guest.defineSurface({ sid }, BYTES));
    pages.forEach((each, i) => guest.fillMob(each, noise(BYTES, i)));
    const row = { face: 0, mipmap: 0, ...firstRow };
    guest.must('UPDATE_GB_IMAGE', { sid: 1, ...row });
    expect(refusal(guest, 'UPDATE_GB_IMAGE', { sid: 2, ...row })).toBe('ENOMEM');
    guest.must('BIND_GB_SURFACE', { sid: 1, mobid: SVGA3D_INVALID_ID });
    guest.must('UPDATE_GB_IMAGE', { sid: 2, ...row });
    expect(Buffer.compare(imageOf(guest, 2), noise(BYTES, 1))).toBe(0);
  });
});

it('a host that looks at an image changes nothing', () => {
  const { guest, pages } = bound(new TestGuest().start());
  guest.fillMob(pages, noise(BYTES, 1));
  expect(Buffer.compare(guest.device.image(1, 0) as Uint8Array, noise(BYTES, 1))).toBe(0);
  guest.fillMob(pages, noise(BYTES, 2));
  expect(Buffer.compare(guest.device.image(1, 0) as Uint8Array, noise(BYTES, 2))).toBe(0);
  guest.must('INVALIDATE_GB_SURFACE', { sid: 1 });
  expect(Buffer.compare(guest.device.image(1, 0) as Uint8Array, ZEROS)).toBe(0);
});
