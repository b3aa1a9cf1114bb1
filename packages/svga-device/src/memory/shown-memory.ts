import { SwapKernel } from './swap-kernel.js';

/** For the pixels of a screen of 1920 × 1080 and seven images as large. Hosts give it page by page, as it is used. */
const ROOM_BYTES = 2 ** 26;

/** Smaller images take no time wherever they are. */
const LEAST_BYTES = 2 ** 18;

/** Places are multiples of it: a cache line. */
const ALIGNMENT = 64;

/**
 * Room in the memory of a kernel for what screens show: their pixels, and images of surfaces. The kernel is made when
 * one is taken first.
 */
export class ShownMemory {
  /** Null where there is none. */
  #kernel: SwapKernel | null | undefined;
  /** What is taken, in ascending order. */
  readonly #taken: Uint8Array<ArrayBuffer>[] = [];
  /** From this offset on nothing was ever taken: zeros, for which the host need not have given pages yet. */
  #freshFrom = 0;

  /** Zeros; undefined for few bytes, or if there is no room for so many. */
  take(bytes: number): Uint8Array<ArrayBuffer> | undefined {
    if (bytes < LEAST_BYTES || bytes > ROOM_BYTES) {
      return undefined;
    }
    this.#kernel = this.#kernel === undefined ? (SwapKernel.make(ROOM_BYTES) ?? null) : this.#kernel;
    return this.#kernel === null ? undefined : this.#takeFrom(this.#kernel.room, bytes);
  }

  /** The first gap that is large enough. */
  #takeFrom(
    { buffer, byteOffset, length }: Uint8Array<ArrayBuffer>,
    bytes: number,
  ): Uint8Array<ArrayBuffer> | undefined {
    const taken = this.#taken;
    let at = byteOffset;
    let index = 0;
    while (index < taken.length && taken[index].byteOffset - at < bytes) {
      at = ALIGNMENT * Math.ceil((taken[index].byteOffset + taken[index].length) / ALIGNMENT);
      index++;
    }
    if (at + bytes > byteOffset + length) {
      return undefined;
    }
    const image = new Uint8Array(buffer, at, bytes);
    image.subarray(0, Math.max(0, this.#freshFrom - at)).fill(0);
    this.#freshFrom = Math.max(this.#freshFrom, at + bytes);
    taken.splice(index, 0, image);
    return image;
  }

  /** Takes an image back, if it is from here. */
  giveBack(image: object): boolean {
    const index = this.#taken.indexOf(image as Uint8Array<ArrayBuffer>);
    if (index >= 0) {
      this.#taken.splice(index, 1);
    }
    return index >= 0;
  }
}
