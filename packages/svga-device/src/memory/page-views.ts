import { PAGE_SIZE } from './guest-memory.js';
import type { GuestMemory } from './guest-memory.js';

/** Cached views: a power of two. */
const SLOTS = 64;

const NONE = -1;

/** Of a slot without a page. */
const NO_VIEW = new Uint8Array(0);

/**
 * Cached views of guest pages during a stream of commands, so that a thousand small updates of one page make one
 * view. They are live; but the host may move its memory between two accesses to the device, so they are dropped
 * before each stream.
 */
export class PageViews {
  readonly #memory: GuestMemory;
  readonly #pages = new Float64Array(SLOTS).fill(NONE);
  readonly #views: Uint8Array[] = new Array<Uint8Array>(SLOTS).fill(NO_VIEW);
  #hasViews = false;

  constructor(memory: GuestMemory) {
    this.#memory = memory;
  }

  /** The bytes of a page, which is inside guest memory. */
  view(page: number): Uint8Array {
    const slot = page % SLOTS;
    if (this.#pages[slot] !== page) {
      this.#views[slot] = this.#memory.view(page * PAGE_SIZE, PAGE_SIZE);
      this.#pages[slot] = page;
      this.#hasViews = true;
    }
    return this.#views[slot];
  }

  forget(): void {
    if (this.#hasViews) {
      this.#pages.fill(NONE);
      this.#hasViews = false;
    }
  }
}
