import { SvgaDeviceError } from '../errors.js';

/** The device's own memory: images of surfaces, COTables, screens; and how much of it is in use. */
export class ImageMemory {
  readonly #limit: number;
  #used = 0;

  /** @param limit bytes of all of it together */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @throws SvgaDeviceError ENOMEM where the limit, or the host's memory, does not allow it */
  allocate(bytes: number): Uint8Array {
    if (bytes > this.#limit - this.#used) {
      throw new SvgaDeviceError('ENOMEM', 'images exceed the device memory', { bytes, used: this.#used });
    }
    let image: Uint8Array;
    try {
      image = new Uint8Array(bytes);
    } catch {
      throw new SvgaDeviceError('ENOMEM', 'the host has no memory for an image', { bytes });
    }
    this.#used += bytes;
    return image;
  }

  /** Counts what another has given out, and nothing of its own any more. */
  replaceBy(other: ImageMemory): void {
    this.#used = other.#used;
  }

  free(image: Uint8Array): void {
    this.#used -= image.length;
  }
}

/** What `take` gives; undefined where the limit, or the host's memory, does not allow it. */
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
