import { Bitmap } from '@cg/collections';
import type { ByteSource } from './byte-source.js';

/** Pages between two stored counts. */
const PAGES_PER_COUNT = 4096;
const WORDS_PER_COUNT = PAGES_PER_COUNT / 32;
/** Bytes of the bitmap read at once. */
const PIECE_BYTES = 1 << 20;
/** 2^29 pages: 2 TiB of memory, whose bitmap has 64 MiB. */
export const MOST_PAGES = 2 ** 29;

/** The pages of a dump, a bit each, and the number of pages before one: its place in the dump. */
export class PageBitmap {
  readonly #bits: Bitmap;
  /** Set bits before each run of PAGES_PER_COUNT. */
  readonly #counts: Uint32Array;

  /** Reads the bits of pages 0 to `pages` - 1 from `offset` on, the lowest bit of a byte first. */
  constructor(source: ByteSource, offset: number, pages: number) {
    this.#bits = new Bitmap(pages);
    const bytes = new Uint8Array(this.#bits.words.buffer);
    const length = Math.ceil(pages / 8);
    for (let at = 0; at < length; at += PIECE_BYTES) {
      source.read(offset + at, bytes.subarray(at, Math.min(at + PIECE_BYTES, length)));
    }
    // Bits after the last page are undefined.
    if (pages % 8 !== 0) {
      bytes[length - 1] &= (1 << (pages % 8)) - 1;
    }
    this.#counts = new Uint32Array(Math.ceil(pages / PAGES_PER_COUNT) + 1);
    for (let run = 0; run + 1 < this.#counts.length; run++) {
      const words = Math.min(WORDS_PER_COUNT, this.#bits.words.length - run * WORDS_PER_COUNT);
      this.#counts[run + 1] = this.#counts[run] + this.#setBits(run * WORDS_PER_COUNT, words);
    }
  }

  /** Number of pages in the dump. */
  get total(): number {
    return this.#counts[this.#counts.length - 1];
  }

  has(page: number): boolean {
    return page < this.#bits.length && this.#bits.has(page);
  }

  /** Number of the dump's pages before `page`, which must be within the bitmap. */
  rank(page: number): number {
    const run = Math.floor(page / PAGES_PER_COUNT);
    const start = run * WORDS_PER_COUNT;
    const word = page >>> 5;
    const below = this.#bits.words[word] & ((1 << (page & 31)) - 1);
    return this.#counts[run] + this.#setBits(start, word - start) + onesOf(below);
  }

  /** The first of the dump's pages from `page` on; Infinity if none below `limit` is. */
  next(page: number, limit = Infinity): number {
    const end = Math.min(limit, this.#bits.length);
    const found = page < end ? this.#bits.findNextSet(page, end) : end;
    return found < end ? found : Infinity;
  }

  /** The first page from `page` on that is not in the dump, or `limit`. */
  nextMissing(page: number, limit = Infinity): number {
    const end = Math.min(limit, this.#bits.length);
    return page < end ? this.#bits.findNextClear(page, end) : page;
  }

  /** One past the last page of the dump; 0 if there is none. */
  get end(): number {
    return this.#bits.findLastSet() + 1;
  }

  /** Set bits in `count` words from `first` on. */
  #setBits(first: number, count: number): number {
    let total = 0;
    for (let i = first; i < first + count; i++) {
      total += onesOf(this.#bits.words[i]);
    }
    return total;
  }
}

/** The number of set bits of a word. */
function onesOf(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const nibbles = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
