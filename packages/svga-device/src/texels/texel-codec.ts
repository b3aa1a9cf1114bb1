import type { SurfaceFormat } from '@cg/surface-layout';
import { COST } from '../objects/work-budget.js';
import { decodeSharedExponent, encodeSharedExponent } from './shared-exponent.js';
import { decodeSmallFloat, encodeSmallFloat } from './small-float.js';

/** Indices of red, green, blue, alpha in a color, in the order of `SurfaceFormat.channelBits`. */
const CHANNEL_OF = [2, 1, 0, 3] as const;

/** A channel of a texel, and its interpretation. */
export interface TexelChannel {
  /** 0 red, 1 green, 2 blue, 3 alpha. */
  readonly color: number;
  readonly bits: number;
  readonly kind: 'float' | 'sint' | 'snorm' | 'uint' | 'unorm';
}

/** A channel with its position in the texel. */
interface Channel extends TexelChannel {
  /** The 32-bit word of the texel. */
  readonly word: number;
  readonly shift: number;
  /** 2^bits - 1, as a 32-bit number. */
  readonly most: number;
}

const f32 = new Float32Array(1);
const f32Bits = new Uint32Array(f32.buffer);

/** The sRGB value of linear light, both from 0 to 1. */
export function linearToSrgb(linear: number): number {
  return linear <= 0.003_130_8 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055;
}

/** Linear light of an sRGB value, both from 0 to 1. */
export function srgbToLinear(srgb: number): number {
  return srgb <= 0.040_45 ? srgb / 12.92 : ((srgb + 0.055) / 1.055) ** 2.4;
}

function clamp(value: number, least: number, most: number): number {
  return value > least ? Math.min(value, most) : least; // NaN becomes the least
}

/**
 * What a value may be below a half and still be rounded up: the mean of texels as 0…1 is a half only to the last bits
 * of a double, and a renderer that averages their integers has to come to the same.
 */
const HALF_ERROR = 2 ** -30;

function rounded(size: number): number {
  return Math.floor(size + (0.5 + HALF_ERROR));
}

function kindOf(format: SurfaceFormat, color: number): Channel['kind'] {
  const { flags, name } = format;
  if (flags.includes('FP') || (name === 'SVGA3D_D32_FLOAT_S8X24_UINT' && color === 0)) {
    return 'float';
  }
  if (flags.includes('NORM')) {
    // In depth-stencil formats the stencil, under green, is an integer.
    const isStencil = flags.includes('STENCIL') && color === 1;
    return isStencil ? 'uint' : flags.includes('SINT') ? 'snorm' : 'unorm';
  }
  return flags.includes('SINT') ? 'sint' : 'uint';
}

function channelsOf(format: SurfaceFormat): Channel[] {
  const channels: Channel[] = [];
  CHANNEL_OF.forEach((at, color) => {
    const bits = format.channelBits[at];
    const offset = format.channelOffsets[at];
    if (bits > 0) {
      const shift = offset % 32;
      const most = (2 ** bits - 1) | 0;
      channels.push({ color, word: (offset - shift) / 32, shift, bits, most, kind: kindOf(format, color) });
    }
  });
  return channels;
}

function encodeChannel({ bits, most: mask, kind }: Channel, value: number): number {
  const most = mask >>> 0;
  switch (kind) {
    case 'unorm':
      // More bits than 16 are depth, which is not averaged.
      return bits > 16 ? Math.round(clamp(value, 0, 1) * most) : rounded(clamp(value, 0, 1) * most);
    case 'snorm': {
      // A half is rounded away from zero, as Direct3D does.
      const size = rounded(clamp(Math.abs(value), 0, 1) * (2 ** (bits - 1) - 1));
      return value < 0 && size > 0 ? 2 ** bits - size : size;
    }
    case 'uint':
      return Math.trunc(clamp(value, 0, most));
    case 'sint':
      return (Math.trunc(clamp(value, -(2 ** (bits - 1)), 2 ** (bits - 1) - 1)) + 2 ** bits) % 2 ** bits;
    case 'float':
      if (bits === 32) {
        f32[0] = value;
        return f32Bits[0];
      }
      return encodeSmallFloat(value, bits === 16 ? 10 : bits - 5, bits === 16);
  }
}

