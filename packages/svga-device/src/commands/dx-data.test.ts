import { describe, expect, it } from 'vitest';
import { DxGuest, plainView as view } from '../../test/dx-guest.js';
import { noise, plainSurface } from '../../test/guest.js';
import { CommandWriter, renderTargetViewEntry, SVGA_COTABLE } from '@cg/svga-protocol';
import type { CommandFields, CommandName } from '@cg/svga-protocol';

const PAGE = 4096;
const BGRA = 2;
const RGBA_FLOAT = 122;
const DEPTH24_STENCIL8 = 80;
const DEPTH32_STENCIL8 = 61;
const BUFFER = 37;

const guestWith = (fields: Partial<CommandFields<'DEFINE_GB_SURFACE_V2'>>, bytes: number): DxGuest => {
  const guest = new DxGuest({ dx: true }).withTables();
  guest.defineSurface({ width: 4, height: 4, ...fields }, bytes);
  return guest;
};

describe('clears', () => {
  it('a render target view sets its mip, by its own format, and nothing around it', () => {
    const guest = guestWith({ numMipLevels: 2, format: BGRA }, 4 * 20);
    guest.must('DX_DEFINE_RENDERTARGET_VIEW', {
      renderTargetViewId: 3,
      sid: 1,
      format: BGRA,
      ...view,
      mipSlice: 1,
    });
    guest.must('DX_CLEAR_RENDERTARGET_VIEW', { renderTargetViewId: 3, r: 1, g: 0.5, b: 0, a: 2 });
    expect([...(guest.device.image(1, 1) ?? [])]).toEqual(
      Array.from({ length: 4 }, () => [0, 128, 255, 255]).flat(),
    );
    expect(guest.device.image(1, 0)?.every((byte) => byte === 0)).toBe(true);
  });

  it('floats are floats', () => {
    const guest = guestWith({ format: RGBA_FLOAT }, 16 * 16);
    guest.must('DX_DEFINE_RENDERTARGET_VIEW', { renderTargetViewId: 0, sid: 1, format: RGBA_FLOAT, ...view });
    guest.must('DX_CLEAR_RENDERTARGET_VIEW', { renderTargetViewId: 0, r: 1, g: -2.5, b: 0, a: 0.25 });
    const image = guest.device.image(1, 0)?.slice() ?? new Uint8Array();
    expect([...new Float32Array(image.buffer, 16 * 15, 4)]).toEqual([1, -2.5, 0, 0.25]);
  });

  it('depth without stencil leaves the stencil, and the other way round', () => {
    const guest = guestWith({ format: DEPTH24_STENCIL8 }, 4 * 16);
    const dsv = { depthStencilViewId: 1, sid: 1, format: DEPTH24_STENCIL8, ...view, flags: 0 };
    guest.must('DX_DEFINE_DEPTHSTENCIL_VIEW', dsv);
    guest.must('DX_CLEAR_DEPTHSTENCIL_VIEW', { depthStencilViewId: 1, flags: 4, stencil: 0x5a, depth: 0 });
    guest.must('DX_CLEAR_DEPTHSTENCIL_VIEW', { depthStencilViewId: 1, flags: 2, stencil: 0, depth: 1 });
    expect([...(guest.device.image(1, 0)?.subarray(60) ?? [])]).toEqual([255, 255, 255, 0x5a]);
  });

  it('depth of 32 bits and a stencil beside it keep each other, and what lies between them', () => {
    const guest = guestWith({ format: DEPTH32_STENCIL8, width: 1, height: 1 }, 8);
    guest.draw(1, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8));
    const dsv = { depthStencilViewId: 1, sid: 1, format: DEPTH32_STENCIL8, ...view, flags: 0 };
    guest.must('DX_DEFINE_DEPTHSTENCIL_VIEW', dsv);
    guest.must('DX_CLEAR_DEPTHSTENCIL_VIEW', { depthStencilViewId: 1, flags: 2, stencil: 0, depth: 1 });
    expect([...(guest.device.image(1, 0) ?? [])]).toEqual([0, 0, 0x80, 0x3f, 5, 6, 7, 8]);
    guest.must('DX_CLEAR_DEPTHSTENCIL_VIEW', { depthStencilViewId: 1, flags: 4, stencil: 0x5a, depth: 0 });
    expect([...(guest.device.image(1, 0) ?? [])]).toEqual([0, 0, 0x80, 0x3f, 0x5a, 6, 7, 8]);
  });

  it('a view of a destroyed surface, or of none, is an error', () => {
    const guest = guestWith({ format: BGRA }, 64);
    guest.must('DX_DEFINE_RENDERTARGET_VIEW', { renderTargetViewId: 0, sid: 1, format: BGRA, ...view });
    guest.must('DESTROY_GB_SURFACE', { sid: 1 });
    const clear = { r: 0, g: 0, b: 0, a: 0 };
    expect(guest.run('DX_CLEAR_RENDERTARGET_VIEW', { renderTargetViewId: 0, ...clear }).status).toBe(3);
    expect(guest.run('DX_CLEAR_RENDERTARGET_VIEW', { renderTargetViewId: 9999, ...clear }).status).toBe(3);
  });
});

