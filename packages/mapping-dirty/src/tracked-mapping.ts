import type { Mapping } from '@cg/pagetable';
import { checkPageRange, type DirtyPages, type TrackedMemory } from '@cg/tracked-memory';
import { CleanChanges } from './clean-record.js';
import type { ScanCounters } from './entry-changes.js';
import { checkPages } from './errors.js';
import { changeEntries } from './shared-ranges.js';
import { ProtectChanges } from './write-protect.js';

/**
 * A page range of a mapping as tracked memory. Trapped writes are reported to the `pfnMkwrite` handler of their VMA.
 * A range that leaves it is `TrackedMemoryError` EINVAL: other pages of the mapping belong to other objects.
 */
export class TrackedMapping implements TrackedMemory, ScanCounters {
  readonly traps = true;
  entriesScanned = 0;
  /** Writable or dirty huge entries found: a broken invariant, counted (rule 4.2, A4). */
  hugeEntriesFound = 0;

  /**
   * Page 0 of the memory is `firstPage` of the mapping.
   * @throws MappingDirtyError EINVAL if the range does not consist of whole pages, from 0 on
   */
  constructor(
    readonly mapping: Mapping,
    readonly firstPage: number,
    readonly pageCount: number,
  ) {
    checkPages(firstPage, pageCount);
  }

  writeProtect(firstPage: number, pageCount: number): number {
    checkPageRange(this, firstPage, pageCount);
    return changeEntries(this.mapping, this.firstPage + firstPage, pageCount, new ProtectChanges(), this);
  }

  cleanAndRecord(firstPage: number, pageCount: number, into: DirtyPages): number {
    checkPageRange(this, firstPage, pageCount, into);
    const changes = new CleanChanges(into, this.firstPage);
    return changeEntries(this.mapping, this.firstPage + firstPage, pageCount, changes, this);
  }

  /** A device writes physical memory, which changes no page-table entry. */
  beforeDeviceWrite(firstPage: number, pageCount: number): void {
    checkPageRange(this, firstPage, pageCount);
  }

  afterDeviceWrite(firstPage: number, pageCount: number): void {
    checkPageRange(this, firstPage, pageCount);
  }
}
