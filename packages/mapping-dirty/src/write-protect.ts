import { PAGE_PRESENT, PAGE_RW, PAGE_SIZE, type Mapping } from '@cg/pagetable';
import { EntryChanges, type ScanCounters } from './entry-changes.js';
import { checkPages } from './errors.js';
import { changeEntries } from './shared-ranges.js';

/** State of a write-protect. */
export class ProtectChanges extends EntryChanges {
  constructor() {
    super('write-protect: between entries and flush');
  }

  changeTable(u32: Uint32Array, entry: number, count: number, address: number): void {
    const writable = PAGE_PRESENT | PAGE_RW;
    const readOnly = ~PAGE_RW;
    let first = -1;
    let last = 0;
    let changed = 0;
    for (let i = 0, word = entry; i < count; i++, word += 2) {
      const low = u32[word];
      if ((low & writable) === writable) {
        u32[word] = low & readOnly;
        first = first < 0 ? i : first;
        last = i;
        changed++;
      }
    }
    this.scanned += count;
    this.total += changed;
    if (changed > 0) {
      this.changed(address + first * PAGE_SIZE, address + (last + 1) * PAGE_SIZE);
    }
  }
}

/**
 * Write-protects the entries that map a page range of a mapping, in all shared VMAs that may be writable, so that the
 * next store to each page faults (rule 4). Dirty bits are unchanged.
 *
 * The function and its guarantees are those of Linux mm/mapping_dirty_helpers.c.
 * @param counters adds the number of entries examined, and counts huge ones that are writable or dirty
 * @returns the number of entries changed
 * @throws MappingDirtyError EINVAL if the range does not consist of whole pages; EUCLEAN, after everything else is
 * done, if there is such a huge entry and `counters` does not count them
 */
export function wpSharedMappingRange(
  mapping: Mapping,
  firstPage: number,
  pageCount: number,
  counters?: ScanCounters,
): number {
  checkPages(firstPage, pageCount);
  return changeEntries(mapping, firstPage, pageCount, new ProtectChanges(), counters);
}
