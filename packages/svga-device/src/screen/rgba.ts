import type { SurfaceFormat } from '@cg/surface-layout';
import { wordsOf } from '../memory/byte-copy.js';
import { COST } from '../objects/work-budget.js';
import { TexelCodec } from '../texels/texel-codec.js';
import { SwapKernel } from '../memory/swap-kernel.js';

/** Rows of texels or pixels in an array. */
interface Raster {
  readonly bytes: Uint8Array;
  /** Of the first texel. */
  readonly offset: number;
  /** From a row to the next. */
  readonly stride: number;
}

/** Converts `height` rows of `width` texels to opaque RGBA. */
export type ToRgba = (source: Raster, target: Raster, width: number, height: number) => void;

/** Conversion of a format for screens. */
export interface ScreenFormat {
  readonly toRgba: ToRgba;
  /** Cost of a texel in a WorkBudget. */
  readonly cost: number;
}

/** Formats of blue, green, red and a fourth channel, a byte each, by name without SVGA3D_. */
const BGRX = new Set([
  'X8R8G8B8',
  'A8R8G8B8',
  'B8G8R8A8_UNORM',
  'B8G8R8X8_UNORM',
  'B8G8R8A8_UNORM_SRGB',
  'B8G8R8X8_UNORM_SRGB',
]);

const OPAQUE = 0xff00_0000;

/** A view of the same rows in words; undefined where they are not aligned. */
function inWords({ bytes, offset, stride }: Raster): Uint32Array | undefined {
  return (offset | stride) % 4 === 0 ? wordsOf(bytes) : undefined;
}

/** Shorter runs of texels are not worth the views that the kernel copies by. */
const KERNEL_TEXELS = 512;

/** For targets that are in no kernel's room. Made at the first use; null where there is none. */
let kernel: SwapKernel | null | undefined;

function swapKernel(): SwapKernel | null {
  kernel = kernel === undefined ? (SwapKernel.make() ?? null) : kernel;
  return kernel;
}

const fromBgrx: ToRgba = (source, target, width, height) => {
  const isGapless = source.stride === 4 * width && target.stride === 4 * width;
  const [rows, texels] = isGapless ? [1, width * height] : [height, width];
  const swap = texels < KERNEL_TEXELS ? null : (SwapKernel.of(target.bytes) ?? swapKernel());
  if (swap !== null) {
    for (let y = 0; y < rows; y++) {
      const at = target.offset + y * target.stride;
      swap.convert(source.bytes, source.offset + y * source.stride, target.bytes, at, 4 * texels);
    }
    return;
  }
  const from = inWords(source);
  const to = inWords(target);
  if (from === undefined || to === undefined) {
    fromBytes(4)(source, target, width, height);
    return;
  }
  for (let y = 0; y < height; y++) {
    let at = (source.offset + y * source.stride) >> 2;
    let out = (target.offset + y * target.stride) >> 2;
    for (const end = at + width; at < end; at++, out++) {
      const texel = from[at];
      to[out] = OPAQUE | ((texel & 0xff) << 16) | (texel & 0xff00) | ((texel >>> 16) & 0xff);
    }
  }
};

/** Blue, green and red, a byte each. @param step bytes of a texel */
function fromBytes(step: number): ToRgba {
  return (source, target, width, height) => {
    const [from, to] = [source.bytes, target.bytes];
    for (let y = 0; y < height; y++) {
      let at = source.offset + y * source.stride;
      let out = target.offset + y * target.stride;
      for (const end = at + step * width; at < end; at += step, out += 4) {
        to[out] = from[at + 2];
        to[out + 1] = from[at + 1];
        to[out + 2] = from[at];
        to[out + 3] = 255;
      }
    }
  };
}

/** The nearest value of 8 bits to one of 5, or of 6 bits. */
const from5 = (value: number): number => (value * 527 + 23) >> 6;
const from6 = (value: number): number => (value * 259 + 33) >> 6;

/** 16-bit texels, red highest. @param greenBits 5 or 6 */
function from16(greenBits: 5 | 6): ToRgba {
  const redShift = 5 + greenBits;
  return (source, target, width, height) => {
    const [from, to] = [source.bytes, target.bytes];
    for (let y = 0; y < height; y++) {
      let at = source.offset + y * source.stride;
      let out = target.offset + y * target.stride;
      for (const end = at + 2 * width; at < end; at += 2, out += 4) {
        const texel = from[at] | (from[at + 1] << 8);
        to[out] = from5((texel >> redShift) & 31);
        to[out + 1] = greenBits === 6 ? from6((texel >> 5) & 63) : from5((texel >> 5) & 31);
        to[out + 2] = from5(texel & 31);
        to[out + 3] = 255;
      }
    }
  };
}

/** @param palette red, green and blue of each index, one register each, of which 8 bits are used */
function fromPalette(palette: Uint32Array): ToRgba {
  return (source, target, width, height) => {
    const [from, to] = [source.bytes, target.bytes];
    for (let y = 0; y < height; y++) {
      let out = target.offset + y * target.stride;
      for (let at = source.offset + y * source.stride, x = 0; x < width; x++, out += 4) {
        const entry = 3 * from[at + x];
        to[out] = palette[entry];
        to[out + 1] = palette[entry + 1];
        to[out + 2] = palette[entry + 2];
        to[out + 3] = 255;
      }
    }
  };
}

function fromTexels(codec: TexelCodec): ToRgba {
  const color = new Float64Array(4);
  return (source, { bytes: to, offset, stride }, width, height) => {
    for (let y = 0; y < height; y++) {
      const from = source.offset + y * source.stride;
      for (let x = 0, out = offset + y * stride; x < width; x++, out += 4) {
        codec.decode(source.bytes, from + x * codec.bytes, color);
        for (let channel = 0; channel < 3; channel++) {
          const value = Math.round(255 * color[channel]);
          to[out + channel] = value > 0 ? Math.min(value, 255) : 0;
        }
        to[out + 3] = 255;
      }
    }
  };
}

const packed: Readonly<Record<string, ToRgba>> = { R5G6B5: from16(6), X1R5G5B5: from16(5) };

/**
 * Conversion of a format for screens: red, green and blue as stored, without alpha; a palette index as the colour in
 * the palette registers when the screen is updated.
 * @param palette the registers from SVGA_PALETTE_BASE on
 * @returns undefined for a format that screens cannot show: integer, depth or signed texels, or texels that are no
 * numbers
 */
export function screenFormat(format: SurfaceFormat, palette: Uint32Array): ScreenFormat | undefined {
  const name = format.name.replace('SVGA3D_', '');
  if (BGRX.has(name)) {
    return { toRgba: fromBgrx, cost: COST.PIXEL };
  }
  if (name === 'P8') {
    return { toRgba: fromPalette(palette), cost: COST.PIXEL };
  }
  if (Object.hasOwn(packed, name)) {
    return { toRgba: packed[name], cost: COST.PIXEL };
  }
  const codec = TexelCodec.of(format, false);
  if (codec === undefined || codec.kind !== 'color' || format.flags.includes('SINT')) {
    return undefined;
  }
  return { toRgba: fromTexels(codec), cost: codec.cost };
}

/** Conversion of the legacy framebuffer with so many bits for a pixel: 8, 15, 16, 24 or 32. */
export function framebufferFormat(bitsPerPixel: number, palette: Uint32Array): ToRgba {
  switch (bitsPerPixel) {
    case 8:
      return fromPalette(palette);
    case 15:
      return packed.X1R5G5B5;
    case 16:
      return packed.R5G6B5;
    case 24:
      return fromBytes(3);
    default:
      return fromBgrx;
  }
}
