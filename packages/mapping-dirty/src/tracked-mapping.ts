import type { Mapping } from '@cg/pagetable';
import { checkPageRange, type DirtyPages, type TrackedMemory } from '@cg/tracked-memory';
import { CleanChanges } from './clean-record.js';
import type { ScanCounters } from './entry-changes.js';
import { checkPages } from './errors.js';
import { KnownTables } from './known-tables.js';
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

  /** The state of a clean, for the next one; undefined during one. A pass before every submission allocates nothing. */
  #cleanChanges: CleanChanges | undefined;
  /** The tables of all pages. */
  readonly #known: KnownTables;

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
    this.#known = new KnownTables(mapping, firstPage, pageCount);
  }

  writeProtect(firstPage: number, pageCount: number): number {
    checkPageRange(this, firstPage, pageCount);
    return changeEntries(this.mapping, this.firstPage + firstPage, pageCount, new ProtectChanges(), this);
  }

  cleanAndRecord(firstPage: number, pageCount: number, into: DirtyPages): number {
    checkPageRange(this, firstPage, pageCount, into);
    const changes = this.#cleanChanges ?? new CleanChanges(into, this.firstPage);
    this.#cleanChanges = undefined;
    changes.restart(into);
    try {
      if (pageCount === this.pageCount && this.#known.clean(changes)) {
        this.entriesScanned += changes.scanned;
        return changes.total;
      }
      return changeEntries(this.mapping, this.firstPage + firstPage, pageCount, changes, this);
    } finally {
      this.#cleanChanges = changes;
    }
  }

  /** A device writes physical memory, which changes no page-table entry. */
  beforeDeviceWrite(firstPage: number, pageCount: number): void {
    checkPageRange(this, firstPage, pageCount);
  }

  afterDeviceWrite(firstPage: number, pageCount: number): void {
    checkPageRange(this, firstPage, pageCount);
  }
}
