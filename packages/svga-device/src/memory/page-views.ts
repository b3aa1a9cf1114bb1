import { PAGE_SIZE } from './guest-memory.js';
import type { GuestMemory } from './guest-memory.js';
import { wordsOf } from './byte-copy.js';

/** Cached views: a power of two. */
const SLOTS = 64;

const NONE = -1;

/**
 * Cached views of guest pages during a stream of commands, so that a thousand small updates of one page make one
 * view. They are live; but the host may move its memory between two accesses to the device, so they are dropped
 * before each stream.
 */
export class PageViews {
  readonly #memory: GuestMemory;
  readonly #pages = new Float64Array(SLOTS).fill(NONE);
  /** Both only of slots with a page. */
  readonly #views: Uint8Array[] = [];
  readonly #words: (Uint32Array | undefined)[] = [];
  #hasViews = false;

  constructor(memory: GuestMemory) {
    this.#memory = memory;
  }

  /** The bytes of a page, which is inside guest memory. */
  view(page: number): Uint8Array {
    return this.#views[this.#slotOf(page)];
  }

  /** The same as words; undefined where the host's memory is not aligned. */
  words(page: number): Uint32Array | undefined {
    return this.#words[this.#slotOf(page)];
  }

  #slotOf(page: number): number {
    const slot = page & (SLOTS - 1); // a remainder of large numbers takes ten times as long
    if (this.#pages[slot] !== page) {
      const view = this.#memory.view(page * PAGE_SIZE, PAGE_SIZE);
      this.#views[slot] = view;
      this.#words[slot] = wordsOf(view);
      this.#pages[slot] = page;
      this.#hasViews = true;
    }
    return slot;
  }

  forget(): void {
    if (this.#hasViews) {
      this.#pages.fill(NONE);
      this.#hasViews = false;
    }
  }
}
