import { bufferEnd, type DrawCall, type PipelineState } from '@cg/svga-device';

const NOTHING = new Uint8Array(0);

/** The indices of a draw. Those beyond the end of the buffer, and all without a buffer, are 0. */
export class Indices {
  readonly #image: Uint8Array;
  readonly #offset: number;
  readonly #bytes: number;
  readonly #end: number;

  constructor({ indexBuffer }: PipelineState, { firstVertex }: DrawCall) {
    this.#image = indexBuffer?.surface.ownImage ?? NOTHING;
    this.#bytes = indexBuffer?.indexBytes ?? 2;
    this.#end = indexBuffer === undefined ? 0 : Math.min(bufferEnd(indexBuffer), this.#image.length);
    this.#offset = (indexBuffer?.offset ?? 0) + firstVertex * this.#bytes;
  }

  /** The index that ends a strip. */
  get restart(): number {
    return this.#bytes === 2 ? 0xffff : 0xffff_ffff;
  }

  at(place: number): number {
    const image = this.#image;
    const at = this.#offset + place * this.#bytes;
    if (at + this.#bytes > this.#end) {
      return 0;
    }
    const low = image[at] | (image[at + 1] << 8);
    return this.#bytes === 2 ? low : (low | (image[at + 2] << 16) | (image[at + 3] << 24)) >>> 0;
  }
}
