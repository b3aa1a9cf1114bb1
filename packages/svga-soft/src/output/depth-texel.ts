import type { SurfaceFormat } from '@cg/surface-layout';

const floats = new Float32Array(1);
const words = new Uint32Array(floats.buffer);

/**
 * Depth and stencil in a texel. Depth is compared and stored as the format has it: a whole number, or a float.
 */
export class DepthTexel {
  readonly hasStencil: boolean;
  /** The least depth above 0 of a normalized format; undefined for floats. */
  readonly unit: number | undefined;
  readonly #most: number;
  readonly #depthShift: number;
  readonly #stencilMost: number;
  readonly #stencilByte: number;
  readonly #stencilShift: number;
  readonly #bytes: number;

  private constructor(format: SurfaceFormat) {
    const [, stencilBits, depthBits] = format.channelBits;
    const [, stencilOffset, depthOffset] = format.channelOffsets;
    const isFloat = format.flags.includes('FP') || !format.flags.includes('NORM');
    this.#most = 2 ** depthBits - 1;
    this.unit = isFloat ? undefined : 1 / this.#most;
    this.#depthShift = depthOffset;
    this.hasStencil = stencilBits > 0;
    this.#stencilMost = 2 ** stencilBits - 1;
    this.#stencilByte = stencilOffset >> 3;
    this.#stencilShift = stencilOffset & 7;
    this.#bytes = Math.min(format.bytesPerBlock, 4);
  }

  /** @returns undefined for a format without depth */
  static of(format: SurfaceFormat): DepthTexel | undefined {
    return format.flags.includes('DEPTH') && format.bytesPerBlock > 0 ? new DepthTexel(format) : undefined;
  }

  /** A depth as the format has it. */
  convert(z: number): number {
    return this.unit === undefined
      ? Math.fround(z)
      : Math.floor(Math.min(Math.max(z, 0), 1) * this.#most + 0.5);
  }

  depth(image: Uint8Array, at: number): number {
    const word = this.#word(image, at);
    if (this.unit === undefined) {
      words[0] = word;
      return floats[0];
    }
    return Math.floor(word / 2 ** this.#depthShift) % (this.#most + 1);
  }

  setDepth(image: Uint8Array, at: number, depth: number): void {
    let word: number;
    if (this.unit === undefined) {
      floats[0] = depth;
      [word] = words;
    } else {
      const own = this.#most * 2 ** this.#depthShift;
      word = ((this.#word(image, at) & ~own) | (depth * 2 ** this.#depthShift)) >>> 0;
    }
    for (let i = 0; i < this.#bytes; i++) {
      image[at + i] = word >>> (8 * i);
    }
  }

  stencil(image: Uint8Array, at: number): number {
    return (image[at + this.#stencilByte] >> this.#stencilShift) & this.#stencilMost;
  }

  setStencil(image: Uint8Array, at: number, stencil: number): void {
    const byte = at + this.#stencilByte;
    const own = this.#stencilMost << this.#stencilShift;
    image[byte] = (image[byte] & ~own) | ((stencil << this.#stencilShift) & own);
  }

  #word(image: Uint8Array, at: number): number {
    let word = 0;
    for (let i = 0; i < this.#bytes; i++) {
      word |= image[at + i] << (8 * i);
    }
    return word >>> 0;
  }
}
