import { describe, expect, it } from 'vitest';
import { DxGuest, plainView } from '../../test/dx-guest.js';
import { noise } from '../../test/guest.js';
import type { CommandFields } from '@cg/svga-protocol';

const BGRA = 2;
const BUFFER = 37;
const BYTES = 4 * 16;
const staging = { unsynchronized: 0, mustBeZero: [0, 0] };

/** Surface 1 with an image of noise 1, surface 2 without content and a MOB of noise 2; both 4 × 4, or buffers. */
function twoSurfaces(fields: Partial<CommandFields<'DEFINE_GB_SURFACE_V2'>> = {}): {
  guest: DxGuest;
  target: number[];
  mob: () => number[];
  image: () => number[];
} {
  const guest = new DxGuest({ dx: true, sm41: true }).withTables();
  const surface = { width: 4, height: 4, format: BGRA, ...fields };
  guest.fillMob(guest.defineSurface({ ...surface, sid: 1 }, BYTES), noise(BYTES, 1));
  guest.must('UPDATE_GB_SURFACE', { sid: 1 });
  const target = guest.defineEmpty({ ...surface, sid: 2 }, BYTES);
  guest.fillMob(target, noise(BYTES, 2));
  return {
    guest,
    target,
    mob: () => [...guest.readMob(target, BYTES)],
    image: () => [...(guest.device.image(2, 0) ?? [])],
  };
}

describe.each([0, 1])('staging copies, readback %i', (readback) => {
  const mobAfter = (image: number[]): number[] => (readback === 1 ? image : [...noise(BYTES, 2)]);

  it.each(['DX_STAGING_COPY', 'DX_PRED_STAGING_COPY'] as const)('%s copies the whole surface', (name) => {
    const { guest, mob, image } = twoSurfaces();
    guest.must(name, { dstSid: 2, srcSid: 1, readback, ...staging });
    expect(image()).toEqual([...noise(BYTES, 1)]);
    expect(mob()).toEqual(mobAfter(image()));
  });

  it('DX_PRED_STAGING_COPY_REGION copies its box; the guest gets the whole subresource', () => {
    const { guest, mob, image } = twoSurfaces();
    const box = { x: 1, y: 2, z: 0, w: 3, h: 1, d: 1, srcx: 0, srcy: 1, srcz: 0 };
    const subresources = { dstSid: 2, dstSubResource: 0, srcSid: 1, srcSubResource: 0 };
    guest.must('DX_PRED_STAGING_COPY_REGION', { ...subresources, ...box, readback, ...staging });
    const expected = new Uint8Array(BYTES);
    expected.set(noise(BYTES, 1).subarray(16, 28), 36);
    expect(image()).toEqual([...expected]);
    expect(mob()).toEqual(mobAfter(image()));
  });

  it('DX_STAGING_BUFFER_COPY copies a run of a buffer', () => {
    const { guest, mob, image } = twoSurfaces({ format: BUFFER, width: BYTES, height: 1 });
    guest.must('DX_STAGING_BUFFER_COPY', {
      dest: 2,
      src: 1,
      destX: 5,
      srcX: 9,
      width: 7,
      readback,
      ...staging,
    });
    const expected = new Uint8Array(BYTES);
    expected.set(noise(BYTES, 1).subarray(9, 16), 5);
    expect(image()).toEqual([...expected]);
    expect(mob()).toEqual(mobAfter(image()));
  });

  it('DX_PRED_STAGING_CONVERT and its region convert texels', () => {
    const { guest, mob, image } = twoSurfaces();
    const boxes = {
      destBoxX: 0,
      destBoxY: 0,
      destBoxZ: 0,
      destBoxW: 4,
      destBoxH: 4,
      destBoxD: 1,
      srcBoxX: 0,
      srcBoxY: 0,
      srcBoxZ: 0,
      srcBoxW: 4,
      srcBoxH: 4,
      srcBoxD: 1,
    };
    guest.must('DX_PRED_STAGING_CONVERT_REGION', {
      dstSid: 2,
      dstSubResource: 0,
      srcSid: 1,
      srcSubResource: 0,
      ...boxes,
      readback,
      ...staging,
    });
    expect(image()).toEqual([...noise(BYTES, 1)]);
    expect(mob()).toEqual(mobAfter(image()));
    guest.must('INVALIDATE_GB_SURFACE', { sid: 2 });
    guest.must('DX_PRED_STAGING_CONVERT', { dstSid: 2, srcSid: 1, readback, ...staging });
    expect(image()).toEqual([...noise(BYTES, 1)]);
  });
});

