import { PAGE_SIZE } from './address.js';
import { PageTableError } from './errors.js';

/** TLB word: the page may be written. */
export const TLB_WRITABLE = 1;
/** TLB word: the entry's dirty bit was set when it was cached. */
export const TLB_DIRTY = 2;
/** Bits of a TLB word below the tag. */
export const TLB_TAG_SHIFT = 2;

const EMPTY = 0xffffffff;

/** What a TLB knows of one page; for people, tests and tools. */
export interface TlbEntry {
  readonly frame: number;
  readonly writable: boolean;
  readonly dirty: boolean;
}

/**
 * A direct-mapped cache of translations with their write permission and dirty state (rule 2.2). It is
 * never corrected behind software's back: what page tables say later reaches it only through a flush.
 *
 * Slot = low bits of the page number; the word in it holds the rest of the page number (the tag) above
 * the two state bits. At least 256 slots keep the tag of a 48-bit address within 28 bits, so that word
 * and tag compare as 32-bit integers.
 */
export class Tlb {
  readonly slots: number;
  readonly words: Uint32Array;
  readonly frames: Uint32Array;
  readonly #slotBits: number;

  /** @throws PageTableError EINVAL where `slots` is no power of two from 256 to 65,536 */
  constructor(slots = 1024) {
    this.#slotBits = Math.log2(slots);
    if (!Number.isInteger(this.#slotBits) || slots < 256 || slots > 65536) {
      throw new PageTableError('EINVAL', `a TLB has a power of two from 256 to 65536 slots, not ${slots}`);
    }
    this.slots = slots;
    this.words = new Uint32Array(slots).fill(EMPTY);
    this.frames = new Uint32Array(slots);
  }

  slotOf(address: number): number {
    return ((address >>> 0) >>> 12) & (this.slots - 1);
  }

  /** The tag of `address`: its page number without the bits that choose the slot. */
  tagOf(address: number): number {
    const low = address >>> 0;
    const high = (address - low) / 0x100000000;
    return (high << (20 - this.#slotBits)) | (low >>> (12 + this.#slotBits));
  }

  insert(address: number, frame: number, state: number): void {
    const slot = this.slotOf(address);
    this.words[slot] = (this.tagOf(address) << TLB_TAG_SHIFT) | state;
    this.frames[slot] = frame;
  }

  lookup(address: number): TlbEntry | undefined {
    const slot = this.slotOf(address);
    const word = this.words[slot];
    if (word >>> TLB_TAG_SHIFT !== this.tagOf(address)) {
      return undefined;
    }
    return {
      frame: this.frames[slot],
      writable: (word & TLB_WRITABLE) !== 0,
      dirty: (word & TLB_DIRTY) !== 0,
    };
  }

  /** Drops every translation of `[start, end)`. */
  flushRange(start: number, end: number): void {
    if ((end - start) / PAGE_SIZE >= this.slots) {
      this.flush();
      return;
    }
    for (let address = start; address < end; address += PAGE_SIZE) {
      const slot = this.slotOf(address);
      if (this.words[slot] >>> TLB_TAG_SHIFT === this.tagOf(address)) {
        this.words[slot] = EMPTY;
      }
    }
  }

  /** Drops everything. */
  flush(): void {
    this.words.fill(EMPTY);
  }
}
