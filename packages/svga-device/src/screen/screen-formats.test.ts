import { formatByName, surfaceFormats } from '@cg/surface-layout';
import type { SurfaceFormat } from '@cg/surface-layout';
import { describe, expect, it } from 'vitest';
import { TestGuest } from '../../test/guest.js';
import { SVGA3D_MOBFMT, SVGA_OTABLE, SVGA_REG } from '@cg/svga-protocol';

const PAGE = 4096;
const DESTROY = { stid: 0 };

/** A guest with a table for screens. */
function guestWithScreens(): TestGuest {
  const guest = new TestGuest({ vramBytes: PAGE }).start();
  const table = { type: SVGA_OTABLE.SCREENTARGET, sizeInBytes: PAGE, validSizeInBytes: 0 };
  const ptDepth = SVGA3D_MOBFMT.PTDEPTH_0;
  guest.must('SET_OTABLE_BASE64', { ...table, baseAddress: guest.allocatePage(), ptDepth });
  return guest;
}

/** A screen's pixels for a row of four texels; undefined if the device refuses to show them. */
function shown(guest: TestGuest, format: string, texels: Uint8Array): number[] | undefined {
  const { id } = formatByName(format) as SurfaceFormat;
  const size = { width: 4, height: 1 };
  guest.fillMob(guest.defineSurface({ format: id, ...size }, PAGE), texels);
  guest.must('UPDATE_GB_SURFACE', { sid: 1 });
  guest.must('DEFINE_GB_SCREENTARGET', { stid: 0, ...size, xRoot: 0, yRoot: 0, flags: 0, dpi: 0 });
  const { status } = guest.run('BIND_GB_SCREENTARGET', { stid: 0, sid: 1, face: 0, mipmap: 0 });
  const updated =
    status === 1 ? guest.run('UPDATE_GB_SCREENTARGET', { stid: 0, x: 0, y: 0, w: 4, h: 1 }).status : 3;
  const code = (guest.device.lastError as { code?: string } | undefined)?.code;
  const pixels = updated === 1 ? [...(guest.device.screenTarget(0)?.pixels ?? [])] : undefined;
  expect(pixels ?? code).toEqual(pixels ?? 'EINVAL');
  guest.must('DESTROY_GB_SCREENTARGET', DESTROY);
  guest.must('DESTROY_GB_SURFACE', { sid: 1 });
  guest.must('DESTROY_GB_MOB', { mobid: 1 });
  return pixels;
}

function setPalette(guest: TestGuest, index: number, [red, green, blue]: readonly number[]): void {
  [red, green, blue].forEach((value, i) => guest.writeRegister(SVGA_REG.PALETTE_BASE + 3 * index + i, value));
}

