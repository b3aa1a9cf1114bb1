import type { DirtyPages } from './dirty-pages.js';
import { checkPageCount, checkPageRange } from './page-range.js';
import type { TrackedMemory } from './tracked-memory.js';

const WORD_BYTES = 4;

/** Reads the pages of a `ShadowCompareMemory`: a live view of one page's bytes, as 32-bit words. */
export type PageReader = (page: number) => Uint32Array;

/**
 * Finds written pages by comparing all of the memory with a copy of it. Needs no MMU, costs a second memory and a
 * full read for each clean, and does not see a write that stores the old value.
 */
export class ShadowCompareMemory implements TrackedMemory {
  readonly traps = false;
  entriesScanned = 0;
  readonly #read: PageReader;
  readonly #shadow: Uint32Array;
  readonly #wordsPerPage: number;

  /**
   * The memory's current content counts as clean.
   * @throws TrackedMemoryError EINVAL for an impossible number of pages
   */
  constructor(
    readonly pageCount: number,
    read: PageReader,
    pageBytes = 4096,
  ) {
    checkPageCount(pageCount);
    this.#read = read;
    this.#wordsPerPage = pageBytes / WORD_BYTES;
    this.#shadow = new Uint32Array(pageCount * this.#wordsPerPage);
    for (let page = 0; page < pageCount; page++) {
      this.#shadow.set(read(page), page * this.#wordsPerPage);
    }
  }

  writeProtect(firstPage: number, pageCount: number): number {
    checkPageRange(this, firstPage, pageCount);
    return 0;
  }

  cleanAndRecord(firstPage: number, pageCount: number, into: DirtyPages): number {
    checkPageRange(this, firstPage, pageCount, into);
    let changed = 0;
    for (let page = firstPage; page < firstPage + pageCount; page++) {
      const now = this.#read(page);
      if (this.#differs(page, now)) {
        // Recorded first: a page that cannot be recorded must not count as clean.
        into.add(page);
        this.#shadow.set(now, page * this.#wordsPerPage);
        changed++;
      }
    }
    this.entriesScanned += pageCount;
    return changed;
  }

  beforeDeviceWrite(firstPage: number, pageCount: number, into: DirtyPages): void {
    this.cleanAndRecord(firstPage, pageCount, into);
  }

  afterDeviceWrite(firstPage: number, pageCount: number): void {
    checkPageRange(this, firstPage, pageCount);
    for (let page = firstPage; page < firstPage + pageCount; page++) {
      this.#shadow.set(this.#read(page), page * this.#wordsPerPage);
    }
  }

  #differs(page: number, now: Uint32Array): boolean {
    const base = page * this.#wordsPerPage;
    for (let word = 0; word < this.#wordsPerPage; word++) {
      if (now[word] !== this.#shadow[base + word]) {
        return true;
      }
    }
    return false;
  }
}
