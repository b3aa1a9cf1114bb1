import {
  ENTRY_SPAN,
  isHugeLeaf,
  PAGE_DIRTY,
  PAGE_RW,
  RangeChange,
  type PhysicalMemory,
  type Vma,
} from '@cg/pagetable';
import { LeafTables } from '@cg/pagewalk';
import type { PreemptionPoint } from './preemption-points.js';

/** Counters of a caller, to measure walks and report anomalies. */
export interface ScanCounters {
  /** Entries of leaf tables examined, present or not. */
  entriesScanned: number;
  /**
   * Huge entries that were writable or dirty: a broken invariant, as a tracked mapping is mapped by small entries
   * (rules 2.8, 4.2, A4). If a caller does not count them, they are an error.
   */
  hugeEntriesFound?: number;
}

/** What write-protect and clean have in common: a change of a range of each VMA, and the number of changed entries. */
export abstract class EntryChanges extends RangeChange<PreemptionPoint> {
  /** Entries changed (rule 4.5). */
  total = 0;
  /** Entries examined. */
  scanned = 0;
  /** Writable or dirty huge entries found, and the addresses of the first. */
  hugeFound = 0;
  hugeStart = 0;
  hugeEnd = 0;

  /** The walk of the last VMA, used again. */
  #walk: LeafTables | undefined;

  /** Begins another pass, in place of the one before. */
  protected resetTotals(): void {
    this.total = 0;
    this.scanned = 0;
    this.hugeFound = 0;
  }

  /** A walk of `[start, end)` of a VMA; the one before has ended. */
  walkOf({ addressSpace: { tables } }: Vma, start: number, end: number): LeafTables {
    if (this.#walk === undefined) {
      this.#walk = new LeafTables(tables, start, end);
    } else {
      this.#walk.restart(tables, start, end);
    }
    return this.#walk;
  }

  /** Changes a run of entries in a leaf table, whose lock is held; `page` is the mapping's page of the first one. */
  abstract changeTable(u32: Uint32Array, entry: number, count: number, address: number, page: number): void;

  /** The most leaf tables of a memory that `changeTables` takes: none by default. */
  mostTables(_memory: PhysicalMemory): number {
    return 1;
  }

  /**
   * Changes several leaf tables; `page` is the mapping's page of the first entry.
   * @param upper word of the first of the adjacent entries that point at them
   */
  changeTables(_upper: number, _tables: number, _address: number, _page: number): void {}

  /** Examines a present upper entry. @returns whether it is a huge leaf, which is left alone */
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
