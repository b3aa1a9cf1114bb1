import { copyBytes, VIEW_FROM_BYTES, wordsOf } from './byte-copy.js';
import { SvgaDeviceError } from '../errors.js';
import type { GuestBacking } from './guest-backing.js';
import { PAGE_SIZE } from './guest-memory.js';
import type { GuestMemory } from './guest-memory.js';
import { GuestRegion } from './guest-region.js';
import { PageViews } from './page-views.js';
import { readU32 } from '@cg/svga-protocol';

const NONE = -1;
const TWO_32 = 2 ** 32;
const WORDS_PER_PAGE = PAGE_SIZE / 4;

/** What a cursor can be aimed at. */
export type GuestBytes = GuestBacking | GuestRegion;

/**
 * Finds the guest pages of a backing and moves bytes between them and an image, page by page; neighbouring guest
 * pages move together. One cursor serves all backings in turn: its cached page numbers hold only until the next
 * `aim`, because commands may change the page lists.
 */
export class BackingCursor {
  readonly #memory: GuestMemory;
  readonly #views: PageViews;
  #backing: GuestBytes | undefined;
  #leafIndex = NONE;
  #leaf: Uint8Array | undefined;
  /** The same as words; undefined where the host's memory is not aligned. */
  #leafWords: Uint32Array | undefined;
  #pageIndex = NONE;
  #page = NONE;
  /** The image that was moved last, and the same as words. */
  #image: Uint8Array | undefined;
  #imageWords: Uint32Array | undefined;

  constructor(memory: GuestMemory) {
    this.#memory = memory;
    this.#views = new PageViews(memory);
  }

  /** Begins a stream of commands: the host may have moved its memory. */
  forgetViews(): void {
    this.#views.forget();
    this.#backing = undefined;
    this.#image = undefined;
    this.#imageWords = undefined;
  }

  /** Selects a backing, and drops the cached page numbers, even for the same one. A page of them is a live view. */
  aim(backing: GuestBytes): this {
    if (backing !== this.#backing || (backing as GuestBacking).depth !== 1) {
      this.#backing = backing;
      this.#leafIndex = NONE;
      this.#leaf = undefined;
      this.#leafWords = undefined;
    }
    this.#pageIndex = NONE;
    return this;
  }

  /**
   * Copies from the backing into `image`. The caller checks both ranges.
   * @throws SvgaDeviceError EFAULT if the page list leads outside guest memory; the pages before it have been
   * copied
   */
  readFrom(offset: number, image: Uint8Array, imageOffset: number, length: number): void {
    this.#move(offset, image, imageOffset, length, false);
  }

  /** Copies from `image` into the backing; otherwise as `readFrom`. */
  writeTo(offset: number, image: Uint8Array, imageOffset: number, length: number): void {
    this.#move(offset, image, imageOffset, length, true);
  }

