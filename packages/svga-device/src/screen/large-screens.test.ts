import { SVGA3D_MOBFMT, SVGA3D_SURFACE, SVGA_OTABLE, SVGA_REG } from '@cg/svga-protocol';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { noise, TestGuest } from '../../test/guest.js';
import type { ScreenTargetImage } from '../index.js';
import { SwapKernel } from '../memory/swap-kernel.js';
import { enterHost, hosts } from './hosts.fixture.js';

const PAGE = 4096;
/** Large enough for the kernel's memory, and no multiple of the texels that it takes at once. */
const [WIDTH, HEIGHT] = [301, 223];
const BYTES = 4 * WIDTH * HEIGHT;
const SIZE = { width: WIDTH, height: HEIGHT };
const SCREEN = { stid: 0, ...SIZE, xRoot: 0, yRoot: 0, flags: 0, dpi: 0 };
const WHOLE = { stid: 0, x: 0, y: 0, w: WIDTH, h: HEIGHT };
const texels = noise(BYTES);

afterEach(() => vi.unstubAllGlobals());

/** A guest with a large surface that a large screen is bound to. */
function largeGuest(surfaceFlags: number): TestGuest {
  const guest = new TestGuest({ vramBytes: PAGE }).start();
  const table = { type: SVGA_OTABLE.SCREENTARGET, sizeInBytes: PAGE, validSizeInBytes: 0 };
  const ptDepth = SVGA3D_MOBFMT.PTDEPTH_0;
  guest.must('SET_OTABLE_BASE64', { ...table, baseAddress: guest.allocatePage(), ptDepth });
  guest.fillMob(guest.defineSurface({ surfaceFlags, format: 1, ...SIZE }, BYTES), texels);
  guest.must('UPDATE_GB_SURFACE', { sid: 1 });
  defineScreen(guest);
  return guest;
}

function defineScreen(guest: TestGuest, size = SIZE): void {
  guest.must('DEFINE_GB_SCREENTARGET', { ...SCREEN, ...size });
  guest.must('BIND_GB_SCREENTARGET', { stid: 0, sid: 1, face: 0, mipmap: 0 });
}

function pixelsOf({ device }: TestGuest): Uint8Array {
  const { buffer, byteOffset, length } = device.screenTarget(0)?.pixels ?? new Uint8ClampedArray();
  return new Uint8Array(buffer, byteOffset, length);
}

const imageOf = ({ device }: TestGuest): Uint8Array => device.surfaceImage(1) ?? new Uint8Array();

/** Black pixels with rectangles of the surface on them. */
function shown(...rects: readonly (typeof WHOLE)[]): Uint8Array {
  const pixels = new Uint8Array(BYTES).map((_, i) => (i % 4 === 3 ? 255 : 0));
  for (const { x, y, w, h } of rects) {
    for (let row = y; row < y + h; row++) {
      for (let at = 4 * (row * WIDTH + x), end = at + 4 * w; at < end; at += 4) {
        const [blue, green, red] = texels.subarray(at);
        pixels.set([red, green, blue], at);
      }
    }
  }
  return pixels;
}

const isSame = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

describe.each([
  ['that the driver calls shown', SVGA3D_SURFACE.SCREENTARGET],
  ['like others', 0],
])('a large screen of a surface %s', (_, flags) => {
  it.each(hosts)('has what updates took, of any size, in a host %s', (_name, hasKernel) => {
    enterHost(hasKernel);
    const guest = largeGuest(flags);
    const first = { ...WHOLE, x: 7, y: 5, w: 13, h: 9 };
    const second = { ...WHOLE, x: 1, w: WIDTH - 2, y: 100, h: 3 };
    expect(pixelsOf(guest).length).toBe(BYTES);
    expect(isSame(pixelsOf(guest), shown())).toBe(true);
    guest.must('UPDATE_GB_SCREENTARGET', first);
    guest.must('UPDATE_GB_SCREENTARGET', second);
    expect(isSame(pixelsOf(guest), shown(first, second))).toBe(true);
    guest.must('UPDATE_GB_SCREENTARGET', WHOLE);
    expect(isSame(pixelsOf(guest), shown(WHOLE))).toBe(true);
    expect(isSame(imageOf(guest), texels)).toBe(true);
    expect(SwapKernel.of(pixelsOf(guest)) !== undefined).toBe(hasKernel);
    expect(SwapKernel.of(imageOf(guest)) !== undefined).toBe(hasKernel && flags !== 0);
  });

  it('is in a snapshot, and the same in each device that it is restored in', () => {
    const guest = largeGuest(flags);
    guest.must('UPDATE_GB_SCREENTARGET', WHOLE);
    const snapshot = guest.device.snapshot();
    for (let i = 0; i < 3; i++) {
      guest.writeRegister(SVGA_REG.ENABLE, 0);
      guest.device.restore(snapshot);
      expect(isSame(pixelsOf(guest), shown(WHOLE))).toBe(true);
      expect(isSame(imageOf(guest), texels)).toBe(true);
    }
    expect(isSame(guest.device.snapshot(), snapshot)).toBe(true);
    const { buffer } = pixelsOf(guest);
    guest.must('DESTROY_GB_SCREENTARGET', { stid: 0 });
    defineScreen(guest);
    expect(pixelsOf(guest).buffer === buffer).toBe(true);
  });

  it('has its place again after each change of size', () => {
    const guest = largeGuest(flags);
    guest.must('UPDATE_GB_SCREENTARGET', WHOLE);
    const { buffer } = pixelsOf(guest);
    for (let i = 0; i < 1000; i++) {
      guest.must('DESTROY_GB_SCREENTARGET', { stid: 0 });
      defineScreen(guest, { width: WIDTH, height: HEIGHT - (i % 2) });
      guest.must('UPDATE_GB_SCREENTARGET', { ...WHOLE, h: 1 });
    }
    guest.must('UPDATE_GB_SCREENTARGET', WHOLE);
    expect(pixelsOf(guest).buffer === buffer).toBe(true);
    expect(isSame(imageOf(guest), texels)).toBe(true);
  });
});

it.each([
  ['was destroyed', (guest: TestGuest) => guest.must('DESTROY_GB_SCREENTARGET', { stid: 0 })],
  ['went with a reset', (guest: TestGuest) => guest.writeRegister(SVGA_REG.ENABLE, 0)],
])(
  'a picture that the host still has of a screen that %s is black, and takes nothing of the device',
  (_, end) => {
    const images = 2 ** 20;
    const guest = new TestGuest({ vramBytes: PAGE, maxImageBytes: images }, 512);
    const black = Buffer.from(shown());
    const tables = (): void => {
      guest.startAt(511);
      const table = { type: SVGA_OTABLE.SCREENTARGET, sizeInBytes: PAGE, validSizeInBytes: 0 };
      const ptDepth = SVGA3D_MOBFMT.PTDEPTH_0;
      guest.must('SET_OTABLE_BASE64', { ...table, baseAddress: guest.allocatePage(), ptDepth });
    };
    const pictures: (ScreenTargetImage | undefined)[] = [];
    for (let i = 0; i < 2 * (images / BYTES); i++) {
      tables();
      guest.must('DEFINE_GB_SCREENTARGET', SCREEN);
      const picture = guest.device.screenTarget(0);
      picture?.pixels.fill(7);
      pictures.push(picture);
      end(guest);
      guest.writeRegister(SVGA_REG.ENABLE, 0);
      expect(
        pictures.every((each) => each !== undefined && Buffer.compare(black, Buffer.from(each.pixels)) === 0),
      ).toBe(true);
    }
  },
);
