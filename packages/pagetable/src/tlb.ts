import { PAGE_SIZE } from './address.js';
import { PageTableError } from './errors.js';

/** State of a translation: the page may be written. */
export const TLB_WRITABLE = 1;
/** State of a translation: the entry's dirty bit was set when it was cached. */
export const TLB_DIRTY = 2;
/** State of a translation: it stays when the CPU switches address spaces (PAGE_GLOBAL). */
export const TLB_GLOBAL = 4;

/** A tag that no address equals. */
const EMPTY = -1;

const STORABLE = TLB_WRITABLE | TLB_DIRTY;

/** The TLB's state of one page; for people, tests and tools. */
export interface TlbEntry {
  readonly frame: number;
  readonly writable: boolean;
  readonly dirty: boolean;
}

/**
 * A direct-mapped cache of translations with their write permission and dirty state (rule 2.2). It is never updated
 * implicitly: later changes of page tables reach it only through a flush. Of a huge page it caches the 4 KiB pieces
 * that were used.
 *
 * A slot's tag is the whole address of its page: no negative, non-canonical or non-numeric address equals it. Stores
 * have their own tags, set if a store needs no walk, so that a hit is one comparison.
 */
export class Tlb {
  readonly slots: number;
  /** By slot: the page's address if it may be loaded. */
  readonly loadTags: Float64Array;
  /** By slot: the page's address if it may be stored to and its entry is dirty. */
  readonly storeTags: Float64Array;
  readonly frames: Uint32Array;
  /** By slot: its TLB_* bits, as inserted. A page that was cleaned since has no store tag. */
  readonly #states: Uint8Array;
  /**
   * The last walked leaf table, as in a paging-structure cache (Intel SDM volume 3A, 4.10.3): the start of the range
   * it maps, or EMPTY; the word index of its first entry; the permission bits of the entries above. Every flush drops
   * it.
   */
  tableRegion = EMPTY;
  table = 0;
  tableBits = 0;
  /** Slots in use: a flush of an empty TLB, such as a second one in a row, is free. */
  #used = 0;
  #globals = 0;

  /** @throws PageTableError EINVAL if `slots` is no power of two from 256 to 65,536 */
  constructor(slots = 1024) {
    if (!Number.isInteger(Math.log2(slots)) || slots < 256 || slots > 65536) {
      throw new PageTableError('EINVAL', `a TLB has a power of two from 256 to 65536 slots, not ${slots}`);
    }
    this.slots = slots;
    this.loadTags = new Float64Array(slots).fill(EMPTY);
    this.storeTags = new Float64Array(slots).fill(EMPTY);
    this.frames = new Uint32Array(slots);
    this.#states = new Uint8Array(slots);
  }

  /** Number of global translations. */
  get globals(): number {
    return this.#globals;
  }

  slotOf(address: number): number {
    return (address >>> 12) & (this.slots - 1);
  }

  /** @param state TLB_* bits */
  insert(address: number, frame: number, state: number): void {
    const slot = this.slotOf(address);
    const page = address - (address & (PAGE_SIZE - 1));
    if (this.loadTags[slot] !== EMPTY) {
      this.#drop(slot);
    }
    this.#used++;
    this.#globals += (state & TLB_GLOBAL) === 0 ? 0 : 1;
    this.loadTags[slot] = page;
    this.storeTags[slot] = (state & STORABLE) === STORABLE ? page : EMPTY;
    this.frames[slot] = frame;
    this.#states[slot] = state;
  }

  /** As `insert`, for a page that is writable, dirty and not global. */
  insertStorable(slot: number, page: number, frame: number): void {
    if (this.loadTags[slot] === page && this.#states[slot] === STORABLE) {
      // Cleaned since: the first store after a scan.
      this.storeTags[slot] = page;
      this.frames[slot] = frame;
      return;
    }
    this.insert(page, frame, STORABLE);
  }

  lookup(address: number): TlbEntry | undefined {
    const slot = this.slotOf(address);
    if (this.loadTags[slot] !== address - (address & (PAGE_SIZE - 1))) {
      return undefined;
    }
    const state = this.#states[slot];
    const isStorable = (state & STORABLE) === STORABLE;
    return {
      frame: this.frames[slot],
      writable: (state & TLB_WRITABLE) !== 0,
      dirty: isStorable ? this.storeTags[slot] !== EMPTY : (state & TLB_DIRTY) !== 0,
    };
  }

