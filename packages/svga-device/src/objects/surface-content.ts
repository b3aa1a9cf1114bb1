import type { ImageMemory } from './image-memory.js';

/** What the device has of a subresource (rule 9.1). */
export const CONTENT = {
  /** Nothing is promised; it reads as zeros. */
  NONE: 0,
  /** What the MOB holds when the subresource is first used. */
  PENDING: 1,
  /** The image. */
  VALID: 2,
  /** The image, which the device has written since guest and device last agreed on it. */
  NEWER: 3,
  /** The renderer's image, which is newer than the device's own, and newer than the MOB as NEWER is. */
  RENDERED: 4,
} as const;

/** The device has written it since guest and device last agreed on it. */
export function isNewerThanMob(state: ContentState | undefined): boolean {
  return state === CONTENT.NEWER || state === CONTENT.RENDERED;
}

export type ContentState = (typeof CONTENT)[keyof typeof CONTENT];

/**
 * The state of each subresource of a surface. Most surfaces have one state for all; a byte for each is kept, and
 * counted as device memory, once they differ.
 */
export class SurfaceContent {
  #common: ContentState = CONTENT.NONE;
  #each: Uint8Array | undefined;

  /** @param count subresources of the surface */
  constructor(readonly count: number) {}

  /** The state that all subresources have; undefined where it is kept for each. */
  get common(): ContentState | undefined {
    return this.#each === undefined ? this.#common : undefined;
  }

  of(subresource: number): ContentState {
    return this.#each === undefined ? this.#common : (this.#each[subresource] as ContentState);
  }

  /**
   * @param subresource one that the surface has
   * @throws SvgaDeviceError ENOMEM as `ImageMemory.allocate` does; nothing has changed then
   */
  set(subresource: number, state: ContentState, memory: ImageMemory): void {
    if (this.of(subresource) === state) {
      return;
    }
    if (this.count === 1) {
      this.#common = state;
      return;
    }
    this.#each ??= memory.allocate(this.count).fill(this.#common);
    this.#each[subresource] = state;
  }

  setAll(state: ContentState, memory: ImageMemory): void {
    this.drop(memory);
    this.#common = state;
  }

  /** Forgets the states: all are NONE again. */
  drop(memory: ImageMemory): void {
    if (this.#each !== undefined) {
      memory.free(this.#each);
      this.#each = undefined;
    }
    this.#common = CONTENT.NONE;
  }
}
