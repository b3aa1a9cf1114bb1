import {
  ENTRIES_PER_TABLE,
  PAGE_SIZE,
  type Mapping,
  type PhysicalMemory,
  type VmaAddressSpace,
} from '@cg/pagetable';
import type { DirtyPages } from '@cg/tracked-memory';
import { CleanedRun, cleanEntries } from './clean-entries.js';
import { EntryChanges, type ScanCounters } from './entry-changes.js';
import { checkPages, MappingDirtyError } from './errors.js';
import { CleanKernel, MOST_TABLES } from './kernel/clean-kernel.js';
import { changeEntries } from './shared-ranges.js';

/** State of a clean. */
export class CleanChanges extends EntryChanges {
  readonly run = new CleanedRun();
  /** In the VMA that is walked, the address of the page of bit 0: of one before it, if the bitmap begins earlier. */
  #bitmapBase = 0;
  /** The kernel of a memory. */
  #kernel: CleanKernel | undefined;
  #memory: PhysicalMemory | undefined;

  constructor(
    public into: DirtyPages,
    /** The page of the mapping at bit 0. */
    readonly bitmapFirstPage: number,
  ) {
    super('clean: between entries and flush');
  }

  /** Begins another clean, in place of the one before. */
  restart(into: DirtyPages): void {
    this.into = into;
    this.resetTotals();
  }

  override begin(addressSpace: VmaAddressSpace, start: number, end: number): void {
    this.#aim(addressSpace.tables.memory);
    super.begin(addressSpace, start, end);
  }

  #aim(memory: PhysicalMemory): void {
    if (memory !== this.#memory) {
      this.#memory = memory;
      this.#kernel = CleanKernel.of(memory);
    }
  }

  override mostTables(memory: PhysicalMemory): number {
    this.#aim(memory);
    return this.#kernel === undefined ? 1 : MOST_TABLES;
  }

  changeTable(u32: Uint32Array, entry: number, count: number, address: number, page: number): void {
    const { words } = this.into.bitmap;
    const firstBit = page - this.bitmapFirstPage;
    if (this.#kernel === undefined) {
      cleanEntries(u32, entry, count, words, firstBit, this.run);
    } else {
      this.#kernel.clean(entry, count, words, firstBit, this.run);
    }
    this.#note(count, address, firstBit);
  }

  override changeTables(upper: number, tables: number, address: number, page: number): void {
    const firstBit = page - this.bitmapFirstPage;
    this.#kernel?.cleanTables(upper, tables, this.into.bitmap.words, firstBit, this.run);
    this.#note(tables * ENTRIES_PER_TABLE, address, firstBit);
  }

  #note(count: number, address: number, firstBit: number): void {
    const { into, run } = this;
    this.scanned += count;
    if (run.changed > 0) {
      this.total += run.changed;
      this.#bitmapBase = address - firstBit * PAGE_SIZE;
      this.changed(address + run.first * PAGE_SIZE, address + run.end * PAGE_SIZE);
      into.widen(firstBit + run.first, firstBit + run.end);
    }
  }

  /** Between its hull's ends only the recorded pages are cleaned, and stay for loads. */
  protected override flushChanged(addressSpace: VmaAddressSpace): void {
    const from = (this.flushStart - this.#bitmapBase) / PAGE_SIZE;
    const to = (this.flushEnd - this.#bitmapBase) / PAGE_SIZE;
    addressSpace.cleanTlbPages(this.#bitmapBase, this.into.bitmap.words, from, to);
  }
}

/**
 * Checks the range of a clean.
 * @throws MappingDirtyError EINVAL if it does not consist of pages or is outside the bitmap
 */
export function checkClean(
  firstPage: number,
  pageCount: number,
  { into, bitmapFirstPage }: CleanChanges,
): void {
  checkPages(firstPage, pageCount);
  checkPages(bitmapFirstPage, into.pageCount);
  const end = firstPage + pageCount;
  const bitmapEnd = bitmapFirstPage + into.pageCount;
  if (firstPage < bitmapFirstPage || end > bitmapEnd) {
    throw MappingDirtyError.noRoom(firstPage, end, bitmapFirstPage, bitmapEnd);
  }
}

/**
 * Cleans the entries that map a page range of a mapping, in all shared VMAs that may be writable, and records the
 * pages whose entry was dirty (rule 4):
 *
 * - a) every entry dirty when the function starts is recorded and cleaned;
 * - b) an entry that becomes dirty meanwhile stays dirty, or is recorded, or both (rule 4.3).
 *
 * The function and its guarantees are those of Linux mm/mapping_dirty_helpers.c.
 * @param into gets a bit for each page, and its hull stays tight (A7)
 * @param bitmapFirstPage the page of the mapping at bit 0 of `into`
 * @param counters adds the number of entries examined, and counts huge ones that are writable or dirty
 * @returns the number of entries changed
 * @throws MappingDirtyError EINVAL if the range does not consist of whole pages or is outside `into`; EUCLEAN,
 * after everything else is done, if there is such a huge entry and `counters` does not count them
 */
export function cleanRecordSharedMappingRange(
  mapping: Mapping,
  firstPage: number,
  pageCount: number,
  into: DirtyPages,
  bitmapFirstPage: number,
  counters?: ScanCounters,
): number {
  const changes = new CleanChanges(into, bitmapFirstPage);
  checkClean(firstPage, pageCount, changes);
  return changeEntries(mapping, firstPage, pageCount, changes, counters);
}
