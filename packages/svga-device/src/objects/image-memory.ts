import { SvgaDeviceError } from '../errors.js';

/** Accounts the device's own memory: images of surfaces, COTables, screens. */
export class ImageMemory {
  readonly #limit: number;
  #used = 0;

  /** @param limit bytes of everything together */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @throws SvgaDeviceError ENOMEM if the limit, or the host's memory, does not allow it */
  allocate(bytes: number): Uint8Array<ArrayBuffer> {
    if (bytes > this.#limit - this.#used) {
      throw new SvgaDeviceError('ENOMEM', 'images exceed the device memory', { bytes, used: this.#used });
    }
    let image: Uint8Array<ArrayBuffer>;
    try {
      image = new Uint8Array(bytes);
    } catch {
      throw new SvgaDeviceError('ENOMEM', 'the host has no memory for an image', { bytes });
    }
    this.#used += bytes;
    return image;
  }

  /** Takes over the account of another, in place of its own. */
  replaceBy(other: ImageMemory): void {
    this.#used = other.#used;
  }

  free(image: Uint8Array): void {
    this.#used -= image.length;
  }
}

/** The result of `take`; undefined if the limit, or the host's memory, does not allow it. */
export function whereMemoryAllows<T>(take: () => T): T | undefined {
  try {
    return take();
  } catch (error) {
    if (error instanceof SvgaDeviceError && error.code === 'ENOMEM') {
      return undefined;
    }
    throw error;
  }
}
