import { wordsOf } from '../memory/byte-copy.js';
import { newImage, type ImageMemory } from '../objects/image-memory.js';

/** Bytes of a pixel: red, green, blue and alpha, which is always 255. */
const PIXEL_BYTES = 4;

/**
 * The pixels of a screen, row by row from the top, without gaps. They take no memory before they are used. The host may
 * still look at those of a screen that is gone: they are black, and none of the device's memory.
 */
export class ScreenPixels {
  #bytes: Uint8Array<ArrayBuffer> | undefined;
  #clamped: Uint8ClampedArray<ArrayBuffer> | undefined;
  #isDropped = false;

  constructor(
    readonly width: number,
    readonly height: number,
  ) {}

  /** Their number of bytes. */
  get size(): number {
    return PIXEL_BYTES * this.width * this.height;
  }

  /**
   * The pixels, black at first.
   * @throws SvgaDeviceError ENOMEM
   */
  bytes(memory: ImageMemory): Uint8Array<ArrayBuffer> {
    if (this.#bytes === undefined) {
      this.#bytes = this.#isDropped ? newImage(this.size) : memory.allocateShown(this.size);
      wordsOf(this.#bytes)?.fill(0xff00_0000);
    }
    return this.#bytes;
  }

  /** The same memory in the type of ImageData. Throws as `bytes`. */
  clamped(memory: ImageMemory): Uint8ClampedArray<ArrayBuffer> {
    if (this.#clamped === undefined) {
      const { buffer, byteOffset, length } = this.bytes(memory);
      this.#clamped = new Uint8ClampedArray(buffer, byteOffset, length);
    }
    return this.#clamped;
  }

  /** The pixels, if they are allocated. */
  get own(): Uint8Array | undefined {
    return this.#bytes;
  }

  drop(memory: ImageMemory): void {
    if (this.#bytes !== undefined && !this.#isDropped) {
      memory.free(this.#bytes);
      this.#bytes = undefined;
      this.#clamped = undefined;
    }
    this.#isDropped = true;
  }
}
