import { PAGE_SIZE } from './address.js';
import {
  entryHigh,
  entryLow,
  frameOfEntry,
  PAGE_ACCESSED,
  PAGE_PRESENT,
  PAGE_RW,
  PAGE_USER,
} from './entry-bits.js';
import { WORDS_PER_FRAME, type PhysicalMemory } from './physical-memory.js';

/** Entries in a table of any level. */
export const ENTRIES_PER_TABLE = 512;

/** Bytes of address space that one entry covers, by level: 1 is the PTE, 4 the PGD. */
export const ENTRY_SPAN: readonly number[] = [0, PAGE_SIZE, 2 ** 21, 2 ** 30, 2 ** 39];

/** The level of the table that CR3 points at. */
export const TOP_LEVEL = 4;

/**
 * One tree of x86-64 page tables in simulated memory. An entry is named by the index of its low word in
 * `memory.u32`; its high word follows. Leaves are 4 KiB pages.
 */
export class PageTables {
  readonly memory: PhysicalMemory;
  /** Frame of the top table: what CR3 holds. */
  readonly rootFrame: number;

  /** @throws PageTableError ENOMEM where no frame is left for the top table */
  constructor(memory: PhysicalMemory) {
    this.memory = memory;
    this.rootFrame = memory.allocateFrame();
  }

  /** The PTE that maps `address`, or -1 where no leaf table covers it. Touches no accessed bit. */
  find(address: number): number {
    const { u32 } = this.memory;
    let tableFrame = this.rootFrame;
    for (let level = TOP_LEVEL; level > 1; level--) {
      const entry = entryWord(tableFrame, address, level);
      const low = u32[entry];
      if ((low & PAGE_PRESENT) === 0) {
        return -1;
      }
      tableFrame = frameOfEntry(low, u32[entry + 1]);
    }
    return entryWord(tableFrame, address, 1);
  }

  /**
   * The PTE for `address`, with the tables above it made where they are missing.
   * @throws PageTableError ENOMEM; tables made before that stay, empty
   */
  findOrCreate(address: number): number {
    const { memory } = this;
    let tableFrame = this.rootFrame;
    for (let level = TOP_LEVEL; level > 1; level--) {
      const entry = entryWord(tableFrame, address, level);
      const low = memory.u32[entry];
      if ((low & PAGE_PRESENT) === 0) {
        tableFrame = memory.allocateFrame();
        memory.u32[entry] = entryLow(tableFrame, PAGE_PRESENT | PAGE_RW | PAGE_USER);
        memory.u32[entry + 1] = entryHigh(tableFrame);
      } else {
        tableFrame = frameOfEntry(low, memory.u32[entry + 1]);
      }
    }
    return entryWord(tableFrame, address, 1);
  }

  /**
   * The hardware's walk: like `find`, but sets the accessed bit in every upper entry it goes through
   * (rule 2.1). The leaf is the caller's to judge and to mark.
   */
  walkAsHardware(address: number): number {
    const { u32 } = this.memory;
    let tableFrame = this.rootFrame;
    for (let level = TOP_LEVEL; level > 1; level--) {
      const entry = entryWord(tableFrame, address, level);
      const low = u32[entry];
      if ((low & PAGE_PRESENT) === 0) {
        return -1;
      }
      if ((low & PAGE_ACCESSED) === 0) {
        u32[entry] = low | PAGE_ACCESSED;
      }
      tableFrame = frameOfEntry(low, u32[entry + 1]);
    }
    return entryWord(tableFrame, address, 1);
  }

  /** Gives back every table, the top one included. The pages they map are their owners'. */
  free(): void {
    this.#freeTable(this.rootFrame, TOP_LEVEL);
  }

  #freeTable(tableFrame: number, level: number): void {
    if (level > 1) {
      const { u32 } = this.memory;
      const first = tableFrame * WORDS_PER_FRAME;
      for (let entry = first; entry < first + WORDS_PER_FRAME; entry += 2) {
        if ((u32[entry] & PAGE_PRESENT) !== 0) {
          this.#freeTable(frameOfEntry(u32[entry], u32[entry + 1]), level - 1);
        }
      }
    }
    this.memory.freeFrame(tableFrame);
  }
}

/** Word index of the entry for `address` in the table of `level` at `tableFrame`. */
export function entryWord(tableFrame: number, address: number, level: number): number {
  const index = Math.floor(address / ENTRY_SPAN[level]) % ENTRIES_PER_TABLE;
  return tableFrame * WORDS_PER_FRAME + index * 2;
}