  /** The guest page number of the backing's page `index`. */
  #guestPage(index: number): number {
    if (index !== this.#pageIndex) {
      this.#page = this.#find(index);
      this.#pageIndex = index;
    }
    return this.#page;
  }

  #move(offset: number, image: Uint8Array, imageOffset: number, length: number, toGuest: boolean): void {
    let left = length;
    while (left > 0) {
      const at = length - left;
      const inPage = (offset + at) & (PAGE_SIZE - 1);
      const first = (offset + at - inPage) / PAGE_SIZE;
      const page = this.#guestPage(first);
      let run = PAGE_SIZE - inPage;
      if (run < left) {
        const pages = this.#adjacent(first, page, Math.ceil((inPage + left) / PAGE_SIZE));
        run = pages * PAGE_SIZE - inPage;
      }
      run = Math.min(run, left);
      if (run < VIEW_FROM_BYTES && inPage + run <= PAGE_SIZE) {
        this.#moveFew(page, inPage, image, imageOffset + at, run, toGuest);
      } else {
        const guest = this.#memory.view(page * PAGE_SIZE + inPage, run);
        if (toGuest) {
          guest.set(image.subarray(imageOffset + at, imageOffset + at + run));
        } else {
          image.set(guest, imageOffset + at);
        }
      }
      left -= run;
    }
  }

  #moveFew(
    page: number,
    inPage: number,
    image: Uint8Array,
    imageOffset: number,
    run: number,
    toGuest: boolean,
  ): void {
    if (
      ((inPage | imageOffset | run) & 3) === 0 &&
      this.#moveWords(page, inPage, image, imageOffset, run, toGuest)
    ) {
      return;
    }
    const view = this.#views.view(page);
    if (toGuest) {
      copyBytes(image, imageOffset, view, inPage, run);
    } else {
      copyBytes(view, inPage, image, imageOffset, run);
    }
  }

  /**
   * Moves whole words, which takes a third of the time of their bytes.
   * @returns false where the host's memory is not aligned
   */
  #moveWords(
    page: number,
    inPage: number,
    image: Uint8Array,
    imageOffset: number,
    run: number,
    toGuest: boolean,
  ): boolean {
    if (image !== this.#image) {
      this.#image = image;
      this.#imageWords = wordsOf(image);
    }
    const inImage = this.#imageWords;
    const inGuest = this.#views.words(page);
    if (inImage === undefined || inGuest === undefined) {
      return false;
    }
    const count = run >>> 2;
    const image0 = imageOffset / 4;
    const guest0 = inPage >>> 2;
    if (toGuest) {
      for (let i = 0; i < count; i++) {
        inGuest[guest0 + i] = inImage[image0 + i];
      }
    } else {
      for (let i = 0; i < count; i++) {
        inImage[image0 + i] = inGuest[guest0 + i];
      }
    }
    return true;
  }

  #find(index: number): number {
    const backing = this.#backing as GuestBytes;
    if (backing instanceof GuestRegion) {
      const page = backing.pages[index];
      return this.#checkedPage(Number.isInteger(page) ? page : Infinity, index);
    }
    const { depth, entryBytes, base } = backing;
    if (depth === 0) {
      return base + index; // one page, or a contiguous range
    }
    const shift = entryBytes === 8 ? 9 : 10;
    const leafIndex = index >>> shift;
    const slot = index - (leafIndex << shift);
    if (this.#leaf === undefined || leafIndex !== this.#leafIndex) {
      const list = this.#pageOfLeaf(leafIndex);
      this.#leaf = this.#views.view(list);
      this.#leafWords = this.#views.words(list);
      this.#leafIndex = leafIndex;
    }
    return this.#checkedPage(readPageNumber(this.#leaf, this.#leafWords, slot, entryBytes), index);
  }

  #pageOfLeaf(leafIndex: number): number {
    const { depth, entryBytes, base } = this.#backing as GuestBacking;
    if (depth === 1) {
      return base;
    }
    const page = readPageNumber(this.#views.view(base), this.#views.words(base), leafIndex, entryBytes);
    return this.#checkedPage(page, leafIndex);
  }

  /**
   * How many of the backing's pages from `first` on, `most` at most, follow one another in guest memory; to the end of
   * the list that has `first`, if that is before. An upload of whole rows has hundreds.
   * @param page the guest page of `first`
   */
  #adjacent(first: number, page: number, most: number): number {
    const backing = this.#backing as GuestBytes;
    const limit = Math.min(most, Math.floor(this.#memory.bytes / PAGE_SIZE) - page);
    if (backing instanceof GuestRegion) {
      let count = 1;
      while (count < limit && backing.pages[first + count] === page + count) {
        count++;
      }
      return count;
    }
    const { depth, entryBytes } = backing;
    if (depth === 0) {
      return limit;
    }
    const words = this.#leafWords;
    if (words === undefined || page + limit > TWO_32) {
      return 1;
    }
    const step = entryBytes / 4;
    const at = (first * step) & (WORDS_PER_PAGE - 1);
    const end = Math.min(at + limit * step, WORDS_PER_PAGE);
    let count = 1;
    for (let word = at + step; word < end && words[word] === page + count; word += step) {
      if (entryBytes === 8 && words[word + 1] !== 0) {
        break;
      }
      count++;
    }
    return count;
  }

  #checkedPage(page: number, index: number): number {
    if (page < 0 || (page + 1) * PAGE_SIZE > this.#memory.bytes) {
      throw new SvgaDeviceError('EFAULT', 'page list leads outside guest memory', { index, page });
    }
    return page;
  }
}

/** @param words the list as words, where the host's memory is aligned: a third of the time of their bytes */
function readPageNumber(
  list: Uint8Array,
  words: Uint32Array | undefined,
  slot: number,
  entryBytes: number,
): number {
  if (words !== undefined) {
    return entryBytes === 8 ? words[2 * slot] + words[2 * slot + 1] * TWO_32 : words[slot];
  }
  const at = slot * entryBytes;
  return readU32(list, at) + (entryBytes === 8 ? readU32(list, at + 4) * TWO_32 : 0);
}
