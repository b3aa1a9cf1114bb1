import {
  ENTRIES_PER_TABLE,
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
import type { PageWalk, WalkOperations } from '@cg/pagewalk';
import type { DirtyPages } from '@cg/tracked-memory';
import { CleanChanges, cleanRecord, cleanTable } from './clean-record.js';
import type { ScanCounters } from './entry-changes.js';
import { sharedRange } from './shared-ranges.js';

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
  /** Of each region under the PUD entry that is walked: whether it has to be scanned. */
  readonly touched = new Uint8Array(ENTRIES_PER_TABLE);
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

/**
 * Finds the regions of `[start, end)`, all under one PUD entry, that have to be scanned, and takes the accessed
 * bits of those that lie in the walk whole. A region at an edge is always scanned and keeps its bit: others may
 * show memory in the rest of it.
 */
function takeTouched(pmdTable: number, start: number, end: number, { state, u32, addressSpace }: Walk): void {
  const { touched, walkStart, walkEnd } = state;
  const known = PAGE_ACCESSED | PAGE_SOFT_CLEANED;
  touched.fill(1);
  let address = start - (start % REGION);
  let pmd = entryWord(pmdTable, address, 2);
  // No step of another CPU comes in between.
  for (; address < end; address += REGION, pmd += 2) {
    const low = u32[pmd];
    if (
      address < walkStart ||
      address + REGION > walkEnd ||
      (low & (PAGE_PRESENT | PAGE_PSE)) !== PAGE_PRESENT
    ) {
      continue;
    }
    if ((low & known) === PAGE_SOFT_CLEANED) {
      touched[(pmd >>> 1) % ENTRIES_PER_TABLE] = 0;
    } else {
      // The mark too: until all below is clean, another walker must not skip it (A3).
      changeBits(addressSpace.tables, pmd, known, 0);
      state.changed(address, address + REGION);
    }
  }
}

/**
 * First the accessed bits, then the flush of all below them, then the entries. A CPU that still had an upper
 * entry cached while the entries below it are cleaned would dirty one of them and not set the accessed bit
 * again: the next clean would skip it (rule 4.4).
 */
function lookAtPud(entry: number, start: number, end: number, walk: Walk): number {
  markCleaned(walk);
  sharedRange.pud(entry, start, end, walk);
  if (walk.action !== 'subtree') {
    return 0;
  }
  const { state, u32, addressSpace } = walk;
  takeTouched(frameOfEntry(u32[entry], u32[entry + 1]), start, end, walk);
  if (state.flushStart < state.flushEnd) {
    addressSpace.tables.memory.preemption.reach(state.point);
    addressSpace.flushTlbRange(state.flushStart, state.flushEnd);
    state.flushed();
  }
  return 0;
}

function lookAtPmd(entry: number, start: number, end: number, walk: Walk): number {
  const { state } = walk;
  if (state.touched[(entry >>> 1) % ENTRIES_PER_TABLE] === 0) {
    walk.action = 'continue';
    return 0;
  }
  markCleaned(walk);
  state.scanning = end - start === REGION ? entry : -1;
  return sharedRange.pmd(entry, start, end, walk);
}

function cleanTouchedTable(entry: number, count: number, address: number, walk: Walk): number {
  cleanTable(entry, count, address, walk);
  // The mark needs the lock of the upper table, which is taken before that of a lower one and not under it.
  walk.state.cleaned = walk.state.scanning;
  return 0;
}

const operations: WalkOperations<TouchedChanges> = {
  ...sharedRange,
  pud: lookAtPud,
  pmd: lookAtPmd,
  pteTable: cleanTouchedTable,
  postVma(walk) {
    markCleaned(walk);
    sharedRange.postVma(walk);
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