function decodeChannel({ bits, most, kind }: Channel, raw: number): number {
  const signed = (raw << (32 - bits)) >> (32 - bits);
  switch (kind) {
    case 'unorm':
      return raw / (most >>> 0);
    case 'snorm':
      return Math.max(signed / (2 ** (bits - 1) - 1), -1);
    case 'uint':
      return raw;
    case 'sint':
      return signed;
    case 'float':
      if (bits === 32) {
        f32Bits[0] = raw;
        return f32[0];
      }
      return decodeSmallFloat(raw, bits === 16 ? 10 : bits - 5, bits === 16);
  }
}

/**
 * The kind of a texel's channels: a colour, which can be averaged and converted to any other; integers; or depth,
 * with stencil or without.
 */
export type TexelKind = 'color' | 'depth' | 'sint' | 'uint';

/** Flags of formats whose channels are not described by their bits. */
const unreadable = ['BUMP', 'YUV_VIDEO', 'TYPELESS', 'COMPRESSED', 'BUFFER', 'CX', 'MIXED'];

/**
 * Whether texels consist of numeric channels. They do not in bump maps, video, biased fixed point, and formats
 * without flags: palette indices, and unused ids.
 */
function hasChannels(format: SurfaceFormat): boolean {
  const { flags } = format;
  return (
    flags.some((flag) => flag === 'COLOR' || flag === 'DEPTH') &&
    !unreadable.some((flag) => flags.includes(flag)) &&
    format.blockWidth === 1 &&
    format.bytesPerBlock > 0 &&
    format.channelBits.some((bits) => bits > 0) &&
    format.name !== 'SVGA3D_R10G10B10_XR_BIAS_A2_UNORM'
  );
}

function kindOfTexel(format: SurfaceFormat, channels: readonly Channel[]): TexelKind {
  if (format.flags.includes('DEPTH')) {
    return 'depth';
  }
  const [{ kind }] = channels;
  return kind === 'uint' || kind === 'sint' ? kind : 'color';
}

/** Formats of up to 32 bits whose channels are all 0…1, as stored. */
function isPlain(format: SurfaceFormat, channels: readonly Channel[], srgb: boolean): boolean {
  return format.bytesPerBlock <= 4 && !srgb && channels.every(({ kind }) => kind === 'unorm');
}

const codecs = [new Map<SurfaceFormat, TexelCodec>(), new Map<SurfaceFormat, TexelCodec>()];

/**
 * Converts texels of one format to numbers and back: normalized channels as 0…1 or −1…1, integers and floats as they
 * are; depth under red, stencil under green. A missing channel reads as 0, a missing alpha as 1.
 */
export class TexelCodec {
  readonly bytes: number;
  readonly kind: TexelKind;
  /** Cost of reading or writing one, as the device counts work. */
  readonly cost: number;
  /** Whether each byte is a channel from 0 to 1, as stored: bytes can then be averaged as they are. */
  readonly isBytes: boolean;
  readonly #plain: boolean;
  readonly #channels: readonly Channel[];
  readonly #words = new Uint32Array(4);
  readonly #sharedExponent: boolean;
  readonly #luminance: boolean;
  /** Red, green and blue are stored as sRGB, and read and written as linear light. */
  readonly srgb: boolean;

  private constructor(format: SurfaceFormat, linear: boolean) {
    this.bytes = format.bytesPerBlock;
    this.#channels = channelsOf(format);
    this.#sharedExponent = format.flags.includes('EXP');
    this.#luminance = format.name.startsWith('SVGA3D_LUMINANCE');
    this.srgb = linear && format.flags.includes('SRGB');
    this.kind = this.#sharedExponent ? 'color' : kindOfTexel(format, this.#channels);
    this.#plain = !this.#sharedExponent && isPlain(format, this.#channels, this.srgb);
    this.isBytes =
      this.#plain &&
      this.kind === 'color' &&
      this.#channels.every(({ bits, shift }) => bits === 8 && shift % 8 === 0);
    this.cost = this.#plain ? COST.PLAIN_TEXEL : COST.TEXEL;
  }

