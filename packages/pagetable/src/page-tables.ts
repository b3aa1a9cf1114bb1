import { ADDRESS_END, formatAddress, PAGE_SIZE } from './address.js';
import {
  entryHigh,
  entryLow,
  frameOfEntry,
  frameOfLeaf,
  LEAF_PAGES,
  PAGE_ACCESSED,
  PAGE_PAT,
  PAGE_PAT_LARGE,
  PAGE_PRESENT,
  PAGE_PSE,
  PAGE_RW,
  PAGE_USER,
  TOP_LEVEL,
} from './entry-bits.js';
import { PageTableError } from './errors.js';
import { WORDS_PER_FRAME, type PhysicalMemory } from './physical-memory.js';
import { TableLocks } from './table-locks.js';

/** Entries in a table of any level. */
export const ENTRIES_PER_TABLE = 512;

/** Bytes of address space that one entry covers, by level: 1 is the PTE, 4 the PGD. */
export const ENTRY_SPAN: readonly number[] = [0, PAGE_SIZE, 2 ** 21, 2 ** 30, 2 ** 39];

const ENTRIES_PER_BYTE: readonly number[] = [0, 2 ** -12, 2 ** -21, 2 ** -30, 2 ** -39];

/** One past the last frame that an entry can name: 40 bits. */
const FRAMES_END = 2 ** 40;

const TABLE_BITS = PAGE_PRESENT | PAGE_RW | PAGE_USER;

/** Addresses whose tables are freed. */
interface FreedRange {
  readonly start: number;
  readonly end: number;
  readonly floor: number;
  readonly ceiling: number;
}

/**
 * One tree of x86-64 page tables in simulated memory. An entry is identified by the index of its low word in
 * `memory.u32`; its high word follows. Leaves are pages of 4 KiB (level 1), 2 MiB (2) and 1 GiB (3).
 */
export class PageTables {
  readonly memory: PhysicalMemory;
  /** Frame of the top table: the value of CR3. */
  readonly rootFrame: number;
  /** Level of the entry at which the last `walkAsHardware` ended. */
  walkedLevel = 0;
  /** Permission bits that all upper entries of the last `walkAsHardware` allow. */
  walkedBits = 0;
  /**
   * Counts the tables made and freed, and the huge leaves mapped: while it stands, an upper entry that points at a
   * table points at the same one, and one that is empty stays so.
   */
  changes = 0;
  readonly #locks: TableLocks;

  /** @throws PageTableError ENOMEM if there is no free frame for the top table */
  constructor(memory: PhysicalMemory) {
    this.memory = memory;
    this.rootFrame = memory.allocateFrame();
    this.#locks = new TableLocks(memory.locks, memory.frames);
    this.#addTable(this.rootFrame, TOP_LEVEL);
  }

  /** Takes the lock of one table. @throws PageTableError EDEADLK if it is held; both holders are named */
  lockTable(tableFrame: number, holder?: string): void {
    this.#locks.acquire(tableFrame, holder);
  }

  /** @throws PageTableError EDEADLK if `holder` does not hold it */
  unlockTable(tableFrame: number, holder?: string): void {
    this.#locks.release(tableFrame, holder);
  }

  /** Whether a frame is a table of this address space, and its lock is held by none. */
  isFreeTable(tableFrame: number): boolean {
    return this.#locks.isFree(tableFrame);
  }

  /** @throws PageTableError EDEADLK if `holder` does not hold the lock of the table */
  assertTableLocked(tableFrame: number, holder?: string): void {
    this.#locks.assertHeld(tableFrame, holder);
  }

  /**
   * The PTE that maps `address`, or -1 if no leaf table covers it: nothing is mapped, or a huge leaf. Sets no
   * accessed bit.
   */
  find(address: number): number {
    return this.findEntry(address, 1);
  }

