import type { SurfaceFormat } from '@cg/surface-layout';
import { TexelCodec } from '@cg/svga-device';
import { nameOf } from './scene-surfaces.js';

/**
 * What of a picture may be otherwise: nothing but its values; what the reference draws with the window moved by up to a
 * sixteenth of a pixel, which is how exactly Vulkan has to place corners; the pixels of lines by one, where each of
 * several lines over one another may be seen. What clip distances leave out in targets of samples, SwiftShader decides
 * for whole pixels, at their centres: the reference also draws that, with shaders that discard those pixels.
 */
export type Spread = 'none' | 'pixel' | 'subpixel';

/** Places of corners at sixteenths are the same in all renderers, if nothing is clipped. */
export const rules: Readonly<
  Record<'lines' | 'points' | 'triangles', Readonly<Record<'exact' | 'free', Spread>>>
> = {
  triangles: { exact: 'none', free: 'subpixel' },
  points: { exact: 'subpixel', free: 'subpixel' },
  lines: { exact: 'pixel', free: 'pixel' },
};

/** How pictures of a draw are compared. */
export interface Rule {
  readonly spread: Spread;
  /** Results are rounded for each primitive of a pixel. */
  readonly blends: boolean;
  readonly overlap: number;
  /** How far sampled values may be from the exact ones. */
  readonly filter: number;
  /** No value of a shader is greater. */
  readonly magnitude: number;
}

/** Interpolation, and arithmetic of shaders, of values up to 1. */
const ARITHMETIC = 2 ** -12;
/** Depth is interpolated as a float. */
const DEPTH = 2 ** -16;
/** The steepest slope of sRGB. */
const SRGB_SLOPE = 12.92;

/** How far a channel may be from the exact value. */
interface Channel {
  readonly index: number;
  readonly tolerance: (value: number) => number;
}

/** Compares texels of a format. */
export class TexelRule {
  readonly #codec: TexelCodec;
  readonly #channels: readonly Channel[];

  constructor(format: SurfaceFormat, rule: Rule) {
    const codec = TexelCodec.of(format, false);
    if (codec === undefined) {
      throw new Error(`no texels of ${format.name}`);
    }
    this.#codec = codec;
    this.#channels = channelsOf(format, codec, rule);
  }

  get bytes(): number {
    return this.#codec.bytes;
  }

  /** A texel's values. */
  read(image: Uint8Array, at: number): Float64Array {
    const texel = new Float64Array(4);
    this.#codec.decode(image, at, texel);
    return texel;
  }

  /**
   * Whether a texel is between some, as far as may be.
   * @param widened how far beyond them, in their distance
   */
  isWithin(texel: Float64Array, others: readonly Float64Array[], widened = 0): boolean {
    return this.#channels.every(({ index, tolerance }) => {
      let [least, most] = [Infinity, -Infinity];
      for (const other of others) {
        least = Math.min(least, other[index]);
        most = Math.max(most, other[index]);
      }
      const value = texel[index];
      const more = widened * (most - least);
      return value >= least - more - tolerance(least) && value <= most + more + tolerance(most);
    });
  }
}

function channelsOf(format: SurfaceFormat, codec: TexelCodec, rule: Rule): Channel[] {
  const bits = [2, 1, 0, 3].map((channel) => format.channelBits[channel]);
  const isSrgb = format.flags.includes('SRGB');
  const isNormalized = format.flags.includes('NORM');
  const rounds = rule.blends ? rule.overlap : 1;
  return [0, 1, 2, 3]
    .filter((index) => bits[index] > 0)
    .map((index) => {
      const slack = rule.magnitude * ARITHMETIC + rule.filter;
      const name = nameOf(format);
      if (codec.kind === 'depth') {
        const isStencil = index === 1;
        const unit = bits[0] === 32 || name.startsWith('D32') ? 0 : 1 / (2 ** bits[0] - 1);
        return { index, tolerance: () => (isStencil ? 0 : unit + DEPTH) };
      }
      if (codec.kind !== 'color') {
        return { index, tolerance: () => 0 };
      }
      if (isNormalized) {
        const unit = 1 / (2 ** bits[index] - 1);
        const own = slack * (isSrgb && index < 3 ? SRGB_SLOPE : 1);
        return { index, tolerance: () => unit * rounds + own * rounds };
      }
      const mantissa = bits[index] === 32 ? 23 : bits[index] === 16 ? 10 : bits[index] - 5;
      const grown = rule.blends ? rule.magnitude * rule.overlap : 1;
      return {
        index,
        tolerance: (value: number) => rounds * Math.abs(value) * 2 ** -mantissa + grown * slack,
      };
    });
}
