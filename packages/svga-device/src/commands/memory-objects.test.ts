import { describe, expect, it } from 'vitest';
import { DxGuest } from '../../test/dx-guest.js';
import { noise, plainSurface, TestGuest } from '../../test/guest.js';
import {
  mobEntry,
  SVGA3D_INVALID_ID,
  SVGA_COTABLE,
  SVGA_OTABLE,
  SVGA_REG,
  surfaceEntry,
  contextEntry,
  dxContextEntry,
  screenTargetEntry,
  shaderEntry,
} from '@cg/svga-protocol';
import type { FieldTypes, Struct } from '@cg/svga-protocol';

const PAGE = 4096;

function setTable(guest: TestGuest, type: number): void {
  const baseAddress = guest.allocatePage();
  const table = { type, baseAddress, sizeInBytes: PAGE, validSizeInBytes: PAGE, ptDepth: 0 };
  guest.must('SET_OTABLE_BASE64', table);
}

/** Moves a table to two empty pages, and reads an entry there. */
function entryAfterGrowing<F extends FieldTypes>(
  guest: TestGuest,
  type: number,
  id: number,
  entry: Struct<F>,
): unknown {
  const [top, baseAddress] = [guest.allocatePage(), guest.allocatePage()];
  const size = { sizeInBytes: 2 * PAGE, validSizeInBytes: PAGE };
  guest.must('GROW_OTABLE', { type, baseAddress, ...size, ptDepth: 3 });
  expect(top).toBe(baseAddress + 1);
  return entry.read(new DataView(guest.memory.buffer, baseAddress * PAGE), id * entry.bytes);
}

describe('GROW_OTABLE', () => {
  it('of MOBs and surfaces: the objects stay, their entries are where the table is now', () => {
    const guest = new TestGuest().start();
    const pages = guest.defineSurface({ sid: 2, width: 8, height: 8 }, 256);
    guest.fillMob(pages, noise(256));
    const mob = entryAfterGrowing(guest, SVGA_OTABLE.MOB, 2, mobEntry);
    expect(mob).toMatchObject({ sizeInBytes: 256 });
    const surface = entryAfterGrowing(guest, SVGA_OTABLE.SURFACE, 2, surfaceEntry);
    expect(surface).toMatchObject({ width: 8, height: 8, mobid: 2 });
    guest.must('UPDATE_GB_SURFACE', { sid: 2 });
    expect(guest.device.image(2, 0)).toEqual(noise(256));
    const above = PAGE / surfaceEntry.bytes;
    guest.must('DEFINE_GB_SURFACE_V2', { ...plainSurface, sid: above });
  });

  it('of contexts, shaders, screens and DX contexts', () => {
    const guest = new DxGuest({ dx: true }).withTables();
    guest.defineSurface({ sid: 1 }, 4 * 64 * 64);
    const { CONTEXT, SHADER, SCREENTARGET, DXCONTEXT } = SVGA_OTABLE;
    [CONTEXT, SHADER, SCREENTARGET].forEach((type) => setTable(guest, type));
    guest.must('DEFINE_GB_CONTEXT', { cid: 3 });
    guest.must('BIND_GB_CONTEXT', { cid: 3, mobid: 1, validContents: 0 });
    guest.must('DEFINE_GB_SHADER', { shid: 4, type: 1, sizeInBytes: 64 });
    guest.must('BIND_GB_SHADER', { shid: 4, mobid: 1, offsetInBytes: 8 });
    const screen = { width: 16, height: 8, xRoot: -4, yRoot: 0, flags: 1, dpi: 96 };
    guest.must('DEFINE_GB_SCREENTARGET', { stid: 2, ...screen });
    guest.must('BIND_GB_SCREENTARGET', { stid: 2, sid: 1, face: 0, mipmap: 0 });
    guest.must('DX_BIND_CONTEXT', { cid: 0, mobid: 1, validContents: 0 });
    expect(entryAfterGrowing(guest, CONTEXT, 3, contextEntry)).toEqual({ cid: 3, mobid: 1 });
    const shader = { type: 1, sizeInBytes: 64, offsetInBytes: 8, mobid: 1 };
    expect(entryAfterGrowing(guest, SHADER, 4, shaderEntry)).toEqual(shader);
    const shown = { sid: 1, face: 0, mipmap: 0, ...screen };
    expect(entryAfterGrowing(guest, SCREENTARGET, 2, screenTargetEntry)).toEqual(shown);
    expect(entryAfterGrowing(guest, DXCONTEXT, 0, dxContextEntry)).toEqual({ cid: 0, mobid: 1 });
    guest.must('UPDATE_GB_SCREENTARGET', { stid: 2, x: 0, y: 0, w: 16, h: 8 });
    guest.must('DX_DESTROY_CONTEXT', { cid: 0 });
    guest.must('DESTROY_GB_CONTEXT', { cid: 3 });
    guest.must('DESTROY_GB_SHADER', { shid: 4 });
    guest.must('DESTROY_GB_SCREENTARGET', { stid: 2 });
  });

  it('does not shrink, and leads nowhere outside memory; the table is then where it was', () => {
    const guest = new TestGuest().start();
    const baseAddress = guest.allocatePage();
    const grow = { type: SVGA_OTABLE.MOB, baseAddress, validSizeInBytes: 0, ptDepth: 3 };
    expect(guest.run('GROW_OTABLE', { ...grow, sizeInBytes: PAGE - 1 }).status).toBe(3);
    expect(guest.run('GROW_OTABLE', { ...grow, sizeInBytes: 0 }).status).toBe(3);
    const outside = { ...grow, baseAddress: 1023, sizeInBytes: 2 * PAGE };
    expect(guest.run('GROW_OTABLE', outside).status).toBe(3);
    guest.must('DEFINE_GB_MOB64', { mobid: 255, ptDepth: 3, base: baseAddress, sizeInBytes: 1 });
    guest.must('READBACK_OTABLE', { type: SVGA_OTABLE.MOB });
  });
});