describe('copies between buffers and surfaces of DX', () => {
  it('DX_SURFACE_COPY_AND_READBACK copies, and the guest gets the target', () => {
    const { guest, mob, image } = twoSurfaces();
    const box = { x: 0, y: 0, z: 0, w: 4, h: 2, d: 1, srcx: 0, srcy: 2, srcz: 0 };
    guest.must('DX_SURFACE_COPY_AND_READBACK', { srcSid: 1, destSid: 2, ...box });
    expect(image().slice(0, 32)).toEqual([...noise(BYTES, 1).subarray(32)]);
    expect(mob()).toEqual(image());
  });

  it('DX_BUFFER_COPY within a buffer is as if by way of a second one', () => {
    const { guest } = twoSurfaces({ format: BUFFER, width: BYTES, height: 1 });
    const expected = noise(BYTES, 1);
    expected.copyWithin(3, 0, 40);
    guest.must('DX_BUFFER_COPY', { dest: 1, src: 1, destX: 3, srcX: 0, width: 40 });
    expect([...(guest.device.image(1, 0) ?? [])]).toEqual([...expected]);
    const outside = { dest: 1, src: 1, destX: BYTES - 3, srcX: 0, width: 4 };
    expect(guest.run('DX_BUFFER_COPY', outside).status).toBe(3);
  });

  it.each([0, 1])(
    'DX_TRANSFER_TO_BUFFER with flags %i gives the guest the buffer where it asks for that',
    (flags) => {
      const { guest } = twoSurfaces();
      const target = guest.defineSurface({ sid: 3, format: BUFFER, width: 48, height: 1 }, 48);
      const source = {
        srcSid: 1,
        srcSubResource: 0,
        srcBoxX: 0,
        srcBoxY: 0,
        srcBoxZ: 0,
        srcBoxW: 2,
        srcBoxH: 1,
      };
      const rows = { destSid: 3, destOffset: 8, destPitch: 8, destSlicePitch: 8, srcBoxD: 1, flags };
      const before = [...guest.readMob(target, 48)];
      guest.must('DX_TRANSFER_TO_BUFFER', { ...source, ...rows });
      const image = [...(guest.device.image(3, 0) ?? [])];
      expect(image).not.toEqual(before);
      expect([...guest.readMob(target, 48)]).toEqual(flags === 0 ? before : image);
    },
  );

  it('DX_TRANSFER_TO_BUFFER lays rows at a pitch, and not over the end', () => {
    const { guest } = twoSurfaces();
    guest.defineSurface({ sid: 3, format: BUFFER, width: 48, height: 1 }, 48);
    const fields = {
      srcSid: 1,
      srcSubResource: 0,
      srcBoxX: 1,
      srcBoxY: 1,
      srcBoxZ: 0,
      srcBoxW: 2,
      srcBoxH: 2,
      srcBoxD: 1,
      destSid: 3,
      destOffset: 8,
      destPitch: 32,
      destSlicePitch: 0,
      flags: 0,
    };
    guest.must('DX_TRANSFER_TO_BUFFER', fields);
    const expected = new Uint8Array(48);
    expected.set(noise(BYTES, 1).subarray(20, 28), 8);
    expected.set(noise(BYTES, 1).subarray(36, 44), 40);
    expect([...(guest.device.image(3, 0) ?? [])]).toEqual([...expected]);
    expect(guest.run('DX_TRANSFER_TO_BUFFER', { ...fields, destOffset: 9 }).status).toBe(3);
    expect(guest.run('DX_TRANSFER_TO_BUFFER', { ...fields, destPitch: 7 }).status).toBe(3);
  });

  it('slices of a volume must not overlap in the buffer', () => {
    const { guest } = twoSurfaces({ height: 1, depth: 2 });
    guest.defineSurface({ sid: 3, format: BUFFER, width: 48, height: 1 }, 48);
    const box = { srcBoxX: 0, srcBoxY: 0, srcBoxZ: 0, srcBoxW: 4, srcBoxH: 1, srcBoxD: 2 };
    const fields = {
      srcSid: 1,
      srcSubResource: 0,
      ...box,
      destSid: 3,
      destOffset: 0,
      destPitch: 0,
      flags: 0,
    };
    guest.must('DX_TRANSFER_TO_BUFFER', { ...fields, destSlicePitch: 16 });
    expect(guest.run('DX_TRANSFER_TO_BUFFER', { ...fields, destSlicePitch: 15 }).status).toBe(3);
  });

  it('DX_BUFFER_UPDATE takes a run of a buffer from its MOB', () => {
    const { guest, image } = twoSurfaces({ format: BUFFER, width: BYTES, height: 1 });
    guest.must('DX_BUFFER_UPDATE', { sid: 2, x: 3, width: 10 });
    const expected = new Uint8Array(BYTES);
    expected.set(noise(BYTES, 2).subarray(3, 13), 3);
    expect(image()).toEqual([...expected]);
    expect(guest.run('DX_BUFFER_UPDATE', { sid: 2, x: 3, width: BYTES - 2 }).status).toBe(3);
  });
});

