import { formatAddress, PAGE_SIZE } from './address.js';
import { PageTableError } from './errors.js';
import { MAX_FAULTS_PER_ACCESS, Mmu } from './mmu.js';
import { WORDS_PER_FRAME, type PhysicalMemory } from './physical-memory.js';

const OFFSET = PAGE_SIZE - 1;

/** Shorter copies go byte by byte, which is cheaper than making two views. */
const SHORT_COPY = 96;

/**
 * A CPU in user mode: loads and stores at virtual addresses, through its own TLB and the page tables of the address
 * space that it runs. Words are little-endian, may be unaligned and may cross a page; a store or compare-exchange
 * that throws has stored nothing. If both pages of an access fault, the lower one does first; `facts.address` is
 * the first byte of the access in the faulting page.
 *
 * Every access throws PageTableError: EFAULT outside every VMA or outside user space, EACCES against a VMA's
 * permissions, ENOMEM, or a handler's error. A bulk store that throws has stored the pages before the faulting one.
 */
export class Cpu extends Mmu {
  readonly #u8: Uint8Array;
  readonly #u16: Uint16Array;
  readonly #u32: Uint32Array;
  // The TLB's own arrays: the word accesses inline the hit test, without a call.
  readonly #loadTags: Float64Array;
  readonly #storeTags: Float64Array;
  readonly #frames: Uint32Array;
  readonly #slotMask: number;

  constructor(memory: PhysicalMemory, tlbSlots?: number) {
    super(memory, tlbSlots);
    this.#u8 = memory.u8;
    this.#u16 = new Uint16Array(memory.u8.buffer, 0, memory.u8.length / 2);
    this.#u32 = memory.u32;
    this.#loadTags = this.tlb.loadTags;
    this.#storeTags = this.tlb.storeTags;
    this.#frames = this.tlb.frames;
    this.#slotMask = this.tlb.slots - 1;
  }

  load8(address: number): number {
    return this.#u8[this.loadFrame(address) * PAGE_SIZE + (address & OFFSET)];
  }

  store8(address: number, value: number): void {
    this.#u8[this.storeFrame(address) * PAGE_SIZE + (address & OFFSET)] = value;
  }

  load16(address: number): number {
    if ((address & 1) === 0) {
      return this.#u16[this.loadFrame(address) * 2 * WORDS_PER_FRAME + ((address & OFFSET) >>> 1)];
    }
    this.#reach(address, 2, false);
    return this.load8(address) | (this.load8(address + 1) << 8);
  }

  store16(address: number, value: number): void {
    if ((address & 1) === 0) {
      this.#u16[this.storeFrame(address) * 2 * WORDS_PER_FRAME + ((address & OFFSET) >>> 1)] = value;
      return;
    }
    this.#reach(address, 2, true);
    this.#storeByBytes(address, 2, value);
  }

  load32(address: number): number {
    const offset = address & OFFSET;
    const slot = (address >>> 12) & this.#slotMask;
    if ((offset & 3) === 0) {
      const hit = this.#loadTags[slot] === address - offset;
      const frame = hit ? this.#frames[slot] : this.loadFrame(address);
      return this.#u32[frame * WORDS_PER_FRAME + (offset >>> 2)];
    }
    this.#reach(address, 4, false);
    const bytes = this.load8(address) | (this.load8(address + 1) << 8) | (this.load8(address + 2) << 16);
    return (bytes | (this.load8(address + 3) << 24)) >>> 0;
  }

  store32(address: number, value: number): void {
    const offset = address & OFFSET;
    const slot = (address >>> 12) & this.#slotMask;
    if ((offset & 3) === 0) {
      const hit = this.#storeTags[slot] === address - offset;
      const frame = hit ? this.#frames[slot] : this.storeFrame(address);
      this.#u32[frame * WORDS_PER_FRAME + (offset >>> 2)] = value;
      return;
    }
    this.#reach(address, 4, true);
    this.#storeByBytes(address, 4, value);
  }

  /** Loads eight bytes as two words: the low one to `words[at]`, the high one after it. */
  load64(address: number, words: Uint32Array, at = 0): void {
    this.#reach(address, 8, false);
    words[at] = this.load32(address);
    words[at + 1] = this.load32(address + 4);
  }

  /** Stores eight bytes, given as two words. */
  store64(address: number, low: number, high: number): void {
    this.#reach(address, 8, true);
    this.store32(address, low);
    this.store32(address + 4, high);
  }