  /** The entry for `address` at `level`, or -1 if a table above it is missing or a huge leaf is above. */
  findEntry(address: number, level: number): number {
    if (!(address >= 0 && address < ADDRESS_END)) {
      return -1;
    }
    const { u32 } = this.memory;
    let tableFrame = this.rootFrame;
    for (let at = TOP_LEVEL; at > level; at--) {
      const entry = entryWord(tableFrame, address, at);
      const low = u32[entry];
      if ((low & (PAGE_PRESENT | PAGE_PSE)) !== PAGE_PRESENT) {
        return -1;
      }
      tableFrame = frameOfEntry(low, u32[entry + 1]);
    }
    return entryWord(tableFrame, address, level);
  }

  /** Level of the present leaf that maps `address`: 1, 2 or 3; 0 if nothing is mapped. */
  leafLevel(address: number): number {
    for (let level = 3; level > 0; level--) {
      const entry = this.findEntry(address, level);
      if (entry < 0) {
        return 0;
      }
      const low = this.memory.u32[entry];
      if ((low & PAGE_PRESENT) === 0) {
        return 0;
      }
      if (level === 1 || (low & PAGE_PSE) !== 0) {
        return level;
      }
    }
    return 0;
  }

  /**
   * The entry for `address` at `level`, allocating missing tables above it, or -1 if a huge leaf is above. Another
   * CPU may enter a table, or a huge leaf, at any moment before ours is entered; then its entry is used.
   * @throws PageTableError EINVAL outside 48 bits; ENOMEM, and tables made before that stay, empty
   */
  findOrCreate(address: number, level = 1, holder?: string): number {
    if (!(address >= 0 && address < ADDRESS_END)) {
      throw new PageTableError('EINVAL', `no table can map ${address}`, { address });
    }
    const { u32 } = this.memory;
    let tableFrame = this.rootFrame;
    for (let at = TOP_LEVEL; at > level; at--) {
      const entry = entryWord(tableFrame, address, at);
      if ((u32[entry] & PAGE_PRESENT) === 0) {
        this.#enterTable(tableFrame, entry, at, holder);
      }
      const low = u32[entry];
      if ((low & PAGE_PSE) !== 0) {
        return -1;
      }
      tableFrame = frameOfEntry(low, u32[entry + 1]);
    }
    return entryWord(tableFrame, address, level);
  }

  /**
   * Maps a leaf where nothing is mapped yet.
   * @param level 1, 2 or 3 for 4 KiB, 2 MiB or 1 GiB
   * @param low PAGE_* bits of the low word; the page-size bit is added
   * @param high bits of the high word, such as PAGE_NX_HIGH
   * @returns whether it was mapped; an existing entry, table or huge leaf stays
   * @throws PageTableError EINVAL for a misaligned address or frame, ENOMEM
   */
  map(address: number, frame: number, low: number, high = 0, level = 1, holder?: string): boolean {
    const isLeaf = address % ENTRY_SPAN[level] === 0 && frame % LEAF_PAGES[level] === 0;
    if (!(level >= 1 && level <= 3) || !isLeaf || !(frame >= 0 && frame < FRAMES_END)) {
      const message = `frame ${frame} at ${formatAddress(address)} is no leaf of level ${level}`;
      throw new PageTableError('EINVAL', message, { address, frame });
    }
    const entry = this.findOrCreate(address, level, holder);
    if (entry < 0 || (this.memory.u32[entry] & PAGE_PRESENT) !== 0) {
      return false;
    }
    const tableFrame = tableOfEntry(entry);
    this.lockTable(tableFrame, holder);
    this.changes += level > 1 ? 1 : 0;
    this.memory.u32[entry] = entryLow(frame, low | PAGE_PRESENT | (level > 1 ? PAGE_PSE : 0));
    this.memory.u32[entry + 1] = entryHigh(frame, high);
    this.unlockTable(tableFrame, holder);
    return true;
  }

