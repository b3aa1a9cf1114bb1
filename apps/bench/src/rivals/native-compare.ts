import { checkPageRange, type DirtyPages, type TrackedMemory } from '@cg/tracked-memory';

/**
 * `ShadowCompareMemory` for Node: pages are compared by the C library's memcmp, through Buffer.compare, instead of word
 * by word.
 */
export class NativeCompareMemory implements TrackedMemory {
  readonly traps = false;
  entriesScanned = 0;
  readonly #pages: readonly Uint8Array[];
  readonly #shadows: readonly Uint8Array[];

  /** `pages` are live views of the memory's pages; their current content counts as clean. */
  constructor(pages: readonly Uint8Array[]) {
    this.#pages = pages;
    this.#shadows = pages.map((page) => page.slice());
  }

  get pageCount(): number {
    return this.#pages.length;
  }

  writeProtect(firstPage: number, pageCount: number): number {
    checkPageRange(this, firstPage, pageCount);
    return 0;
  }

  cleanAndRecord(firstPage: number, pageCount: number, into: DirtyPages): number {
    checkPageRange(this, firstPage, pageCount, into);
    let changed = 0;
    for (let page = firstPage; page < firstPage + pageCount; page++) {
      const now = this.#pages[page];
      if (Buffer.compare(now, this.#shadows[page]) !== 0) {
        this.#shadows[page].set(now);
        into.add(page);
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
      this.#shadows[page].set(this.#pages[page]);
    }
  }
}
