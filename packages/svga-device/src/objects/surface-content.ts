import type { ImageMemory } from './image-memory.js';

/** The state of a subresource's content (rule 9.1). */
export const CONTENT = {
  /** Undefined; it reads as zeros. */
  NONE: 0,
  /** The MOB's content, as of the first use of the subresource. */
  PENDING: 1,
  /** The image. */
  VALID: 2,
  /** The image, which the device has written since it was last in sync with the MOB. */
  NEWER: 3,
  /** The renderer's image, which is newer than the device's own, and newer than the MOB as NEWER is. */
  RENDERED: 4,
  /** The renderer's image, in sync with the MOB as VALID is: the device has freed its own. */
  RESIDENT: 5,
} as const;

/** Whether the device has written it since it was last in sync with the MOB. */
export function isNewerThanMob(state: ContentState | undefined): boolean {
  return state === CONTENT.NEWER || state === CONTENT.RENDERED;
}

/** Whether the renderer's image is the content: the device's bytes count only in boxes that the renderer is told of. */
export function isWithRenderer(state: ContentState): boolean {
  return state >= CONTENT.RENDERED;
}

export type ContentState = (typeof CONTENT)[keyof typeof CONTENT];

/** What the renderer's content is once the device has it. */
export function fetchedState(state: ContentState): ContentState {
  if (state === CONTENT.RENDERED) {
    return CONTENT.NEWER;
  }
  return state === CONTENT.RESIDENT ? CONTENT.VALID : state;
}

/** What each state becomes where the device frees an image that the renderer has, too. */
const HANDED_OVER: readonly ContentState[] = [
  CONTENT.NONE,
  CONTENT.PENDING,
  CONTENT.RESIDENT,
  CONTENT.RENDERED,
  CONTENT.RENDERED,
  CONTENT.RESIDENT,
];
/** Where the renderer has lost its image. */
const LOST: readonly ContentState[] = [
  CONTENT.NONE,
  CONTENT.PENDING,
  CONTENT.VALID,
  CONTENT.NEWER,
  CONTENT.RENDERED,
  CONTENT.PENDING,
];

/**
 * The state of each subresource of a surface. Most surfaces have one state for all; a byte for each is kept, and
 * accounted as device memory, once they differ.
 */
export class SurfaceContent {
  #common: ContentState = CONTENT.NONE;
  #each: Uint8Array | undefined;

  /** @param count subresources of the surface */
  constructor(readonly count: number) {}

  /** The common state of all subresources; undefined if they differ. */
  get common(): ContentState | undefined {
    return this.#each === undefined ? this.#common : undefined;
  }

  /** Whether the renderer's image may be the content of any subresource. */
  get mayBeWithRenderer(): boolean {
    return this.#each !== undefined || isWithRenderer(this.#common);
  }

  of(subresource: number): ContentState {
    return this.#each === undefined ? this.#common : (this.#each[subresource] as ContentState);
  }

  /**
   * @param subresource an existing one
   * @throws SvgaDeviceError ENOMEM as `ImageMemory.allocate`; nothing has changed then
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

  /** The device frees its image: the renderer has all of it. */
  handOver(): void {
    this.#become(HANDED_OVER);
  }

  /** The renderer's image is lost. What was in sync with the MOB is loaded from there again. */
  lose(): void {
    this.#become(LOST);
  }

  #become(next: readonly ContentState[]): void {
    this.#common = next[this.#common];
    this.#each?.forEach((state, subresource, each) => (each[subresource] = next[state]));
  }

  /** Resets all states to NONE. */
  drop(memory: ImageMemory): void {
    if (this.#each !== undefined) {
      memory.free(this.#each);
      this.#each = undefined;
    }
    this.#common = CONTENT.NONE;
  }
}