describe('MOB fences', () => {
  it('write 4 or 8 bytes of the MOB, and no other', () => {
    const guest = new DxGuest({ dx: true }).withTables();
    const pages = guest.defineMob(9, 2 * PAGE);
    guest.fillMob(pages, noise(2 * PAGE));
    guest.must('GB_MOB_FENCE', { value: 0xa1b2_c3d4, mobId: 9, mobOffset: 6 });
    // Across the pages, which are not neighbours.
    guest.must('DX_MOB_FENCE_64', { value: 2 ** 40 + 5, mobId: 9, mobOffset: PAGE - 4 });
    const expected = noise(2 * PAGE);
    expected.set([0xd4, 0xc3, 0xb2, 0xa1], 6);
    expected.set([5, 0, 0, 0, 0, 1, 0, 0], PAGE - 4);
    expect(Buffer.compare(guest.readMob(pages, 2 * PAGE), expected)).toBe(0);
  });

  it('end in the MOB, to the byte', () => {
    const guest = new DxGuest({ dx: true }).withTables();
    const pages = guest.defineMob(9, 100);
    guest.must('GB_MOB_FENCE', { value: 1, mobId: 9, mobOffset: 96 });
    guest.must('DX_MOB_FENCE_64', { value: 1, mobId: 9, mobOffset: 92 });
    expect(guest.run('GB_MOB_FENCE', { value: 1, mobId: 9, mobOffset: 97 }).status).toBe(3);
    expect(guest.run('DX_MOB_FENCE_64', { value: 1, mobId: 9, mobOffset: 93 }).status).toBe(3);
    expect(guest.run('GB_MOB_FENCE', { value: 1, mobId: 8, mobOffset: 0 }).status).toBe(3);
    expect([...guest.readMob(pages, 104).subarray(100)]).toEqual([0, 0, 0, 0]);
  });
});

it('WAIT_FOR_GB_QUERY says in its MOB that the query failed, and nowhere outside it', () => {
  const guest = new TestGuest().start();
  const pages = guest.defineMob(9, 100);
  const query = { cid: 0, type: 0, mobid: 9 };
  guest.must('WAIT_FOR_GB_QUERY', { ...query, offset: 92 });
  expect(guest.run('WAIT_FOR_GB_QUERY', { ...query, offset: 93 }).status).toBe(3);
  expect([...guest.readMob(pages, 104).subarray(96)]).toEqual([2, 0, 0, 0, 0, 0, 0, 0]);
});

