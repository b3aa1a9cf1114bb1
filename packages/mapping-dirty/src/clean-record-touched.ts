import {
  ENTRY_SPAN,
  entryWord,
  frameOfEntry,
  PAGE_ACCESSED,
  PAGE_PRESENT,
  PAGE_PSE,
  tableOfEntry,
  type Mapping,
  type PageTables,
} from '@cg/pagetable';
import { walkPageVmaRange, type PageWalk, type WalkOperations } from '@cg/pagewalk';
import type { DirtyPages } from '@cg/tracked-memory';
import { CleanChanges, cleanRecord, cleanTable } from './clean-record.js';
import type { ScanCounters } from './entry-changes.js';
import { sharedRange, walkedVma } from './shared-ranges.js';

/**
 * Bit 9 of a PMD entry, which x86-64 leaves to software (Intel SDM volume 3A, table 4-18): every entry below was
 * clean, and no TLB had one, when the accessed bit was cleared last. Without it a clear accessed bit says
 * nothing: fork and mremap enter dirty entries into tables that no CPU has walked yet.
 */
const PAGE_SOFT_CLEANED = 0x200;

/** Bytes under one PMD entry. */
const REGION = ENTRY_SPAN[2];

/** A clean by touched tables under way. */
class TouchedChanges extends CleanChanges {
  /** The PMD entry above the table that is scanned next; -1 where only a part of the table is. */
  scanning = -1;
  /** The PMD entry above a table that has been cleaned whole and is still to be marked, or -1. */
  cleaned = -1;
}

type Walk = PageWalk<TouchedChanges>;

function changeBits(tables: PageTables, entry: number, clear: number, set: number): void {
  const table = tableOfEntry(entry);
  tables.lockTable(table);
  tables.memory.u32[entry] = (tables.memory.u32[entry] & ~clear) | set;
  tables.unlockTable(table);
}

/** Marks the table that was cleaned last. A CPU that was faster has set the accessed bit again. */
function markCleaned({ state, u32, addressSpace }: Walk): void {
  const entry = state.cleaned;
  state.cleaned = -1;
  if (entry >= 0 && (u32[entry] & (PAGE_PRESENT | PAGE_PSE)) === PAGE_PRESENT) {
    changeBits(addressSpace.tables, entry, 0, PAGE_SOFT_CLEANED);
  }
}

/** The first of the PMD entries from word `pmd` on, before `end`, whose region may have something dirty; or `end`. */
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
 * Takes the accessed bits of the touched regions of `[start, end)`, which is made of whole ones; `first` is the
 * PMD entry of the first. The mark goes too: until all below is clean, another walker must not skip it (A3).
 */
function takeTouched(first: number, start: number, end: number, { state, u32, addressSpace }: Walk): void {
  const endPmd = first + (2 * (end - start)) / REGION;
  for (let pmd = nextTouched(u32, first, endPmd); pmd < endPmd; pmd = nextTouched(u32, pmd + 2, endPmd)) {
    if ((u32[pmd] & (PAGE_PRESENT | PAGE_PSE)) === PAGE_PRESENT) {
      changeBits(addressSpace.tables, pmd, PAGE_ACCESSED | PAGE_SOFT_CLEANED, 0);
      const region = start + ((pmd - first) / 2) * REGION;
      state.changed(region, region + REGION);
    }
  }
}

/**
 * First the accessed bits, then the flush of all below them, then the entries. A CPU that still had an upper
 * entry cached while the entries below it are cleaned would dirty one of them and not set the accessed bit
 * again: the next clean would skip it (rule 4.4).
 *
 * A region that the range does not cover whole is always scanned and keeps its bit: others may show memory in
 * the rest of it.
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

/** Cleans the touched regions of `[start, end)`, which is made of whole ones, run by run. */
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

/** For a run of regions that are scanned. */
const runOperations: WalkOperations<TouchedChanges> = {
  pud: sharedRange.pud,
  pmd(entry, start, end, walk) {
    markCleaned(walk);
    walk.state.scanning = end - start === REGION ? entry : -1;
    return sharedRange.pmd(entry, start, end, walk);
  },
  pteTable(entry, count, address, walk) {
    cleanTable(entry, count, address, walk);
    // Marked later: the lock of an upper table is taken before that of a lower one, not under it.
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
 * Does what `cleanRecordSharedMappingRange` does, with the same result, and skips each 2 MiB of address space in
 * which no CPU has touched anything since this function cleaned it last. What was touched the accessed bits of
 * the PMD entries tell, which it clears; so it is for mappings of many megabytes of which little is touched, and
 * gains only where it is called again and again.
 *
 * @param counters adds the entries of leaf tables that it looked at: those of skipped tables are not among them
 * @throws MappingDirtyError as `cleanRecordSharedMappingRange` does
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
  return cleanRecord(mapping, firstPage, pageCount, operations, changes, counters);
}
