import { SvgaDeviceError } from '../errors.js';
import { ShownMemory } from '../memory/shown-memory.js';

/** Bytes of images that are kept for reuse, together, and of the largest such image. */
const KEPT_BYTES = 2 ** 20;
const MAX_KEPT_IMAGE = 2 ** 16;

/**
 * Accounts the device's own memory: images of surfaces, COTables, screens. Small images of surfaces are used again,
 * because the host's memory for typed arrays comes back only with a collection of the whole heap, and allocations do
 * its steps.
 */
export class ImageMemory {
  readonly #limit: number;
  #used = 0;
  readonly #kept = new Map<number, Uint8Array<ArrayBuffer>[]>();
  #keptBytes = 0;
  #shown = new ShownMemory();

  /** @param limit bytes of everything together */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @throws SvgaDeviceError ENOMEM if the limit, or the host's memory, does not allow it */
  allocate(bytes: number): Uint8Array<ArrayBuffer> {
    this.#checkRoom(bytes);
    const image = this.#again(bytes) ?? newImage(bytes);
    this.#used += bytes;
    return image;
  }

  /** As `allocate`, for what a screen shows: if it is large, where the conversion for screens works without copies. */
  allocateShown(bytes: number): Uint8Array<ArrayBuffer> {
    this.#checkRoom(bytes);
    const image = this.#shown.take(bytes);
    if (image === undefined) {
      return this.allocate(bytes);
    }
    this.#used += bytes;
    return image;
  }

  #checkRoom(bytes: number): void {
    if (bytes > this.#limit - this.#used) {
      throw new SvgaDeviceError('ENOMEM', 'images exceed the device memory', { bytes, used: this.#used });
    }
  }

  #again(bytes: number): Uint8Array<ArrayBuffer> | undefined {
    const image = this.#kept.get(bytes)?.pop();
    if (image !== undefined) {
      this.#keptBytes -= bytes;
      image.fill(0);
    }
    return image;
  }

  /** Takes over the account of another, in place of its own. */
  replaceBy(other: ImageMemory): void {
    this.#used = other.#used;
    this.#shown = other.#shown;
  }

  /** @returns whether its place may be another's from now on */
  free(image: { readonly length: number }): boolean {
    this.#used -= image.length;
    return this.#shown.giveBack(image);
  }

  /** As `free`, for an image that nothing refers to any more: it may be the next one of its size. */
  reuse(image: Uint8Array<ArrayBuffer>): void {
    const isTakenBack = this.free(image);
    const bytes = image.length;
    if (isTakenBack || bytes === 0 || bytes > MAX_KEPT_IMAGE || this.#keptBytes + bytes > KEPT_BYTES) {
      return;
    }
    this.#keptBytes += bytes;
    const alike = this.#kept.get(bytes);
    if (alike === undefined) {
      this.#kept.set(bytes, [image]);
    } else {
      alike.push(image);
    }
  }
}

/** Zeros, which are accounted already. @throws SvgaDeviceError ENOMEM if the host has no memory */
export function newImage(bytes: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(bytes);
  } catch {
    throw new SvgaDeviceError('ENOMEM', 'the host has no memory for an image', { bytes });
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