describe('DX_RESOLVE_COPY', () => {
  const resolve = { dstSid: 2, dstSubResource: 0, srcSid: 1, srcSubResource: 0, copyFormat: BGRA };

  it('makes the mean of the samples', () => {
    const guest = new DxGuest({ dx: true, sm41: true }).withTables();
    const pages = guest.defineSurface({ sid: 1, width: 2, height: 1, multisampleCount: 2 }, 16);
    guest.fillMob(pages, Uint8Array.of(0, 100, 7, 255, 1, 2, 3, 4, 100, 200, 7, 255, 3, 4, 5, 6));
    guest.must('UPDATE_GB_SURFACE', { sid: 1 });
    guest.defineSurface({ sid: 2, width: 2, height: 1 }, 8);
    guest.must('DX_RESOLVE_COPY', resolve);
    expect([...(guest.device.image(2, 0) ?? [])]).toEqual([50, 150, 7, 255, 2, 3, 4, 5]);
  });

  it.each([
    ['a multisample target', { multisampleCount: 2 }, resolve],
    ['another size', { width: 1 }, resolve],
    ['a format of another size', {}, { ...resolve, copyFormat: 122 }],
    ['a format of blocks', {}, { ...resolve, copyFormat: 15 }],
    ['no such format', {}, { ...resolve, copyFormat: 9999 }],
    ['a subresource there is not', {}, { ...resolve, srcSubResource: 1 }],
  ])('%s: is refused', (_, target, command) => {
    const guest = new DxGuest({ dx: true, sm41: true }).withTables();
    guest.defineSurface({ sid: 1, width: 2, height: 1, multisampleCount: 2 }, 16);
    guest.defineSurface({ sid: 2, width: 2, height: 1, ...target }, 16);
    expect(guest.run('DX_RESOLVE_COPY', command)).toEqual({ status: 3, errorOffset: 0 });
  });
});

describe('clears of UA views', () => {
  it('UINT: the bits of each channel as they are, in the slices of the view only', () => {
    const { guest } = twoSurfaces();
    guest.defineSurface({ sid: 3, width: 2, height: 1, arraySize: 3 }, 24);
    const view = { uaViewId: 4, sid: 3, format: BGRA, ...plainView, firstArraySlice: 1 };
    guest.must('DX_DEFINE_UA_VIEW', view);
    guest.must('DX_CLEAR_UA_VIEW_UINT', {
      uaViewId: 4,
      valueR: 0x101,
      valueG: 2,
      valueB: 3,
      valueA: 4,
    });
    const slices = [0, 1, 2].map((slice) => [...(guest.device.image(3, slice) ?? [])]);
    expect(slices).toEqual([[...new Uint8Array(8)], [3, 2, 1, 4, 3, 2, 1, 4], [...new Uint8Array(8)]]);
  });

  it('UINT: channels of 32 bits, in every sample', () => {
    const { guest } = twoSurfaces();
    const pages = guest.defineSurface({ sid: 3, width: 1, height: 1, format: 122, multisampleCount: 2 }, 32);
    guest.must('DX_DEFINE_UA_VIEW', { uaViewId: 0, sid: 3, format: 122, ...plainView });
    const words = [0xffff_ffff, 1, 0x8000_0000, 4];
    const [valueR, valueG, valueB, valueA] = words;
    guest.must('DX_CLEAR_UA_VIEW_UINT', { uaViewId: 0, valueR, valueG, valueB, valueA });
    guest.must('READBACK_GB_SURFACE', { sid: 3 });
    expect([...new Uint32Array(guest.readMob(pages, 32).buffer)]).toEqual([...words, ...words]);
  });

  it('FLOAT: colours, by the format of the view', () => {
    const { guest, image } = twoSurfaces();
    guest.must('DX_DEFINE_UA_VIEW', { uaViewId: 1, sid: 2, format: BGRA, ...plainView });
    guest.must('DX_CLEAR_UA_VIEW_FLOAT', { uaViewId: 1, valueR: 1, valueG: 0.5, valueB: 0, valueA: 1 });
    expect(image().slice(0, 4)).toEqual([0, 128, 255, 255]);
    guest.must('DX_DESTROY_UA_VIEW', { uaViewId: 1 });
    const clear = { uaViewId: 1, valueR: 0, valueG: 0, valueB: 0, valueA: 0 };
    expect(guest.run('DX_CLEAR_UA_VIEW_FLOAT', clear).status).toBe(3);
    expect(guest.run('DX_CLEAR_UA_VIEW_UINT', { ...clear, uaViewId: 9999 }).status).toBe(3);
  });

  it.each([
    ['a mip its surface has not', { mipSlice: 1 }],
    ['a slice its surface has not', { firstArraySlice: 1 }],
    ['more slices than there are', { arraySize: 2 }],
    ['a format of another size', { format: 122 }],
    ['a buffer that is none', { resourceDimension: 1 }],
  ])('a view of %s clears nothing', (_, bad) => {
    const { guest, image } = twoSurfaces();
    guest.must('DX_DEFINE_UA_VIEW', { uaViewId: 1, sid: 2, format: BGRA, ...plainView, ...bad });
    const clear = { uaViewId: 1, valueR: 1, valueG: 1, valueB: 1, valueA: 1 };
    expect(guest.run('DX_CLEAR_UA_VIEW_FLOAT', clear).status).toBe(3);
    expect(guest.run('DX_CLEAR_UA_VIEW_UINT', clear).status).toBe(3);
    expect(image()).toEqual([...new Uint8Array(BYTES)]);
  });
});
