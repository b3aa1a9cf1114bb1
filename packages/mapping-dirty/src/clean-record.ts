import { PAGE_SIZE, type Mapping } from '@cg/pagetable';
import type { PageWalk, WalkOperations } from '@cg/pagewalk';
import type { DirtyPages } from '@cg/tracked-memory';
import { CleanedRun, cleanEntries } from './clean-entries.js';
import { EntryChanges, type ScanCounters } from './entry-changes.js';
import { checkPages, MappingDirtyError } from './errors.js';
import { changeSharedRanges, sharedRange, walkedVma } from './shared-ranges.js';

/** State of a clean. */
export class CleanChanges extends EntryChanges {
  readonly run = new CleanedRun();

  constructor(
    readonly into: DirtyPages,
    /** The page of the mapping at bit 0. */
    readonly bitmapFirstPage: number,
  ) {
    super('clean: between entries and flush');
  }
}

/** Cleans and records a run of entries in one leaf table. */
export function cleanTable(
  entry: number,
  count: number,
  address: number,
  walk: PageWalk<CleanChanges>,
): number {
  const changes = walk.state;
  const { into, run } = changes;
  const firstBit = walkedVma(walk).pageAt(address) - changes.bitmapFirstPage;
  cleanEntries(walk.u32, entry, count, into.bitmap.words, firstBit, run);
  changes.scanned += count;
  if (run.changed > 0) {
    changes.total += run.changed;
    changes.changed(address + run.first * PAGE_SIZE, address + run.end * PAGE_SIZE);
    into.widen(firstBit + run.first, firstBit + run.end);
  }
  return 0;
}

const operations: WalkOperations<CleanChanges> = { ...sharedRange, pteTable: cleanTable };

/** As `cleanRecordSharedMappingRange`, for a checked range. */
export function cleanRange(
  mapping: Mapping,
  firstPage: number,
  pageCount: number,
  changes: CleanChanges,
  counters: ScanCounters | undefined,
): number {
  return changeSharedRanges(mapping, firstPage, pageCount, operations, changes, counters);
}

/**
 * Cleans a page range of a mapping with the given operations.
 * @throws MappingDirtyError EINVAL if the range does not consist of pages or is outside the bitmap, before
 * anything changes
 */
export function cleanRecord<Changes extends CleanChanges>(
  mapping: Mapping,
  firstPage: number,
  pageCount: number,
  by: WalkOperations<Changes>,
  changes: Changes,
  counters: ScanCounters | undefined,
): number {
  const { into, bitmapFirstPage } = changes;
  checkPages(firstPage, pageCount);
  checkPages(bitmapFirstPage, into.pageCount);
  const end = firstPage + pageCount;
  const bitmapEnd = bitmapFirstPage + into.pageCount;
  if (firstPage < bitmapFirstPage || end > bitmapEnd) {
    throw MappingDirtyError.noRoom(firstPage, end, bitmapFirstPage, bitmapEnd);
  }
  return changeSharedRanges(mapping, firstPage, pageCount, by, changes, counters);
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
  return cleanRecord(mapping, firstPage, pageCount, operations, changes, counters);
}
