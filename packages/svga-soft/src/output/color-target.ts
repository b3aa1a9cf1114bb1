import type { SurfaceFormat } from '@cg/surface-layout';
import { TexelCodec, type PipelineState, type TargetView } from '@cg/svga-device';
import { floatOf } from '../words.js';
import { blendColor, type BlendColors, type Color, type TargetBlend } from './blend-factors.js';
import { TargetImage } from './target-image.js';

/** How many components of a mask there are in a format, by SurfaceFormat's channels: blue, green, red, alpha. */
const COMPONENT_OF_CHANNEL = [2, 1, 0, 3] as const;
const ALL = 0b1111;

/** A colour target: takes the outputs of pixel shaders, blends and stores them. */
export class ColorTarget {
  readonly #codec: TexelCodec;
  readonly #blend: TargetBlend | undefined;
  readonly #colors: BlendColors;
  readonly #blended: Color = new Float64Array(4);
  /** The least value before blending; undefined for formats that have no limits. */
  readonly #least: number | undefined;
  /** Of a partial write mask: bits of a texel that are written. */
  readonly #written: Uint8Array | undefined;
  readonly #texel: Uint8Array;

  private constructor(
    readonly target: TargetImage,
    /** The output that is stored here. */
    readonly register: number,
    format: SurfaceFormat,
    codec: TexelCodec,
    { blend, blendFactor }: PipelineState,
  ) {
    const own = blend?.perRT[blend.independentBlendEnable === 0 ? 0 : register];
    const isNumber = codec.kind === 'color';
    this.#codec = codec;
    this.#blend = isNumber && own !== undefined && own.blendEnable !== 0 ? own : undefined;
    this.#least = format.flags.includes('NORM') ? (format.flags.includes('SINT') ? -1 : 0) : undefined;
    this.#texel = new Uint8Array(codec.bytes);
    this.#written = writtenBits(format, own?.renderTargetWriteMask ?? ALL);
    const factor = Float64Array.from({ length: 4 }, (_, i) => this.#limited(blendFactor[i] ?? 1));
    const [source, second, old] = [0, 1, 2].map(() => new Float64Array(4));
    this.#colors = { source, second, target: old, factor };
  }

  /** @returns undefined for a view that cannot be drawn to */
  static of(view: TargetView, register: number, state: PipelineState): ColorTarget | undefined {
    const target = TargetImage.of(view);
    const codec = TexelCodec.of(view.format, true);
    return target === undefined || codec === undefined || codec.kind === 'depth'
      ? undefined
      : new ColorTarget(target, register, view.format, codec, state);
  }

  /** Stores the output of a pixel in a sample. */
  write(outputs: Uint32Array, x: number, y: number, sample: number): void {
    const { image } = this.target;
    const at = this.target.at(x, y, sample);
    const { source, second, target } = this.#colors;
    this.#read(outputs, this.register, source);
    let result = source;
    if (this.#blend !== undefined) {
      this.#read(outputs, 1, second);
      this.#codec.decode(image, at, target);
      blendColor(this.#blend, this.#colors, this.#blended);
      result = this.#blended;
    }
    const written = this.#written;
    if (written === undefined) {
      this.#codec.encode(result, image, at);
      return;
    }
    this.#codec.encode(result, this.#texel, 0);
    for (let i = 0; i < written.length; i++) {
      image[at + i] = (image[at + i] & ~written[i]) | (this.#texel[i] & written[i]);
    }
  }

  #read(outputs: Uint32Array, register: number, color: Color): void {
    const { kind } = this.#codec;
    for (let component = 0; component < 4; component++) {
      const word = outputs[4 * register + component] ?? 0;
      color[component] = kind === 'uint' ? word : kind === 'sint' ? word | 0 : this.#limited(floatOf(word));
    }
  }

  /** Values of normalized formats are limited before they are blended; NaN is 0. */
  #limited(value: number): number {
    const least = this.#least;
    if (least === undefined) {
      return value;
    }
    return value !== value ? 0 : Math.min(Math.max(value, least), 1);
  }
}

/** The bits of a texel that a write mask lets through; undefined if these are all channels. */
function writtenBits(format: SurfaceFormat, mask: number): Uint8Array | undefined {
  const { channelBits, channelOffsets, bytesPerBlock } = format;
  const written = new Uint8Array(bytesPerBlock);
  let isAll = true;
  channelBits.forEach((bits, channel) => {
    const isWritten = ((mask >> COMPONENT_OF_CHANNEL[channel]) & 1) === 1;
    isAll &&= isWritten || bits === 0;
    const first = channelOffsets[channel];
    for (let bit = first; bit < first + (isWritten ? bits : 0); bit++) {
      written[bit >> 3] |= 1 << (bit & 7);
    }
  });
  return isAll ? undefined : written;
}
