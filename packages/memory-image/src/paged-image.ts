import type { CpuRegisters, ImageFormat, MemoryImage } from './memory-image.js';
import type { PageBitmap } from './page-bitmap.js';
import { PieceCache } from './piece-cache.js';

/** Bytes of cached pages. */
const KEPT_BYTES = 2 ** 22;

/** The stored pages of a dump. */
export interface PageStore {
  readonly pageSize: number;
  /** Which pages the dump has. */
  readonly pages: PageBitmap;
  /** Fills `into` with one of the dump's pages; `index` counts these, in order. */
  load(page: number, index: number, into: Uint8Array): void;
  /** File offset of a page's bytes; left out if they are not stored as they were in memory. */
  offsetOf?(index: number): number;
}

/** An image of single pages, with a bitmap of those in it. */
export class PagedImage implements MemoryImage {
  readonly format: ImageFormat;
  readonly cpus: readonly CpuRegisters[];
  readonly end: number;
  readonly #store: PageStore;
  readonly #pages: PageBitmap;
  readonly #pageSize: number;
  readonly #cache: PieceCache;

  constructor(format: ImageFormat, store: PageStore, cpus: readonly CpuRegisters[]) {
    this.format = format;
    this.cpus = cpus;
    this.#store = store;
    this.#pages = store.pages;
    this.#pageSize = store.pageSize;
    this.end = this.#pages.end * this.#pageSize;
    this.#cache = new PieceCache(KEPT_BYTES / this.#pageSize, this.#pageSize, (page, into) =>
      store.load(page, this.#pages.rank(page), into),
    );
  }

  nextHeld(physical: number, limit = Infinity): number {
    const page = Math.floor(physical / this.#pageSize);
    if (this.#pages.has(page)) {
      return Math.min(physical, limit);
    }
    return Math.min(this.#pages.next(page, Math.ceil(limit / this.#pageSize)) * this.#pageSize, limit);
  }

  nextHole(physical: number, limit = Infinity): number {
    const page = Math.floor(physical / this.#pageSize);
    if (!this.#pages.has(page)) {
      return Math.min(physical, limit);
    }
    return Math.min(this.#pages.nextMissing(page, Math.ceil(limit / this.#pageSize)) * this.#pageSize, limit);
  }

  read(physical: number, into: Uint8Array): boolean {
    const end = physical + into.length;
    for (let at = physical; at < end;) {
      const page = Math.floor(at / this.#pageSize);
      if (!this.#pages.has(page)) {
        return false;
      }
      const offset = at - page * this.#pageSize;
      const count = Math.min(this.#pageSize - offset, end - at);
      into.set(this.#cache.get(page).subarray(offset, offset + count), at - physical);
      at += count;
    }
    return true;
  }

  fileOffset(physical: number): number | undefined {
    const page = Math.floor(physical / this.#pageSize);
    if (!this.#pages.has(page)) {
      return undefined;
    }
    const start = this.#store.offsetOf?.(this.#pages.rank(page));
    return start === undefined ? undefined : start + (physical - page * this.#pageSize);
  }
}