  /** Drops every translation of the pages in `[start, end)`, global ones too. */
  flushRange(start: number, end: number): void {
    this.forgetTable();
    if (this.#used === 0) {
      return;
    }
    if ((end - start) / PAGE_SIZE >= this.slots) {
      this.#flushSlotsWithin(start, end);
      return;
    }
    const { loadTags, storeTags } = this;
    const states = this.#states;
    const first = start - (start % PAGE_SIZE);
    const lastSlot = this.slots - 1;
    let slot = this.slotOf(first);
    let dropped = 0;
    let globals = 0;
    for (let page = first; page < end; page += PAGE_SIZE, slot = (slot + 1) & lastSlot) {
      if (loadTags[slot] === page) {
        loadTags[slot] = EMPTY;
        storeTags[slot] = EMPTY;
        dropped++;
        globals += states[slot] & TLB_GLOBAL;
      }
    }
    this.#used -= dropped;
    this.#globals -= globals / TLB_GLOBAL;
  }

  /**
   * Makes the translations of pages clean: a store to one walks again, and sets the dirty bit of its entry. They stay
   * for loads, and so does the cached leaf table, since no upper entry has changed: dropping both would cost each
   * first store after a scan a walk from the top.
   * @param base the address of the page of bit 0
   * @param bits the pages, among bits `[from, to)`
   */
  cleanPages(base: number, bits: Uint32Array, from: number, to: number): void {
    if (this.#used === 0) {
      return;
    }
    if (to - from >= this.slots) {
      this.#cleanSlots(base, bits, from, to);
      return;
    }
    const { storeTags } = this;
    const lastSlot = this.slots - 1;
    const slot0 = Math.floor(base / PAGE_SIZE) & lastSlot;
    for (let index = from >>> 5; index * 32 < to; index++) {
      let left = bits[index] | 0;
      for (; left !== 0; left &= left - 1) {
        const bit = index * 32 + 31 - Math.clz32(left & -left);
        const slot = (slot0 + bit) & lastSlot;
        if (bit >= from && bit < to && storeTags[slot] === base + bit * PAGE_SIZE) {
          storeTags[slot] = EMPTY;
        }
      }
    }
  }

  /** As `cleanPages`, for more pages than there are slots: looks at the slots, not at the pages. */
  #cleanSlots(base: number, bits: Uint32Array, from: number, to: number): void {
    const { storeTags } = this;
    // Not below 0: EMPTY is.
    const first = Math.max(base + from * PAGE_SIZE, 0);
    const end = base + to * PAGE_SIZE;
    for (let slot = 0; slot < storeTags.length; slot++) {
      const page = storeTags[slot];
      if (page >= first && page < end) {
        const bit = (page - base) / PAGE_SIZE;
        if (((bits[bit >>> 5] >>> (bit & 31)) & 1) !== 0) {
          storeTags[slot] = EMPTY;
        }
      }
    }
  }

  /** Drops the cached leaf table, which is about to be freed. */
  forgetTable(): void {
    this.tableRegion = EMPTY;
  }

  /** Drops the cached leaf table if it is that of a region. */
  forgetTableOf(region: number): void {
    if (this.tableRegion === region) {
      this.forgetTable();
    }
  }

  /** Drops everything. */
  flush(): void {
    this.forgetTable();
    this.loadTags.fill(EMPTY);
    this.storeTags.fill(EMPTY);
    this.#used = 0;
    this.#globals = 0;
  }

  /** Drops everything but global translations, as a load of CR3 does. */
  flushForSwitch(): void {
    if (this.#globals === 0) {
      if (this.#used > 0) {
        this.flush();
      }
      this.forgetTable();
      return;
    }
    this.forgetTable();
    for (let slot = 0; slot < this.slots; slot++) {
      if ((this.#states[slot] & TLB_GLOBAL) === 0 && this.loadTags[slot] !== EMPTY) {
        this.#drop(slot);
      }
    }
  }

  #flushSlotsWithin(start: number, end: number): void {
    const { loadTags, storeTags } = this;
    const states = this.#states;
    const first = start - (start % PAGE_SIZE);
    let dropped = 0;
    let globals = 0;
    for (let slot = 0; slot < loadTags.length; slot++) {
      const page = loadTags[slot];
      if (page >= first && page < end) {
        loadTags[slot] = EMPTY;
        storeTags[slot] = EMPTY;
        dropped++;
        globals += states[slot] & TLB_GLOBAL;
      }
    }
    this.#used -= dropped;
    this.#globals -= globals / TLB_GLOBAL;
  }

  /** Drops a slot in use. */
  #drop(slot: number): void {
    this.loadTags[slot] = EMPTY;
    this.storeTags[slot] = EMPTY;
    this.#used--;
    this.#globals -= (this.#states[slot] & TLB_GLOBAL) === 0 ? 0 : 1;
  }
}