it('DX_BIND_ALL_QUERY moves the results of all queries of a context to a MOB, each to its offset', () => {
  const guest = new DxGuest({ dx: true }).withTables();
  guest.defineMob(60, PAGE);
  const table = { cid: 0, mobid: 60, type: SVGA_COTABLE.DXQUERY, validSizeInBytes: 0 };
  guest.must('DX_SET_COTABLE', table);
  const [first, second] = [8, 9].map((mobid) => guest.defineMob(mobid, 100));
  for (const queryId of [0, 5]) {
    guest.must('DX_DEFINE_QUERY', { queryId, type: 0, flags: 0 });
    guest.must('DX_MOVE_QUERY', { queryId, mobid: 8, mobOffset: 4 * queryId });
  }
  guest.must('DX_BIND_ALL_QUERY', { cid: 0, mobid: 9 });
  guest.must('DX_END_QUERY', { queryId: 5 });
  expect([...guest.readMob(first, 24)]).toEqual(Array.from({ length: 24 }, () => 0));
  expect([...guest.readMob(second, 24)]).toEqual(Array.from({ length: 24 }, (_, i) => (i === 20 ? 2 : 0)));
  expect(guest.run('DX_BIND_ALL_QUERY', { cid: 0, mobid: 77 }).status).toBe(3);
});