describe('COTables', () => {
  it('an entry is read back into its MOB, and taken from there with the size that is valid', () => {
    const guest = guestWith({ format: BGRA }, 64);
    const pages = guest.defineMob(60, PAGE);
    const table = { cid: 0, type: SVGA_COTABLE.RTVIEW };
    guest.must('DX_GROW_COTABLE', { ...table, mobid: 60, validSizeInBytes: 0 });
    guest.must('DX_DEFINE_RENDERTARGET_VIEW', { renderTargetViewId: 2, sid: 1, format: BGRA, ...view });
    guest.must('DX_READBACK_COTABLE', table);
    const at = 2 * renderTargetViewEntry.bytes;
    const entry = guest.readMob(pages, at + renderTargetViewEntry.bytes).slice(at);
    expect(renderTargetViewEntry.read(new DataView(entry.buffer), 0)).toEqual({
      sid: 1,
      format: BGRA,
      ...view,
    });
    guest.must('DX_SET_COTABLE', { ...table, mobid: 0xffff_ffff, validSizeInBytes: 0 });
    const clear = { renderTargetViewId: 2, r: 1, g: 1, b: 1, a: 1 };
    expect(guest.run('DX_CLEAR_RENDERTARGET_VIEW', clear).status).toBe(3);
    guest.must('DX_SET_COTABLE', { ...table, mobid: 60, validSizeInBytes: 3 * renderTargetViewEntry.bytes });
    guest.must('DX_CLEAR_RENDERTARGET_VIEW', clear);
    expect(guest.device.image(1, 0)?.every((byte) => byte === 255)).toBe(true);
  });
});

