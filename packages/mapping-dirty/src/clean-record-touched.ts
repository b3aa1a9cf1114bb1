import {
  endOfEntry,
  PAGE_ACCESSED,
  PAGE_PRESENT,
  PAGE_PSE,
  tableOfEntry,
  type Mapping,
  type Vma,
} from '@cg/pagetable';
import type { DirtyPages } from '@cg/tracked-memory';
import { CleanChanges, cleanRecord, cleanTable } from './clean-record.js';
import type { ScanCounters } from './entry-changes.js';
import { changeLeafTable, PMD } from './leaf-tables.js';

/**
 * Bit 9 of a PMD entry, which x86-64 leaves to software (Intel SDM volume 3A, table 4-18): every entry below was
 * clean, and no TLB had one, when the accessed bit was cleared last. Without it a clear accessed bit says
 * nothing: fork and mremap enter dirty entries into tables that no CPU has walked yet.
 */
const PAGE_SOFT_CLEANED = 0x200;

/** Bytes under one PMD entry. */
const REGION = endOfEntry(0, PMD);

function changeBits(vma: Vma, entry: number, clear: number, set: number): void {
  const { tables } = vma.addressSpace;
  const table = tableOfEntry(entry);
  tables.lockTable(table);
  tables.memory.u32[entry] = (tables.memory.u32[entry] & ~clear) | set;
  tables.unlockTable(table);
}

/**
 * Finds the regions of `[start, end)` that have to be scanned, and takes the accessed bits of those that lie in
 * it whole. A region at an edge is always scanned and keeps its bit: others may show memory in the rest of it.
 * @returns 1 for each region, from the one that holds `start` on
 */
function takeTouched(vma: Vma, start: number, end: number, changes: CleanChanges): Uint8Array {
  const { tables } = vma.addressSpace;
  const inUse = PAGE_PRESENT | PAGE_PSE;
  const known = PAGE_ACCESSED | PAGE_SOFT_CLEANED;
  const base = start - (start % REGION);
  const touched = new Uint8Array(Math.ceil((end - base) / REGION));
  const { u32 } = tables.memory;
  let pmd = -1;
  let tableEnd = base;
  for (let region = 0, address = base; region < touched.length; region++, address += REGION) {
    // No step of another CPU comes in between: entries of one table follow one another.
    if (address >= tableEnd) {
      pmd = tables.findEntry(address, PMD);
      tableEnd = endOfEntry(address, PMD + 1);
    } else if (pmd >= 0) {
      pmd += 2;
    }
    const low = pmd < 0 ? 0 : u32[pmd];
    const whole = address >= start && address + REGION <= end;
    if (!whole || (low & inUse) !== PAGE_PRESENT) {
      touched[region] = 1;
    } else if ((low & known) !== PAGE_SOFT_CLEANED) {
      touched[region] = 1;
      // The mark too: until all below is clean, another walker must not skip it (A3).
      changeBits(vma, pmd, known, 0);
      changes.changed(address, address + REGION);
    }
  }
  return touched;
}

/**
 * First the accessed bits, then the flush of all below them, then the entries. A CPU that still had an upper
 * entry cached while the entries below it are cleaned would dirty one of them and not set the accessed bit
 * again: the next clean would skip it (rule 4.4).
 */
function cleanTouchedRange(vma: Vma, start: number, end: number, changes: CleanChanges): void {
  const { addressSpace } = vma;
  const { tables } = addressSpace;
  const touched = takeTouched(vma, start, end, changes);
  if (changes.flushStart < changes.flushEnd) {
    tables.memory.preemption.reach('clean: between entries and flush');
    addressSpace.flushTlbRange(changes.flushStart, changes.flushEnd);
    changes.flushed();
  }
  const base = start - (start % REGION);
  let address = start;
  for (let region = touched.indexOf(1); region >= 0; region = touched.indexOf(1, region + 1)) {
    const first = Math.max(address, base + region * REGION);
    const last = Math.min(end, base + (region + 1) * REGION);
    if (first >= last) {
      continue;
    }
    address = changeLeafTable(vma, first, end, changes, cleanTable);
    if (last - first === REGION && address === last) {
      markCleaned(vma, first);
    }
  }
}

/** The table under a whole region has just been cleaned. A CPU that was faster has set the accessed bit again. */
function markCleaned(vma: Vma, address: number): void {
  const { tables } = vma.addressSpace;
  const pmd = tables.findEntry(address, PMD);
  if (pmd >= 0 && (tables.memory.u32[pmd] & (PAGE_PRESENT | PAGE_PSE)) === PAGE_PRESENT) {
    changeBits(vma, pmd, 0, PAGE_SOFT_CLEANED);
  }
}

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
  const changes = new CleanChanges(into, bitmapFirstPage);
  return cleanRecord(mapping, firstPage, pageCount, changes, cleanTouchedRange, counters);
}