describe('guest memory regions', () => {
  const VIA_GMR = 1;
  const PPN64 = 2;
  const SINGLE_PPN = 4;

  /** The first word of each page of GMR 1, which has `pages`, by DMA to a surface. */
  function pagesOf(guest: TestGuest, pages: number): number[] {
    return Array.from({ length: pages }, (_, i) => {
      const box = { x: 0, y: 0, z: 0, w: 1, h: 1, d: 1, srcx: 0, srcy: 0, srcz: 0 };
      const image = { hostSid: 1, hostFace: 0, hostMipmap: 0, transfer: 1 };
      const guestImage = { guestGmrId: 1, guestOffset: i * PAGE, guestPitch: 0 };
      guest.must('SURFACE_DMA', { ...guestImage, ...image, boxes: [box], suffix: [] });
      const [low, high] = guest.device.image(1, 0) ?? [];
      return low + 256 * high;
    });
  }

  /** A guest whose pages begin with their number, and a surface of id 1. */
  function numbered(): TestGuest {
    const guest = new TestGuest({ maxGmrPages: 8, maxGmrs: 4 }).start();
    guest.must('DEFINE_GB_SURFACE_V2', { ...plainSurface, width: 1, height: 1 });
    new Uint32Array(guest.memory.buffer).forEach((_, at, words) => {
      if (at % 1024 === 0 && at >= 20 * 1024 && at < 60 * 1024) {
        words[at] = at / 1024;
      }
    });
    return guest;
  }

  it('DEFINE_GMR2 and REMAP_GMR2: page numbers of 32 and 64 bits, one for all, a part of them', () => {
    const guest = numbered();
    guest.must('DEFINE_GMR2', { gmrId: 1, numPages: 4 });
    const all = { gmrId: 1, offsetPages: 0, numPages: 4 };
    guest.must('REMAP_GMR2', { ...all, flags: 0, descriptors: [40, 21, 33, 22] });
    expect(pagesOf(guest, 4)).toEqual([40, 21, 33, 22]);
    guest.must('REMAP_GMR2', {
      gmrId: 1,
      offsetPages: 1,
      numPages: 2,
      flags: PPN64,
      descriptors: [50, 0, 51, 0],
    });
    expect(pagesOf(guest, 4)).toEqual([40, 50, 51, 22]);
    guest.must('REMAP_GMR2', { ...all, flags: SINGLE_PPN, descriptors: [27] });
    expect(pagesOf(guest, 4)).toEqual([27, 27, 27, 27]);
  });

  it('REMAP_GMR2 reads its list in another GMR, which must hold all of it', () => {
    const guest = numbered();
    guest.must('DEFINE_GMR2', { gmrId: 2, numPages: 1 });
    guest.must('REMAP_GMR2', { gmrId: 2, flags: 0, offsetPages: 0, numPages: 1, descriptors: [70] });
    new Uint32Array(guest.memory.buffer).set([24, 25, 26], 71 * 1024 - 3);
    guest.must('DEFINE_GMR2', { gmrId: 1, numPages: 3 });
    const remap = { gmrId: 1, flags: VIA_GMR, offsetPages: 0, numPages: 3 };
    guest.must('REMAP_GMR2', { ...remap, descriptors: [2, PAGE - 12] });
    expect(pagesOf(guest, 3)).toEqual([24, 25, 26]);
    expect(guest.run('REMAP_GMR2', { ...remap, descriptors: [2, PAGE - 11] }).status).toBe(3);
    expect(guest.device.lastError?.message).toContain('leaves its GMR');
    expect(guest.run('REMAP_GMR2', { ...remap, descriptors: [3, 0] }).status).toBe(3);
    expect(pagesOf(guest, 3)).toEqual([24, 25, 26]);
  });

  it('limits: of ids, of pages of all together; a remap stays in its GMR', () => {
    const guest = numbered();
    guest.must('DEFINE_GMR2', { gmrId: 3, numPages: 5 });
    expect(guest.run('DEFINE_GMR2', { gmrId: 4, numPages: 1 }).status).toBe(3);
    expect(guest.run('DEFINE_GMR2', { gmrId: 1, numPages: 4 }).status).toBe(3);
    guest.must('DEFINE_GMR2', { gmrId: 1, numPages: 3 });
    guest.must('DEFINE_GMR2', { gmrId: 3, numPages: 0 });
    guest.must('DEFINE_GMR2', { gmrId: 1, numPages: 8 });
    const single = { gmrId: 1, flags: SINGLE_PPN, descriptors: [27] };
    expect(guest.run('REMAP_GMR2', { ...single, offsetPages: 7, numPages: 2 }).status).toBe(3);
    expect(guest.run('REMAP_GMR2', { ...single, gmrId: 3, offsetPages: 0, numPages: 1 }).status).toBe(3);
  });

  it('a page that is none is met when bytes move', () => {
    const guest = numbered();
    guest.must('DEFINE_GMR2', { gmrId: 1, numPages: 1 });
    guest.must('REMAP_GMR2', { gmrId: 1, flags: 0, offsetPages: 0, numPages: 1, descriptors: [0x10_0000] });
    expect(() => pagesOf(guest, 1)).toThrow('page list leads outside guest memory');
  });

  it('GMR_DESCRIPTOR: runs of pages, that go on on another page; 0 takes the region away', () => {
    const guest = numbered();
    const words = new Uint32Array(guest.memory.buffer);
    words.set([40, 2, 80, 0], 70 * 1024);
    words.set([30, 1, 0, 0], 80 * 1024);
    guest.writeRegister(SVGA_REG.GMR_ID, 1);
    guest.writeRegister(SVGA_REG.GMR_DESCRIPTOR, 70);
    expect(pagesOf(guest, 3)).toEqual([40, 41, 30]);
    expect(() => pagesOf(guest, 4)).toThrow('leaves the guest memory');
    words.set([40, 9], 80 * 1024);
    guest.writeRegister(SVGA_REG.GMR_DESCRIPTOR, 80);
    expect(guest.device.lastError).toMatchObject({ code: 'ENOMEM' });
    words.set([80, 0], 80 * 1024); // round and round
    guest.writeRegister(SVGA_REG.GMR_DESCRIPTOR, 80);
    expect(guest.device.lastError).toMatchObject({ code: 'E2BIG' });
    guest.writeRegister(SVGA_REG.GMR_DESCRIPTOR, SVGA3D_INVALID_ID);
    expect(guest.device.lastError).toMatchObject({ code: 'EFAULT' });
    expect(pagesOf(guest, 3)).toEqual([40, 41, 30]);
    guest.writeRegister(SVGA_REG.GMR_DESCRIPTOR, 0);
    expect(() => pagesOf(guest, 1)).toThrow('no GMR and no MOB');
  });
});
