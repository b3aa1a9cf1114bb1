import { ENTRY_SPAN, isHugeLeaf, PAGE_DIRTY, PAGE_RW, RangeChange } from '@cg/pagetable';
import type { PreemptionPoint } from './preemption-points.js';

/** What a caller may keep to see how much work walks were, and what they came upon. */
export interface ScanCounters {
  /** Entries of leaf tables looked at, present or not. */
  entriesScanned: number;
  /**
   * Huge entries that were writable or dirty: a broken invariant, as a tracked mapping is mapped by
   * small entries (rules 2.8, 4.2, A4). Where a caller does not count them, they are thrown.
   */
  hugeEntriesFound?: number;
}

/** What write-protect and clean have in common: a change of the part of each VMA, and how many entries changed. */
export class EntryChanges extends RangeChange<PreemptionPoint> {
  /** Entries changed (rule 4.5). */
  total = 0;
  /** Entries looked at. */
  scanned = 0;
  /** Writable or dirty huge entries met, and the addresses of the first. */
  hugeFound = 0;
  hugeStart = 0;
  hugeEnd = 0;

  /** Looks at an upper entry that is present. @returns whether it is a huge leaf, which stays as it is */
  isHuge(low: number, address: number, level: number): boolean {
    if (!isHugeLeaf(low)) {
      return false;
    }
    if ((low & (PAGE_RW | PAGE_DIRTY)) !== 0) {
      if (this.hugeFound === 0) {
        this.hugeStart = address - (address % ENTRY_SPAN[level]);
        this.hugeEnd = this.hugeStart + ENTRY_SPAN[level];
      }
      this.hugeFound++;
    }
    return true;
  }
}
