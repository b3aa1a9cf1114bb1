import type { Mapping } from '@cg/pagetable';
import type { DirtyPages, TrackedMemory } from '@cg/tracked-memory';
import { cleanRecordSharedMappingRange } from './clean-record.js';
import type { ScanCounters } from './entry-changes.js';
import { wpSharedMappingRange } from './write-protect.js';

/**
 * A page range of a mapping as memory whose writes can be found. Trapped writes come to the `pfnMkwrite`
 * handler of the VMA that they go through.
 */
export class TrackedMapping implements TrackedMemory, ScanCounters {
  readonly traps = true;
  entriesScanned = 0;
  /** Writable or dirty huge entries come upon: a broken invariant, counted (rule 4.2, A4). */
  hugeEntriesFound = 0;

  /** Page 0 of the memory is `firstPage` of the mapping. */
  constructor(
    readonly mapping: Mapping,
    readonly firstPage: number,
    readonly pageCount: number,
  ) {}

  writeProtect(firstPage: number, pageCount: number): number {
    return wpSharedMappingRange(this.mapping, this.firstPage + firstPage, pageCount, this);
  }

  cleanAndRecord(firstPage: number, pageCount: number, into: DirtyPages): number {
    const first = this.firstPage + firstPage;
    return cleanRecordSharedMappingRange(this.mapping, first, pageCount, into, this.firstPage, this);
  }

  /** A device writes physical memory: no page-table entry hears of it. */
  beforeDeviceWrite(): void {}

  afterDeviceWrite(): void {}
}
