import {
  ENTRY_SPAN,
  entryWord,
  frameOfEntry,
  PAGE_ACCESSED,
  PAGE_PRESENT,
  PAGE_PSE,
  tableOfEntry,
  type Mapping,
  type VmaAddressSpace,
} from '@cg/pagetable';
import { walkPageVmaRange, type PageWalk, type WalkOperations } from '@cg/pagewalk';
import type { DirtyPages } from '@cg/tracked-memory';
import { checkClean, CleanChanges } from './clean-record.js';
import type { ScanCounters } from './entry-changes.js';
import { changeSharedRanges, sharedRange, walkedVma } from './shared-ranges.js';
import { PAGE_SOFT_CLEANED, TouchedTables } from './touched-tables.js';

/** Bytes under one PMD entry. */
const REGION = ENTRY_SPAN[2];

/** State of a clean by touched tables. */
class TouchedChanges extends CleanChanges {
  /** The PMD entry of the table that is scanned next; -1 if only a part of the table is. */
  scanning = -1;
  /** The PMD entry of a table that has been cleaned whole and is yet to be marked, or -1. */
  cleaned = -1;

  /** Upper entries were changed, too. */
  protected override flushChanged(addressSpace: VmaAddressSpace): void {
    addressSpace.flushTlbRange(this.flushStart, this.flushEnd);
  }
}

type Walk = PageWalk<TouchedChanges>;

/** Marks the last cleaned table, unless a CPU has set the accessed bit again. */
function markCleaned({ state, u32, addressSpace }: Walk): void {
  const entry = state.cleaned;
  state.cleaned = -1;
  if (entry >= 0 && (u32[entry] & (PAGE_PRESENT | PAGE_PSE)) === PAGE_PRESENT) {
    const table = tableOfEntry(entry);
    addressSpace.tables.lockTable(table);
    u32[entry] |= PAGE_SOFT_CLEANED;
    addressSpace.tables.unlockTable(table);
  }
}

/** The first PMD entry from word `pmd` on, before `end`, whose region may contain dirty entries; or `end`. */
function nextTouched(u32: Uint32Array, pmd: number, end: number): number {
  const looked = PAGE_PRESENT | PAGE_PSE | PAGE_ACCESSED | PAGE_SOFT_CLEANED;
  const untouched = PAGE_PRESENT | PAGE_SOFT_CLEANED;
  let at = pmd;
  while (at < end && ((u32[at] & looked) === untouched || u32[at] === 0)) {
    at += 2;
  }
  return at;
}

/**
 * Clears the accessed bits of the touched regions of `[start, end)`, which consists of whole regions; `first` is the
 * PMD entry of the first. The mark is cleared too: until all below is clean, another walker must not skip it (A3).
 */
function takeTouched(first: number, start: number, end: number, { state, u32, addressSpace }: Walk): void {
  const { tables } = addressSpace;
  const touched = TouchedTables.of(tables);
  const table = tableOfEntry(first);
  const endPmd = first + (2 * (end - start)) / REGION;
  for (let pmd = nextTouched(u32, first, endPmd); pmd < endPmd; pmd = nextTouched(u32, pmd + 2, endPmd)) {
    if ((u32[pmd] & (PAGE_PRESENT | PAGE_PSE)) === PAGE_PRESENT) {
      tables.lockTable(table);
      touched.take(u32, pmd, touched.indexOf(frameOfEntry(u32[pmd], u32[pmd + 1])));
      tables.unlockTable(table);
      const region = start + ((pmd - first) / 2) * REGION;
      state.changed(region, region + REGION);
    }
  }
}

/**
 * First the accessed bits are cleared, then everything below is flushed, then the entries are cleaned. A CPU that
 * still had an upper entry cached while the entries below it are cleaned would dirty one of them without setting the
 * accessed bit again: the next clean would skip it (rule 4.4).
 *
 * A region that the range covers only in part is always scanned and keeps its bit: the rest of it may map other
 * memory.
 */