describe('a screen', () => {
  it('shows palette indices as the colours of the palette registers, of which 8 bits count', () => {
    const guest = guestWithScreens();
    setPalette(guest, 1, [255, 0, 0]);
    setPalette(guest, 2, [10, 20, 30]);
    setPalette(guest, 3, [1, 0x1_02, 3]);
    setPalette(guest, 255, [7, 8, 9]);
    expect(shown(guest, 'P8', Uint8Array.of(1, 2, 3, 255))).toEqual(
      [
        [255, 0, 0, 255],
        [10, 20, 30, 255],
        [1, 2, 3, 255],
        [7, 8, 9, 255],
      ].flat(),
    );
  });

  it.each([
    ['LUMINANCE8', [0, 1, 128, 255], [0, 0, 0, 1, 1, 1, 128, 128, 128, 255, 255, 255]],
    ['R8_UNORM', [0, 1, 128, 255], [0, 0, 0, 1, 0, 0, 128, 0, 0, 255, 0, 0]],
    ['A8_UNORM', [0, 1, 128, 255], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
    ['R5G6B5', [0, 0, 0x1f, 0, 0, 0xf8, 0xe0, 0x07], [0, 0, 0, 0, 0, 255, 255, 0, 0, 0, 255, 0]],
    ['R16_FLOAT', [0, 0, 0, 0x3c, 0, 0xbc, 0, 0x7c], [0, 0, 0, 255, 0, 0, 0, 0, 0, 255, 0, 0]],
    [
      'B8G8R8X8_UNORM_SRGB',
      [1, 2, 3, 4, 0, 0, 0, 0, 255, 0, 0, 0, 0, 0, 9, 9],
      [3, 2, 1, 0, 0, 0, 0, 0, 255, 9, 0, 0],
    ],
  ] as const)('shows %s as the colours it stores, clamped to what a screen has', (format, texels, colors) => {
    const pixels = shown(guestWithScreens(), format, Uint8Array.from(texels)) ?? [];
    expect(pixels.filter((_, i) => i % 4 < 3)).toEqual(colors);
  });

  it('shows no format whose texels are no colours: those are errors', () => {
    const guest = guestWithScreens();
    const showable = surfaceFormats
      .filter(
        ({ bytesPerBlock, name }) =>
          bytesPerBlock > 0 && shown(guest, name, new Uint8Array(64)) !== undefined,
      )
      .map(({ name }) => name.replace('SVGA3D_', ''));
    // Unsigned and floating-point colours, luminance, alpha, and the palette index; nothing else.
    expect(showable.toSorted()).toEqual(
      `X8R8G8B8 A8R8G8B8 R5G6B5 X1R5G5B5 A1R5G5B5 A4R4G4B4 LUMINANCE8 LUMINANCE4_ALPHA4 LUMINANCE16
      LUMINANCE8_ALPHA8 ARGB_S10E5 ARGB_S23E8 A2R10G10B10 ALPHA8 R_S10E5 R_S23E8 RG_S10E5 RG_S23E8 G16R16
      A16B16G16R16 R32G32B32_FLOAT R32_FLOAT_X8X24 R11G11B10_FLOAT R8G8B8A8_UNORM R8G8B8A8_UNORM_SRGB R24_UNORM_X8
      R8G8_UNORM R16_UNORM R8_UNORM P8 R9G9B9E5_SHAREDEXP B8G8R8A8_UNORM_SRGB B8G8R8X8_UNORM_SRGB
      R32G32B32A32_FLOAT R16G16B16A16_FLOAT R16G16B16A16_UNORM R32G32_FLOAT R10G10B10A2_UNORM R16G16_FLOAT
      R16G16_UNORM R32_FLOAT R16_FLOAT A8_UNORM B5G6R5_UNORM B5G5R5A1_UNORM B8G8R8A8_UNORM B8G8R8X8_UNORM
      B4G4R4A4_UNORM`
        .split(/\s+/)
        .toSorted(),
    );
  });
});

/** A stretch from surface 1 to surface 2; the sizes of the boxes are left out. */
const images = {
  srcSid: 1,
  srcFace: 0,
  srcMipmap: 0,
  destSid: 2,
  destFace: 0,
  destMipmap: 0,
  boxSrcX: 0,
  boxSrcY: 0,
  boxSrcZ: 0,
  boxSrcD: 1,
  boxDestX: 0,
  boxDestY: 0,
  boxDestZ: 0,
  boxDestD: 1,
};

describe('a stretch between formats', () => {
  const blit = (from: string, to: string, mode = 0): number => {
    const guest = new TestGuest().start();
    guest.defineSurface({ sid: 1, format: formatByName(from)?.id ?? 0, width: 4, height: 4 }, PAGE);
    guest.defineSurface({ sid: 2, format: formatByName(to)?.id ?? 0, width: 4, height: 4 }, PAGE);
    const { status } = guest.run('SURFACE_STRETCHBLT', {
      ...images,
      mode,
      boxSrcW: 4,
      boxSrcH: 4,
      boxDestW: 4,
      boxDestH: 4,
    });
    return status;
  };

  it.each([
    ['a palette index becomes no colour', 'P8', 'R8_UNORM'],
    ['depth becomes no colour', 'Z_D24S8', 'A8R8G8B8'],
    ['a colour becomes no depth', 'R8G8B8A8_UNORM', 'Z_D24S8'],
    ['depth of one kind does not become depth of another', 'Z_D24S8', 'D24_UNORM_S8_UINT'],
    ['an integer becomes no share of a colour', 'R8G8B8A8_UINT', 'A8R8G8B8'],
    ['a colour becomes no integer', 'A8R8G8B8', 'R8G8B8A8_UINT'],
    ['an integer with a sign becomes none without', 'R8G8B8A8_SINT', 'R8G8B8A8_UINT'],
    ['a bump map becomes no colour', 'V8U8', 'R8G8_SNORM'],
    ['video becomes no colour', 'AYUV', 'A8R8G8B8'],
  ])('%s', (_what, from, to) => {
    expect(blit(from, to)).toBe(3);
  });

  it.each([
    ['colours become colours of any depth', 'A8R8G8B8', 'R16G16B16A16_FLOAT'],
    ['signed ones unsigned ones, clamped', 'R8G8B8A8_SNORM', 'R8G8B8A8_UNORM'],
    ['integers become integers of another width', 'R8G8B8A8_UINT', 'R16G16B16A16_UINT'],
  ])('%s', (_what, from, to) => {
    expect(blit(from, to, 1)).toBe(1);
  });

  it('depth and stencil are stretched by the nearest texel, whatever filter is asked for', () => {
    const guest = new TestGuest().start();
    const depth = { format: 80, height: 1 };
    const texels = Uint8Array.of(0, 0, 0, 0x10, 0xff, 0xff, 0xff, 0x21);
    guest.fillMob(guest.defineSurface({ sid: 1, width: 2, ...depth }, PAGE), texels);
    guest.must('UPDATE_GB_SURFACE', { sid: 1 });
    guest.defineSurface({ sid: 2, width: 4, ...depth }, PAGE);
    guest.must('SURFACE_STRETCHBLT', {
      ...images,
      mode: 1,
      boxSrcW: 2,
      boxSrcH: 1,
      boxDestW: 4,
      boxDestH: 1,
    });
    const [near, far] = [texels.subarray(0, 4), texels.subarray(4)];
    expect([...(guest.device.image(2, 0) ?? [])]).toEqual([...near, ...near, ...far, ...far]);
  });
});
