import type { SurfaceFormat } from '@cg/surface-layout';
import { srgbToLinear } from '@cg/svga-device';
import type { TexelReader } from './texel-reader.js';

type Color = Float64Array;

/** How the blocks of a format are made up. */
interface BlockForm {
  readonly read: (image: Uint8Array, at: number, texel: number, color: Color, isSigned: boolean) => void;
}

const forms: Readonly<Record<string, BlockForm>> = {
  BC1: { read: (image, at, texel, color) => readColors(image, at, texel, color, true) },
  BC2: {
    read: (image, at, texel, color) => {
      readColors(image, at + 8, texel, color, false);
      color[3] = ((image[at + (texel >> 1)] >> (4 * (texel & 1))) & 15) / 15;
    },
  },
  BC3: {
    read: (image, at, texel, color) => {
      readColors(image, at + 8, texel, color, false);
      color[3] = readRamp(image, at, texel, false);
    },
  },
  BC4: {
    read: (image, at, texel, color, isSigned) => {
      color.fill(0);
      color[0] = readRamp(image, at, texel, isSigned);
      color[3] = 1;
    },
  },
  BC5: {
    read: (image, at, texel, color, isSigned) => {
      color.fill(0);
      color[0] = readRamp(image, at, texel, isSigned);
      color[1] = readRamp(image, at + 8, texel, isSigned);
      color[3] = 1;
    },
  },
};

/** A reader of BC1 to BC5; undefined for other formats. Values are exact, not rounded to 8 bits. */
export function blockReader(format: SurfaceFormat): TexelReader | undefined {
  const { flags } = format;
  const form = Object.entries(forms).find(([name]) => flags.includes(name))?.[1];
  if (form === undefined || flags.includes('TYPELESS')) {
    return undefined;
  }
  const isSigned = flags.includes('SINT');
  const isSrgb = flags.includes('SRGB');
  return {
    kind: 'color',
    read: (image, at, x, y, color) => {
      form.read(image, at, 4 * y + x, color, isSigned);
      if (isSrgb) {
        color[0] = srgbToLinear(color[0]);
        color[1] = srgbToLinear(color[1]);
        color[2] = srgbToLinear(color[2]);
      }
    },
  };
}

/**
 * Two colours of 5, 6 and 5 bits, and two between them. If `mayBeClear`, and the first is not greater, there is only
 * one in the middle, and transparent black.
 */
function readColors(image: Uint8Array, at: number, texel: number, color: Color, mayBeClear: boolean): void {
  const first = image[at] | (image[at + 1] << 8);
  const second = image[at + 2] | (image[at + 3] << 8);
  const code = (image[at + 4 + (texel >> 2)] >> (2 * (texel & 3))) & 3;
  color[3] = 1;
  const hasThree = mayBeClear && first <= second;
  if (hasThree && code === 3) {
    color.fill(0);
    return;
  }
  const weight = code < 2 ? code : hasThree ? 1 / 2 : (code - 1) / 3;
  for (let i = 0; i < 3; i++) {
    const [shift, most] = channels[i];
    const [a, b] = [((first >> shift) & most) / most, ((second >> shift) & most) / most];
    color[i] = weight === 1 ? b : a + (b - a) * weight;
  }
}

const channels = [
  [11, 31],
  [5, 63],
  [0, 31],
] as const;

/** Two values of 8 bits, and six between them, or four and both ends of the range. */
function readRamp(image: Uint8Array, at: number, texel: number, isSigned: boolean): number {
  const value = (byte: number) => (isSigned ? Math.max(((byte << 24) >> 24) / 127, -1) : byte / 255);
  const [first, second] = [value(image[at]), value(image[at + 1])];
  const bit = 3 * texel;
  const byte = at + 2 + (bit >> 3);
  const next = (bit & 7) > 5 ? image[byte + 1] << 8 : 0;
  const code = ((image[byte] | next) >> (bit & 7)) & 7;
  if (code < 2) {
    return code === 0 ? first : second;
  }
  if (first > second) {
    return ((8 - code) * first + (code - 1) * second) / 7;
  }
  return code < 6 ? ((6 - code) * first + (code - 1) * second) / 5 : code === 6 ? (isSigned ? -1 : 0) : 1;
}