function cleanTouched(entry: number, start: number, end: number, walk: Walk): number {
  sharedRange.pud(entry, start, end, walk);
  if (walk.action !== 'subtree') {
    return 0;
  }
  walk.action = 'continue';
  const { state, u32, addressSpace } = walk;
  const pmds = frameOfEntry(u32[entry], u32[entry + 1]);
  const wholeStart = Math.ceil(start / REGION) * REGION;
  const wholeEnd = Math.floor(end / REGION) * REGION;
  if (wholeStart < wholeEnd) {
    takeTouched(entryWord(pmds, wholeStart, 2), wholeStart, wholeEnd, walk);
    if (state.flushStart < state.flushEnd) {
      addressSpace.tables.memory.preemption.reach(state.point);
      addressSpace.flushTlbRange(state.flushStart, state.flushEnd);
      state.flushed();
    }
  }
  const afterFirst = Math.min(end, wholeStart);
  cleanRun(start, afterFirst, walk);
  if (wholeStart < wholeEnd) {
    cleanRuns(entryWord(pmds, wholeStart, 2), wholeStart, wholeEnd, walk);
  }
  cleanRun(Math.max(afterFirst, wholeEnd), end, walk);
  return 0;
}

/** Cleans the touched regions of `[start, end)`, which consists of whole regions, run by run. */
function cleanRuns(first: number, start: number, end: number, walk: Walk): void {
  const { u32 } = walk;
  const endPmd = first + (2 * (end - start)) / REGION;
  for (let pmd = nextTouched(u32, first, endPmd); pmd < endPmd; pmd = nextTouched(u32, pmd, endPmd)) {
    const from = pmd;
    while (pmd < endPmd && nextTouched(u32, pmd, pmd + 2) === pmd) {
      pmd += 2;
    }
    cleanRun(start + ((from - first) / 2) * REGION, start + ((pmd - first) / 2) * REGION, walk);
  }
}

function cleanRun(start: number, end: number, walk: Walk): void {
  if (start < end) {
    walkPageVmaRange(walkedVma(walk), start, end, runOperations, walk.state);
  }
}

/** Operations for a run of scanned regions. */
const runOperations: WalkOperations<TouchedChanges> = {
  pud: sharedRange.pud,
  pmd(entry, start, end, walk) {
    markCleaned(walk);
    walk.state.scanning = end - start === REGION ? entry : -1;
    return sharedRange.pmd(entry, start, end, walk);
  },
  pteTable(entry, count, address, walk) {
    sharedRange.pteTable(entry, count, address, walk);
    // Marked later: the lock of an upper table must not be taken under that of a lower one.
    walk.state.cleaned = walk.state.scanning;
    return 0;
  },
};

const operations: WalkOperations<TouchedChanges> = {
  ...sharedRange,
  pud: cleanTouched,
  postVma(walk) {
    try {
      markCleaned(walk);
    } finally {
      sharedRange.postVma(walk);
    }
  },
};

/**
 * Does what `cleanRecordSharedMappingRange` does, with the same result, but skips each 2 MiB of address space that no
 * CPU has touched since this function last cleaned it. It uses, and clears, the accessed bits of the PMD entries; so
 * it suits mappings of many megabytes of which little is touched, and gains only when called repeatedly.
 *
 * @param counters adds the leaf-table entries that it examined: those of skipped tables are not among them
 * @throws MappingDirtyError as `cleanRecordSharedMappingRange`
 */
export function cleanRecordTouchedSharedMappingRange(
  mapping: Mapping,
  firstPage: number,
  pageCount: number,
  into: DirtyPages,
  bitmapFirstPage: number,
  counters?: ScanCounters,
): number {
  const changes = new TouchedChanges(into, bitmapFirstPage);
  checkClean(firstPage, pageCount, changes);
  return changeSharedRanges(mapping, firstPage, pageCount, operations, changes, counters);
}