  /**
   * Splits the huge leaf of `level` that maps `address` into a table of leaves one level down, with the same
   * permissions, accessed and dirty bits. No flush is needed: cached translations stay valid.
   * @returns whether there was such a leaf
   * @throws PageTableError ENOMEM if there is no free frame for the table; the leaf is unchanged
   */
  splitHuge(address: number, level: number, holder?: string): boolean {
    const { memory } = this;
    const entry = this.findEntry(address, level);
    if (level < 2 || entry < 0 || !isHugeLeaf(memory.u32[entry])) {
      return false;
    }
    const table = memory.allocateFrame();
    memory.preemption.reach('split: between new table and entry');
    // Meanwhile a CPU may have marked the leaf dirty, or a walker or another split may have removed it.
    if (this.findEntry(address, level) !== entry || !isHugeLeaf(memory.u32[entry])) {
      memory.freeFrame(table);
      return false;
    }
    const tableFrame = tableOfEntry(entry);
    this.#addTable(table, level - 1);
    this.lockTable(tableFrame, holder);
    const low = memory.u32[entry];
    const high = memory.u32[entry + 1];
    const first = frameOfLeaf(low, high, level);
    // A huge leaf has the memory type's bit at another place than a PTE, where bit 7 is free for it.
    const pat = (low & PAGE_PAT_LARGE) === 0 ? 0 : level > 2 ? PAGE_PAT_LARGE : PAGE_PAT;
    const bits = (low & 0xfff & ~PAGE_PSE) | (level > 2 ? PAGE_PSE : 0) | pat;
    const highBits = high & 0xfff00000;
    const word = table * WORDS_PER_FRAME;
    for (let i = 0; i < ENTRIES_PER_TABLE; i++) {
      const frame = first + i * LEAF_PAGES[level - 1];
      memory.u32[word + 2 * i] = entryLow(frame, bits);
      memory.u32[word + 2 * i + 1] = entryHigh(frame, highBits);
    }
    memory.u32[entry] = entryLow(table, TABLE_BITS | (low & PAGE_ACCESSED));
    memory.u32[entry + 1] = entryHigh(table);
    this.unlockTable(tableFrame, holder);
    return true;
  }

  /**
   * The hardware's walk: sets the accessed bit in every upper entry on the way (rule 2.1). The caller checks and
   * marks the leaf; `walkedLevel` and `walkedBits` describe the upper entries.
   * @returns the leaf entry, present or not; -1 if a table is missing
   */
  walkAsHardware(address: number): number {
    const { u32 } = this.memory;
    let tableFrame = this.rootFrame;
    let bits = PAGE_RW | PAGE_USER;
    for (let level = TOP_LEVEL; level > 1; level--) {
      const entry = entryWord(tableFrame, address, level);
      const low = u32[entry];
      if ((low & PAGE_PRESENT) === 0) {
        return -1;
      }
      if ((low & PAGE_PSE) !== 0) {
        this.walkedLevel = level;
        this.walkedBits = bits;
        return entry;
      }
      if ((low & PAGE_ACCESSED) === 0) {
        u32[entry] = low | PAGE_ACCESSED;
      }
      bits &= low;
      tableFrame = frameOfEntry(low, u32[entry + 1]);
    }
    this.walkedLevel = 1;
    this.walkedBits = bits;
    return entryWord(tableFrame, address, 1);
  }

  /** Frees every table, the top one included, but not the pages they map. */
  free(): void {
    this.#freeBelow(this.rootFrame, TOP_LEVEL);
    this.#freeTable(this.rootFrame);
  }

  /**
   * Frees the tables over `[start, end)`, where nothing is mapped any more, that are empty and cover nothing outside
   * `[floor, ceiling)`, where no other VMA is, so that no walker is at an entry above them.
   */
  freeTablesOver(start: number, end: number, floor: number, ceiling: number): void {
    this.#freeOver(this.rootFrame, TOP_LEVEL, 0, { start, end, floor, ceiling });
  }