describe('between images', () => {
  it('mips are the mean of four texels', () => {
    const guest = guestWith({ numMipLevels: 2, format: BGRA, width: 2, height: 2 }, 20);
    guest.draw(1, Uint8Array.of(0, 0, 0, 0, 100, 0, 0, 0, 0, 40, 0, 0, 100, 40, 8, 255));
    guest.must('GENERATE_MIPMAPS', { sid: 1, filter: 2 });
    expect([...(guest.device.image(1, 1) ?? [])]).toEqual([50, 20, 2, 64]);
  });

  it('mips round a half up, and leave out the last row and column of an odd size', () => {
    const guest = guestWith({ numMipLevels: 2, format: BGRA, width: 3, height: 3 }, 40);
    const row = (...blues: number[]): number[] => blues.flatMap((blue) => [blue, 255, 0, 255 - blue]);
    guest.draw(1, Uint8Array.from([...row(0, 1, 99), ...row(1, 0, 99), ...row(99, 99, 99)]));
    guest.must('GENERATE_MIPMAPS', { sid: 1, filter: 2 });
    expect([...(guest.device.image(1, 1) ?? [])]).toEqual([1, 255, 0, 255]);
  });

  it('mips of a line are the mean of two texels', () => {
    const guest = guestWith({ numMipLevels: 2, format: BGRA, width: 4, height: 1 }, 24);
    guest.draw(1, Uint8Array.of(0, 0, 0, 0, 100, 2, 0, 8, 8, 0, 0, 0, 10, 0, 0, 255));
    guest.must('GENERATE_MIPMAPS', { sid: 1, filter: 2 });
    expect([...(guest.device.image(1, 1) ?? [])]).toEqual([50, 1, 0, 4, 9, 0, 0, 128]);
  });

  it('a stretch blit takes the nearest texel, or goes linearly from one to the next', () => {
    const guest = guestWith({ format: BGRA, width: 2, height: 1 }, 64);
    guest.must('DEFINE_GB_SURFACE_V2', { ...plainSurface, sid: 2, width: 4, height: 1 });
    guest.draw(1, Uint8Array.of(0, 0, 0, 0, 200, 0, 0, 0));
    const blit = (mode: number): number[] => {
      guest.must('SURFACE_STRETCHBLT', {
        srcSid: 1,
        srcFace: 0,
        srcMipmap: 0,
        destSid: 2,
        destFace: 0,
        destMipmap: 0,
        mode,
        boxSrcX: 0,
        boxSrcY: 0,
        boxSrcZ: 0,
        boxSrcW: 2,
        boxSrcH: 1,
        boxSrcD: 1,
        boxDestX: 0,
        boxDestY: 0,
        boxDestZ: 0,
        boxDestW: 4,
        boxDestH: 1,
        boxDestD: 1,
      });
      return [...(guest.device.image(2, 0) ?? [])].filter((_, i) => i % 4 === 0);
    };
    expect(blit(0)).toEqual([0, 0, 200, 200]);
    expect(blit(1)).toEqual([0, 50, 150, 200]);
  });

  it('a buffer becomes a texture by its pitches', () => {
    const guest = guestWith({ format: BGRA, width: 2, height: 2 }, 64);
    guest.must('DEFINE_GB_SURFACE_V2', { ...plainSurface, sid: 2, format: BUFFER, width: 64, height: 1 });
    guest.device.image(2, 0)?.set(noise(64));
    guest.must('DX_TRANSFER_FROM_BUFFER', {
      srcSid: 2,
      srcOffset: 4,
      srcPitch: 16,
      srcSlicePitch: 0,
      destSid: 1,
      destSubResource: 0,
      destBoxX: 0,
      destBoxY: 0,
      destBoxZ: 0,
      destBoxW: 2,
      destBoxH: 2,
      destBoxD: 1,
    });
    const expected = [...noise(64).subarray(4, 12), ...noise(64).subarray(20, 28)];
    expect([...(guest.device.image(1, 0) ?? [])]).toEqual(expected);
  });

  it('DMA reads and writes a MOB at a pitch, and no further than the suffix allows', () => {
    const guest = guestWith({ format: BGRA, width: 2, height: 2 }, 64);
    const pages = guest.defineMob(9, PAGE);
    guest.fillMob(pages, noise(64));
    const box = { x: 0, y: 0, z: 0, w: 2, h: 2, d: 1, srcx: 0, srcy: 0, srcz: 0 };
    const image = { guestGmrId: 9, guestOffset: 8, guestPitch: 16, hostSid: 1, hostFace: 0, hostMipmap: 0 };
    const suffix = [{ suffixSize: 12, maximumOffset: 24, flags: 0 }];
    guest.must('SURFACE_DMA', { ...image, transfer: 1, boxes: [box], suffix });
    const expected = [...noise(64).subarray(8, 16), ...noise(64).subarray(24, 32)];
    expect([...(guest.device.image(1, 0) ?? [])]).toEqual(expected);
    const short = [{ ...suffix[0], maximumOffset: 23 }];
    expect(guest.run('SURFACE_DMA', { ...image, transfer: 1, boxes: [box], suffix: short }).status).toBe(3);
    guest.must('SURFACE_DMA', {
      ...image,
      guestOffset: 128,
      guestPitch: 0,
      transfer: 2,
      boxes: [box],
      suffix: [],
    });
    expect([...guest.readMob(pages, 144).subarray(128)]).toEqual(expected);
  });
});

describe('drawing', () => {
  it('is accepted, counted and reported as not executed', () => {
    const guest = guestWith({}, 64);
    const writer = new CommandWriter();
    writer.write('DX_DRAW', { vertexCount: 3, startVertexLocation: 0 });
    expect(guest.submit(writer.bytes).status).toBe(1);
    expect(guest.device.statistics).toMatchObject({ notExecuted: 1, notExecutedPerCommand: { DX_DRAW: 1 } });
    const never: CommandName = 'DEFINE_SCREEN';
    expect(guest.device.statistics.notExecutedPerCommand[never]).toBeUndefined();
  });
});
