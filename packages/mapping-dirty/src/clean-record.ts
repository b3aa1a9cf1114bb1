import { PAGE_DIRTY, PAGE_PRESENT, type Mapping, type Vma } from '@cg/pagetable';
import { walkPageMapping, type PageWalk, type WalkOperations } from '@cg/pagewalk';
import type { DirtyPages } from '@cg/tracked-memory';
import { MappingDirtyError } from './errors.js';
import { addressAfter, announce, EntryChanges, flush, testShared, type ScanCounters } from './walk-state.js';

const DIRTY = PAGE_PRESENT | PAGE_DIRTY;

class CleanChanges extends EntryChanges {
  constructor(
    readonly into: DirtyPages,
    /** The page of the mapping that bit 0 stands for. */
    readonly bitmapFirstPage: number,
  ) {
    super();
  }
}

function cleanTable(entry: number, count: number, address: number, walk: PageWalk<CleanChanges>): number {
  const { u32, state } = walk;
  const { words } = state.into.bitmap;
  const firstBit = (walk.vma as Vma).pageAt(address) - state.bitmapFirstPage;
  let first = -1;
  let last = 0;
  let changed = 0;
  for (let i = 0, word = entry; i < count; i++, word += 2) {
    const low = u32[word];
    if ((low & DIRTY) === DIRTY) {
      // Read and written with no step of another CPU in between: no hardware dirty is lost (rule 2.3).
      u32[word] = low & ~PAGE_DIRTY;
      const bit = firstBit + i;
      words[bit >>> 5] |= 1 << (bit & 31);
      first = first < 0 ? i : first;
      last = i;
      changed++;
    }
  }
  state.scanned += count;
  state.total += changed;
  if (changed > 0) {
    state.changed(addressAfter(address, first), addressAfter(address, last + 1));
    state.into.widen(firstBit + first, firstBit + last + 1);
  }
  return 0;
}

const cleanOperations: WalkOperations<CleanChanges> = {
  test: testShared,
  preVma: announce,
  postVma: flush,
  pteTable: cleanTable,
};

/**
 * Cleans the entries that show a page range of a mapping, in all shared VMAs that may be written, and
 * records the pages whose entry was dirty (rule 4):
 *
 * - a) every entry dirty when the function starts is recorded and cleaned;
 * - b) an entry that becomes dirty meanwhile stays dirty, or is recorded, or both (rule 4.3).
 *
 * The function and its guarantees are those of Linux mm/mapping_dirty_helpers.c.
 * @param into gets a bit for each page, and its hull stays tight (A7)
 * @param bitmapFirstPage the page of the mapping that bit 0 of `into` stands for
 * @param counters adds the number of entries it looked at
 * @returns how many entries it changed
 * @throws MappingDirtyError where the range has no room in `into`
 */
export function cleanRecordSharedMappingRange(
  mapping: Mapping,
  firstPage: number,
  pageCount: number,
  into: DirtyPages,
  bitmapFirstPage: number,
  counters?: ScanCounters,
): number {
  const end = firstPage + pageCount;
  const bitmapEnd = bitmapFirstPage + into.pageCount;
  if (!(firstPage >= bitmapFirstPage && pageCount >= 0 && end <= bitmapEnd)) {
    throw new MappingDirtyError(firstPage, end, bitmapFirstPage, bitmapEnd);
  }
  const changes = new CleanChanges(into, bitmapFirstPage);
  mapping.lock.acquireRead();
  try {
    walkPageMapping(mapping, firstPage, pageCount, cleanOperations, changes);
  } finally {
    mapping.lock.releaseRead();
  }
  if (counters !== undefined) {
    counters.entriesScanned += changes.scanned;
  }
  return changes.total;
}