  /**
   * @param linear sRGB channels are converted from and to linear light; otherwise they are as stored
   * @returns undefined for a format whose texels are no numbers: compressed, planar, typeless, video, bump, palette
   */
  static of(format: SurfaceFormat, linear: boolean): TexelCodec | undefined {
    const known = codecs[linear ? 1 : 0];
    let codec = known.get(format);
    if (codec === undefined && hasChannels(format)) {
      codec = new TexelCodec(format, linear);
      known.set(format, codec);
    }
    return codec;
  }

  /** The channels as they are stored; of a shared exponent, and of luminance, only how many there are. */
  get channels(): readonly TexelChannel[] {
    return this.#channels;
  }

  /** Reads a texel into `color`: red, green, blue, alpha. */
  decode(image: Uint8Array, at: number, color: Float64Array): void {
    color[0] = 0;
    color[1] = 0;
    color[2] = 0;
    color[3] = 1;
    if (this.#plain) {
      this.#decodePlain(image, at, color);
      return;
    }
    this.#load(image, at);
    if (this.#sharedExponent) {
      decodeSharedExponent(this.#words[0], color);
      return;
    }
    const channels = this.#channels;
    for (let i = 0; i < channels.length; i++) {
      const channel = channels[i];
      const { word, shift, bits } = channel;
      const raw = bits === 32 ? this.#words[word] : (this.#words[word] >>> shift) & channel.most;
      color[channel.color] = decodeChannel(channel, raw);
    }
    if (this.#luminance) {
      color[1] = color[0];
      color[2] = color[0];
    }
    if (this.srgb) {
      for (let i = 0; i < 3; i++) {
        color[i] = srgbToLinear(color[i]);
      }
    }
  }

  #decodePlain(image: Uint8Array, at: number, color: Float64Array): void {
    let texel = 0;
    for (let i = 0; i < this.bytes; i++) {
      texel |= image[at + i] << (8 * i);
    }
    const channels = this.#channels;
    for (let i = 0; i < channels.length; i++) {
      const { shift, most } = channels[i];
      color[channels[i].color] = ((texel >>> shift) & most) / (most >>> 0);
    }
    if (this.#luminance) {
      color[1] = color[0];
      color[2] = color[0];
    }
  }

  #encodePlain(color: Float64Array, image: Uint8Array, at: number): void {
    const channels = this.#channels;
    let texel = 0;
    for (let i = 0; i < channels.length; i++) {
      const { shift, most } = channels[i];
      texel |= rounded(clamp(color[channels[i].color], 0, 1) * (most >>> 0)) << shift;
    }
    for (let i = 0; i < this.bytes; i++) {
      image[at + i] = texel >>> (8 * i);
    }
  }

  /** Writes a texel. */
  encode(color: Float64Array, image: Uint8Array, at: number): void {
    if (this.#plain) {
      this.#encodePlain(color, image, at);
      return;
    }
    this.#words.fill(0);
    if (this.#sharedExponent) {
      this.#words[0] = encodeSharedExponent(color[0], color[1], color[2]);
    } else {
      const channels = this.#channels;
      for (let i = 0; i < channels.length; i++) {
        const channel = channels[i];
        const value = color[channel.color];
        const stored = this.srgb && channel.color < 3 ? linearToSrgb(clamp(value, 0, 1)) : value;
        this.#words[channel.word] |= encodeChannel(channel, stored) << channel.shift;
      }
    }
    this.#store(image, at);
  }

  #load(image: Uint8Array, at: number): void {
    const words = this.#words;
    const { bytes } = this;
    let word = 0;
    for (; 4 * word + 4 <= bytes; word++) {
      const i = at + 4 * word;
      words[word] = image[i] | (image[i + 1] << 8) | (image[i + 2] << 16) | (image[i + 3] << 24);
    }
    if (4 * word < bytes) {
      words[word] = 0;
      for (let i = 4 * word; i < bytes; i++) {
        words[word] |= image[at + i] << (8 * (i & 3));
      }
    }
  }

  #store(image: Uint8Array, at: number): void {
    for (let i = 0; i < this.bytes; i++) {
      image[at + i] = this.#words[i >> 2] >>> (8 * (i & 3));
    }
  }
}
