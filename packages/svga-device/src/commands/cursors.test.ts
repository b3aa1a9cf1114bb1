import { describe, expect, it } from 'vitest';
import { noise, TestGuest } from '../../test/guest.js';
import { SVGA3D_INVALID_ID, SVGA_IRQFLAG, SVGA_PORT, SVGA_REG } from '@cg/svga-protocol';

const hotspot = { hotspotX: 1, hotspotY: 0 };
const COLOR = 0;
const ALPHA = 1;

/** Puts an SVGAGBCursorHeader and the pixels into MOB 5, and writes CURSOR_MOBID. */
function showMob(guest: TestGuest, header: readonly number[], pixels: Uint8Array, mobBytes = 4096): void {
  const pages = guest.defineMob(5, mobBytes);
  guest.fillMob(pages, new Uint8Array(Uint32Array.from(header).buffer));
  guest.fillMob(pages, pixels, 4 * header.length);
  guest.device.writePort(SVGA_PORT.IRQSTATUS, 0xff);
  guest.writeRegister(SVGA_REG.CURSOR_MOBID, 5);
}

const hasError = (guest: TestGuest): boolean =>
  (guest.device.readPort(SVGA_PORT.IRQSTATUS) & SVGA_IRQFLAG.ERROR) !== 0;

/** Rows of 3 pixels: a dword for 1 bit, 12 bytes for 24 and 32 bits. */
const and = Uint8Array.of(0b0100_0000, 0, 0, 0, 0b1110_0000, 0, 0, 0);
const xor = Uint8Array.from([3, 2, 1, 0, 0, 0, 9, 0, 0, 0, 0, 0, 6, 5, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
/** Transparent where the AND mask keeps the screen and the XOR mask leaves it. */
const masked = [
  [1, 2, 3, 255],
  [9, 0, 0, 255],
  [0, 0, 0, 255],
  [4, 5, 6, 255],
  [0, 0, 0, 0],
  [0, 0, 0, 0],
];
const colorShape = { width: 3, height: 2, ...hotspot };

/** Premultiplied blue, green, red and alpha, and the same as RGBA. */
const premultiplied = Uint8Array.of(10, 20, 30, 255, 50, 25, 0, 100, 9, 9, 9, 0, 200, 0, 0, 100);
const straight = [30, 20, 10, 255, 0, 64, 128, 100, 0, 0, 0, 0, 0, 0, 255, 100];

describe('cursor images', () => {
  it('DEFINE_CURSOR: an AND mask of 1 bit and an XOR mask of 32', () => {
    const guest = new TestGuest().start();
    guest.must('DEFINE_CURSOR', {
      id: 0,
      ...colorShape,
      andMaskDepth: 1,
      xorMaskDepth: 32,
      andMask: and,
      xorMask: xor,
    });
    const { image } = guest.device.pointer;
    expect(image).toMatchObject(colorShape);
    expect([...(image?.pixels ?? [])]).toEqual(masked.flat());
  });

  it('DEFINE_CURSOR: rows of 16 and 24 bits end on whole dwords', () => {
    const guest = new TestGuest().start();
    const white = Uint8Array.of(0, 0, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    const color16 = Uint8Array.of(0, 0xf8, 0xe0, 7, 0x1f, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    const color24 = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 0, 0, 11, 12, 13, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    const define = (depth: number, mask: Uint8Array): number[] => {
      guest.must('DEFINE_CURSOR', {
        id: 0,
        ...colorShape,
        andMaskDepth: 16,
        xorMaskDepth: depth,
        andMask: white,
        xorMask: mask,
      });
      return [...(guest.device.pointer.image?.pixels ?? [])].filter((_, i) => i % 4 !== 3);
    };
    expect(define(16, color16).slice(0, 9)).toEqual([255, 0, 0, 0, 255, 0, 0, 0, 255]);
    expect(define(24, color24).slice(0, 12)).toEqual([3, 2, 1, 6, 5, 4, 9, 8, 7, 13, 12, 11]);
  });

  it('DEFINE_ALPHA_CURSOR: colours are no longer multiplied by alpha', () => {
    const guest = new TestGuest().start();
    const shape = { width: 2, height: 2, ...hotspot };
    guest.must('DEFINE_ALPHA_CURSOR', { id: 0, ...shape, pixels: premultiplied });
    const { image } = guest.device.pointer;
    expect(image).toMatchObject(shape);
    expect([...(image?.pixels ?? [])]).toEqual(straight);
  });

  it('CURSOR_MOBID takes an alpha cursor, or masks, from its MOB', () => {
    const guest = new TestGuest().start();
    showMob(guest, [ALPHA, 1, 0, 2, 2, 0, 0, 16], premultiplied);
    expect([...(guest.device.pointer.image?.pixels ?? [])]).toEqual(straight);
    guest.must('DESTROY_GB_MOB', { mobid: 5 });
    showMob(guest, [COLOR, 1, 0, 3, 2, 1, 32, 32], Uint8Array.from([...and, ...xor]));
    expect(guest.device.pointer.image).toMatchObject(colorShape);
    expect([...(guest.device.pointer.image?.pixels ?? [])]).toEqual(masked.flat());
    guest.writeRegister(SVGA_REG.CURSOR_MOBID, SVGA3D_INVALID_ID);
    expect(hasError(guest)).toBe(false);
    expect(guest.device.pointer.image).toMatchObject(colorShape);
  });

  it.each<[string, string, readonly number[], number]>([
    ['a header that its MOB cuts off', 'EFAULT', [ALPHA, 0, 0, 1, 1, 0, 0, 4], 31],
    ['pixels that leave the MOB by one byte', 'EFAULT', [ALPHA, 0, 0, 2, 2, 0, 0, 16], 47],
    ['masks that leave the MOB by one byte', 'EFAULT', [COLOR, 0, 0, 3, 2, 1, 32, 32], 63],
    ['no width', 'EINVAL', [ALPHA, 0, 0, 0, 2, 0, 0, 0], 4096],
    ['more width than the limit', 'EINVAL', [ALPHA, 0, 0, 257, 1, 0, 0, 0], 4096],
    ['more height than the limit', 'EINVAL', [ALPHA, 0, 0, 1, 257, 0, 0, 0], 4096],
    ['a mask of 8 bits', 'EINVAL', [COLOR, 0, 0, 3, 2, 8, 32, 0], 4096],
    ['another type', 'EINVAL', [2, 0, 0, 1, 1, 0, 0, 4], 4096],
  ])('%s: an error interrupt, and the cursor stays', (_, code, header, mobBytes) => {
    const guest = new TestGuest().start();
    const shape = { width: 2, height: 2, ...hotspot };
    guest.must('DEFINE_ALPHA_CURSOR', { id: 0, ...shape, pixels: premultiplied });
    const before = guest.device.pointer.image;
    showMob(guest, header, new Uint8Array(64), mobBytes);
    expect(guest.device.lastError).toMatchObject({ code });
    expect(hasError(guest)).toBe(true);
    expect(guest.device.pointer.image).toBe(before);
  });

  it('a cursor command of a size or depth there is not is refused', () => {
    const guest = new TestGuest().start();
    const alpha = { id: 0, ...hotspot, width: 257, height: 1, pixels: noise(4 * 257) };
    expect(guest.run('DEFINE_ALPHA_CURSOR', alpha).status).toBe(3);
    const masks = { id: 0, ...hotspot, width: 1, height: 1, andMask: new Uint8Array(4), xorMask: noise(4) };
    expect(guest.run('DEFINE_CURSOR', { ...masks, andMaskDepth: 1, xorMaskDepth: 8 }).status).toBe(3);
    expect(guest.device.pointer.image).toBeUndefined();
  });
});
