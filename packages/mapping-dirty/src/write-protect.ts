import { PAGE_PRESENT, PAGE_RW, type Mapping } from '@cg/pagetable';
import { walkPageMapping, type PageWalk, type WalkOperations } from '@cg/pagewalk';
import { addressAfter, announce, EntryChanges, flush, testShared, type ScanCounters } from './walk-state.js';

const WRITABLE = PAGE_PRESENT | PAGE_RW;

function protectTable(entry: number, count: number, address: number, walk: PageWalk<EntryChanges>): number {
  const { u32, state } = walk;
  let first = -1;
  let last = 0;
  let changed = 0;
  for (let i = 0, word = entry; i < count; i++, word += 2) {
    const low = u32[word];
    if ((low & WRITABLE) === WRITABLE) {
      u32[word] = low & ~PAGE_RW;
      first = first < 0 ? i : first;
      last = i;
      changed++;
    }
  }
  state.scanned += count;
  state.total += changed;
  if (changed > 0) {
    state.changed(addressAfter(address, first), addressAfter(address, last + 1));
  }
  return 0;
}

const protectOperations: WalkOperations<EntryChanges> = {
  test: testShared,
  preVma: announce,
  postVma: flush,
  pteTable: protectTable,
};

/**
 * Write-protects the entries that show a page range of a mapping, in all shared VMAs that may be written,
 * so that the next store to each page faults (rule 4). Dirty bits stay as they are.
 *
 * The function and its guarantees are those of Linux mm/mapping_dirty_helpers.c.
 * @param counters adds the number of entries it looked at
 * @returns how many entries it changed
 */
export function wpSharedMappingRange(
  mapping: Mapping,
  firstPage: number,
  pageCount: number,
  counters?: ScanCounters,
): number {
  const changes = new EntryChanges();
  mapping.lock.acquireRead();
  try {
    walkPageMapping(mapping, firstPage, pageCount, protectOperations, changes);
  } finally {
    mapping.lock.releaseRead();
  }
  if (counters !== undefined) {
    counters.entriesScanned += changes.scanned;
  }
  return changes.total;
}
