import {
  endOfEntry,
  ENTRIES_PER_TABLE,
  ENTRY_SPAN,
  entryWord,
  frameOfEntry,
  isHugeLeaf,
  PAGE_PRESENT,
  PAGE_PSE,
  PAGE_SIZE,
  RUNNING_THREAD,
  TOP_LEVEL,
  type PageTables,
} from '@cg/pagetable';
import type { PreemptionPoint } from './preemption-points.js';
import { MOST_LOOKS, tooManyLooks } from './walk-tables.js';

/**
 * A walk without callbacks, from leaf table to leaf table: for passes that run before every submission, where
 * callbacks cost more than the entries of a small mapping. A huge leaf is a stop as well, and is not split. Everything
 * else above the leaf tables is passed over.
 *
 * ```ts
 * const at = new LeafTables(tables, start, end);
 * try {
 *   while (at.next()) { … }
 * } finally {
 *   at.release();
 * }
 * ```
 */
export class LeafTables {
  /** The level of the stop's entries: 1 in a leaf table, whose lock is held until the next stop; else a huge leaf's. */
  level = 0;
  /** Word of the stop's first entry. */
  entry = 0;
  /** Entries of the stop, present or not; 1 at a huge leaf. */
  count = 0;
  /** The first address of the stop, within the range. */
  address = 0;
  /** Word of the entry that points at the stop's leaf table. */
  upper = 0;
  #tables: PageTables;
  #end: number;
  #holder: string;
  #next: number;
  /** The frame of the locked table; 0 without one. */
  #locked = 0;

  /**
   * A walk of `[start, end)`, which consists of pages. The caller holds a lock that keeps the tables (rule 3.5).
   * @param holder takes the locks of the tables; the running thread if left out
   */
  constructor(tables: PageTables, start: number, end: number, holder: string = RUNNING_THREAD) {
    this.#tables = tables;
    this.#next = start;
    this.#end = end;
    this.#holder = holder;
  }

  /** Begins another walk, as the constructor does, in place of one that has ended or was released. */
  restart(tables: PageTables, start: number, end: number, holder: string = RUNNING_THREAD): void {
    this.#tables = tables;
    this.#next = start;
    this.#end = end;
    this.#holder = holder;
  }

  /**
   * Moves to the next stop.
   * @returns false at the end of the range
   * @throws PageWalkError ELOOP if an entry changes whenever it is looked at
   */
  next(): boolean {
    this.release();
    for (let looks = 0; this.#next < this.#end;) {
      const entry = this.#descend(this.#next);
      const { level } = this;
      const low = this.#tables.memory.u32[entry];
      if (level === 2 && (low & (PAGE_PRESENT | PAGE_PSE)) === PAGE_PRESENT) {
        if (this.#enter(entry)) {
          return true;
        }
        looks++;
        if (looks === MOST_LOOKS) {
          throw tooManyLooks(level, this.#next, this.#end);
        }
      } else {
        this.entry = entry;
        this.count = 1;
        this.address = this.#next;
        this.#next = endOfEntry(this.#next, level);
        if (isHugeLeaf(low)) {
          return true;
        }
      }
    }
    return false;
  }

  /**
   * Extends a stop at a whole leaf table by those that the next upper entries point at, if they are whole and in the
   * range too. No step runs before the next stop where none waits for a point: then a lock that is free keeps nothing
   * out, and is not taken. A stop for each table costs more than the entries of a clean one.
   * @param most tables of the stop, with the first
   * @returns the tables of the stop: of `count` entries each, in the upper entries from `upper` on
   */
  extend(most: number): number {
    const { memory } = this.#tables;
    if (this.count < ENTRIES_PER_TABLE || memory.preemption.isUsed) {
      return 1;
    }
    const { u32 } = memory;
    const inRange = Math.floor((this.#end - this.address) / ENTRY_SPAN[2]);
    const inUpper = ENTRIES_PER_TABLE - ((this.upper >>> 1) & (ENTRIES_PER_TABLE - 1));
    const end = Math.min(most, inRange, inUpper);
    let tables = 1;
    for (let pmd = this.upper + 2; tables < end; tables++, pmd += 2) {
      const low = u32[pmd];
      const isTable = (low & (PAGE_PRESENT | PAGE_PSE)) === PAGE_PRESENT;
      if (!isTable || !this.#tables.isFreeTable(frameOfEntry(low, u32[pmd + 1]))) {
        break;
      }
    }
    this.#next = this.address + tables * ENTRY_SPAN[2];
    return tables;
  }

  /** Releases the lock of the table. */
  release(): void {
    if (this.#locked !== 0) {
      this.#tables.unlockTable(this.#locked, this.#holder);
      this.#locked = 0;
    }
  }

  /** The entry for an address above the leaf tables: of level 2, or above where there is no table; sets `level`. */
  #descend(address: number): number {
    const { memory, rootFrame } = this.#tables;
    const { u32 } = memory;
    let level = TOP_LEVEL;
    let entry = entryWord(rootFrame, address, level);
    while (level > 2 && (u32[entry] & (PAGE_PRESENT | PAGE_PSE)) === PAGE_PRESENT) {
      level--;
      entry = entryWord(frameOfEntry(u32[entry], u32[entry + 1]), address, level);
    }
    this.level = level;
    return entry;
  }

  /** Locks the table that a PMD entry points at. @returns false if the entry had changed by then (rule 2.7, A6) */
  #enter(pmd: number): boolean {
    const tables = this.#tables;
    const { u32, preemption } = tables.memory;
    const tableFrame = frameOfEntry(u32[pmd], u32[pmd + 1]);
    preemption.reach('walk: between upper entry and table lock' satisfies PreemptionPoint);
    tables.lockTable(tableFrame, this.#holder);
    const isTable = (u32[pmd] & (PAGE_PRESENT | PAGE_PSE)) === PAGE_PRESENT;
    if (!isTable || frameOfEntry(u32[pmd], u32[pmd + 1]) !== tableFrame) {
      tables.unlockTable(tableFrame, this.#holder);
      return false;
    }
    this.#locked = tableFrame;
    this.upper = pmd;
    const address = this.#next;
    const next = Math.min(endOfEntry(address, 2), this.#end);
    this.level = 1;
    this.entry = entryWord(tableFrame, address, 1);
    this.count = (next - address) / PAGE_SIZE;
    this.address = address;
    this.#next = next;
    return true;
  }
}