  #freeOver(tableFrame: number, level: number, base: number, range: FreedRange): void {
    const { u32 } = this.memory;
    const span = ENTRY_SPAN[level];
    const from = Math.max(0, Math.floor((range.start - base) / span));
    const to = Math.min(ENTRIES_PER_TABLE, Math.ceil((range.end - base) / span));
    for (let i = from; i < to; i++) {
      const entry = tableFrame * WORDS_PER_FRAME + 2 * i;
      if ((u32[entry] & (PAGE_PRESENT | PAGE_PSE)) !== PAGE_PRESENT) {
        continue;
      }
      const start = base + i * span;
      const below = frameOfEntry(u32[entry], u32[entry + 1]);
      if (level > 2) {
        this.#freeOver(below, level - 1, start, range);
      }
      if (start >= range.floor && start + span <= range.ceiling && this.#isEmpty(below)) {
        u32[entry] = 0;
        u32[entry + 1] = 0;
        this.#freeTable(below);
      }
    }
  }

  #isEmpty(tableFrame: number): boolean {
    const { u32 } = this.memory;
    const end = (tableFrame + 1) * WORDS_PER_FRAME;
    let word = tableFrame * WORDS_PER_FRAME;
    while (word < end && u32[word] === 0) {
      word++;
    }
    return word === end;
  }

  #freeBelow(tableFrame: number, level: number): void {
    const { u32 } = this.memory;
    const first = tableFrame * WORDS_PER_FRAME;
    for (let entry = first; entry < first + WORDS_PER_FRAME; entry += 2) {
      if ((u32[entry] & (PAGE_PRESENT | PAGE_PSE)) === PAGE_PRESENT) {
        const below = frameOfEntry(u32[entry], u32[entry + 1]);
        if (level > 2) {
          this.#freeBelow(below, level - 1);
        }
        this.#freeTable(below);
      }
    }
  }

  #addTable(tableFrame: number, level: number): void {
    this.#locks.add(tableFrame, level);
    this.changes++;
  }

  #freeTable(tableFrame: number): void {
    this.#locks.forget(tableFrame);
    this.changes++;
    this.memory.freeFrame(tableFrame);
  }

  /** Enters a new table at `entry`, which is of `level`, unless something was entered there meanwhile. */
  #enterTable(tableFrame: number, entry: number, level: number, holder: string | undefined): void {
    const { memory } = this;
    const table = memory.allocateFrame();
    memory.preemption.reach('fault: between upper entry and new table');
    if ((memory.u32[entry] & PAGE_PRESENT) !== 0) {
      memory.freeFrame(table);
      return;
    }
    this.#addTable(table, level - 1);
    this.lockTable(tableFrame, holder);
    memory.u32[entry] = entryLow(table, TABLE_BITS);
    memory.u32[entry + 1] = entryHigh(table);
    this.unlockTable(tableFrame, holder);
  }
}

/** Word index of the entry for `address` in the table of `level` at `tableFrame`. */
export function entryWord(tableFrame: number, address: number, level: number): number {
  const index = (address * ENTRIES_PER_BYTE[level]) & (ENTRIES_PER_TABLE - 1);
  return tableFrame * WORDS_PER_FRAME + index * 2;
}

/** The end of the range that the entry of `level` for `address` covers. */
export function endOfEntry(address: number, level: number): number {
  return address - (address % ENTRY_SPAN[level]) + ENTRY_SPAN[level];
}

/** The frame of the table that contains the entry at word `entry`. */
export function tableOfEntry(entry: number): number {
  return Math.floor(entry / WORDS_PER_FRAME);
}

/** Whether a PMD or PUD entry maps a page instead of a table. */
export function isHugeLeaf(low: number): boolean {
  return (low & (PAGE_PRESENT | PAGE_PSE)) === (PAGE_PRESENT | PAGE_PSE);
}
