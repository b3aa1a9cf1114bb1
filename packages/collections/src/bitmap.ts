import { CollectionsError } from './errors.js';

/** The mask of the bits below `bit` in a 32-bit word; `bit` counts from 0 to 31. */
function below(bit: number): number {
  return (1 << bit) - 1;
}

/**
 * A fixed number of bits. Searching and filling handle 32 bits at a time, and nothing allocates
 * after construction.
 *
 * All ranges are half-open, `[start, end)`; an empty one is legal everywhere.
 */
export class Bitmap {
  /** Number of bits. */
  readonly length: number;
  /**
   * The bits, 32 to a word, lowest first. Public for callers that build whole words themselves;
   * bits at and beyond `length` must stay zero.
   */
  readonly words: Uint32Array;

  /** @throws CollectionsError if `length` is no whole number from 0 to 2^32 - 1. */
  constructor(length: number) {
    if (!Number.isInteger(length) || length < 0 || length > 0xffffffff) {
      throw new CollectionsError('a bitmap cannot have this many bits', 0, length);
    }
    this.length = length;
    this.words = new Uint32Array(Math.ceil(length / 32));
  }

  has(bit: number): boolean {
    return bit >= 0 && bit < this.length && ((this.words[bit >>> 5] >>> (bit & 31)) & 1) === 1;
  }

  /** @throws CollectionsError if the bit is outside the map. */
  set(bit: number): void {
    this.#check(bit, bit + 1);
    this.words[bit >>> 5] |= 1 << (bit & 31);
  }

  /** @throws CollectionsError if the bit is outside the map. */
  clear(bit: number): void {
    this.#check(bit, bit + 1);
    this.words[bit >>> 5] &= ~(1 << (bit & 31));
  }

  /** @throws CollectionsError if the range leaves the map or ends before it starts (B2). */
  setRange(start: number, end: number): void {
    this.#check(start, end);
    if (start === end) {
      return;
    }
    const first = start >>> 5;
    const last = (end - 1) >>> 5;
    const head = ~below(start & 31);
    const tail = (end & 31) === 0 ? -1 : below(end & 31);
    if (first === last) {
      this.words[first] |= head & tail;
      return;
    }
    this.words[first] |= head;
    this.words.fill(0xffffffff, first + 1, last);
    this.words[last] |= tail;
  }

  /** @throws CollectionsError if the range leaves the map or ends before it starts (B2). */
  clearRange(start: number, end: number): void {
    this.#check(start, end);
    if (start === end) {
      return;
    }
    const first = start >>> 5;
    const last = (end - 1) >>> 5;
    const head = ~below(start & 31);
    const tail = (end & 31) === 0 ? -1 : below(end & 31);
    if (first === last) {
      this.words[first] &= ~(head & tail);
      return;
    }
    this.words[first] &= ~head;
    this.words.fill(0, first + 1, last);
    this.words[last] &= ~tail;
  }

  /** The first set bit at or after `from` and below `limit`; `limit` if there is none. */
  findNextSet(from: number, limit: number = this.length): number {
    return this.#findNext(from, limit, 0);
  }

  /** The first clear bit at or after `from` and below `limit`; `limit` if there is none. */
  findNextClear(from: number, limit: number = this.length): number {
    return this.#findNext(from, limit, -1);
  }

  /** The last set bit below `limit` and at or after `floor`; -1 if there is none. */
  findLastSet(limit: number = this.length, floor = 0): number {
    this.#check(floor, limit);
    for (let index = (limit - 1) >>> 5; limit > floor; index--) {
      const inWord = limit & 31;
      const word = this.words[index] & (inWord === 0 ? -1 : below(inWord));
      if (word !== 0) {
        const bit = index * 32 + 31 - Math.clz32(word);
        return bit >= floor ? bit : -1;
      }
      limit = index * 32;
    }
    return -1;
  }

  /** How many bits of the range are set. */
  count(start = 0, end: number = this.length): number {
    let total = 0;
    for (let bit = this.findNextSet(start, end); bit < end; bit = this.findNextSet(bit, end)) {
      const after = this.findNextClear(bit, end);
      total += after - bit;
      bit = after;
    }
    return total;
  }

  /** The maximal runs of set bits, ascending, as `[start, end]` pairs. For people and tests: it allocates. */
  *ranges(start = 0, end: number = this.length): Generator<[start: number, end: number]> {
    for (let bit = this.findNextSet(start, end); bit < end;) {
      const after = this.findNextClear(bit, end);
      yield [bit, after];
      bit = this.findNextSet(after, end);
    }
  }

  #findNext(from: number, limit: number, invert: number): number {
    this.#check(from, limit);
    if (from === limit) {
      return limit;
    }
    let index = from >>> 5;
    let word = (this.words[index] ^ invert) & ~below(from & 31);
    const lastIndex = (limit - 1) >>> 5;
    while (word === 0) {
      if (++index > lastIndex) {
        return limit;
      }
      word = this.words[index] ^ invert;
    }
    const bit = index * 32 + 31 - Math.clz32(word & -word);
    return bit < limit ? bit : limit;
  }

  #check(start: number, end: number): void {
    if (
      !(start >= 0 && start <= end && end <= this.length) ||
      !Number.isInteger(start) ||
      !Number.isInteger(end)
    ) {
      throw new CollectionsError(`outside a bitmap of ${this.length} bits`, start, end);
    }
  }
}