  /**
   * Stores `replacement` if the word is `expected`, atomically; it counts as a store for tables and faults, even
   * without a match.
   * @returns the former word
   */
  compareExchange32(address: number, expected: number, replacement: number): number {
    this.#reach(address, 4, true);
    const found = this.load32(address);
    if (found === expected >>> 0) {
      this.store32(address, replacement);
    }
    return found;
  }

  /** As `compareExchange32`, for eight bytes; returns whether it stored. */
  compareExchange64(
    address: number,
    expectedLow: number,
    expectedHigh: number,
    low: number,
    high: number,
  ): boolean {
    this.#reach(address, 8, true);
    const isExpected =
      this.load32(address) === expectedLow >>> 0 && this.load32(address + 4) === expectedHigh >>> 0;
    if (isExpected) {
      this.store64(address, low, high);
    }
    return isExpected;
  }

  /** Copies `source` to memory at `address`. */
  storeBytes(address: number, source: Uint8Array): void {
    const { length } = source;
    for (let done = 0; done < length;) {
      const at = address + done;
      const frame = this.storeFrame(at);
      const chunk = this.#adjacent(at, frame, length - done, this.#storeTags);
      copy(source, done, this.#u8, frame * PAGE_SIZE + (at & OFFSET), chunk);
      done += chunk;
    }
  }

  /** Copies memory at `address` to `target`, all of it. */
  loadBytes(address: number, target: Uint8Array): void {
    const { length } = target;
    for (let done = 0; done < length;) {
      const at = address + done;
      const frame = this.loadFrame(at);
      const chunk = this.#adjacent(at, frame, length - done, this.#loadTags);
      copy(this.#u8, frame * PAGE_SIZE + (at & OFFSET), target, done, chunk);
      done += chunk;
    }
  }

  /**
   * How many of `length` bytes from `address` on are in adjacent frames and need no walk that can fault: they are
   * copied at once. A fault's handler may change the pages before it, so these must be copied by then.
   */
  #adjacent(address: number, frame: number, length: number, tags: Float64Array): number {
    let chunk = Math.min(PAGE_SIZE - (address & OFFSET), length);
    for (let next = frame + 1; chunk < length; next++) {
      const page = address + chunk;
      const slot = (page >>> 12) & this.#slotMask;
      const isCached =
        tags[slot] === page || (tags === this.#storeTags && this.storableFrame(slot, page) >= 0);
      if (!isCached || this.#frames[slot] !== next) {
        break;
      }
      chunk += Math.min(PAGE_SIZE, length - chunk);
    }
    return chunk;
  }

  #storeByBytes(address: number, size: number, value: number): void {
    for (let i = 0; i < size; i++) {
      this.store8(address + i, value >>> (8 * i));
    }
  }

  /**
   * Caches the page, or both pages, of an access before its first byte moves: the lower page faults first, the upper
   * one at its own first byte. The upper page's fault may unmap the lower one; then both are tried once more.
   */
  #reach(address: number, size: number, store: boolean): void {
    this.#cache(address, store);
    const offset = address & OFFSET;
    if (offset + size <= PAGE_SIZE) {
      return;
    }
    const lower = address - offset;
    const tags = store ? this.#storeTags : this.#loadTags;
    for (let tries = 0; tries < MAX_FAULTS_PER_ACCESS; tries++) {
      this.#cache(lower + PAGE_SIZE, store);
      if (tags[(lower >>> 12) & this.#slotMask] === lower) {
        return;
      }
      this.#cache(address, store);
    }
    const access = store ? 'store' : 'load';
    const message = `${access} at ${formatAddress(address)}: its two pages drive each other out`;
    throw new PageTableError('ELOOP', message, { address, access, length: size });
  }

  #cache(address: number, store: boolean): void {
    if (store) {
      this.storeFrame(address);
    } else {
      this.loadFrame(address);
    }
  }
}

function copy(source: Uint8Array, from: number, target: Uint8Array, to: number, length: number): void {
  if (length < SHORT_COPY) {
    for (let i = 0; i < length; i++) {
      target[to + i] = source[from + i];
    }
  } else {
    // A view costs half as much as the copy of a kilobyte, and most sources are copied whole.
    const isWhole = length === source.length;
    target.set(isWhole ? source : source.subarray(from, from + length), to);
  }
}
