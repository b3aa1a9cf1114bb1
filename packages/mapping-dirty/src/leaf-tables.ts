import { endOfEntry, entryWord, frameOfEntry, PAGE_PRESENT, PAGE_SIZE, type Vma } from '@cg/pagetable';
import type { EntryChanges } from './entry-changes.js';

/** Level of the entries that point at leaf tables, and of 2 MiB leaves. */
export const PMD = 2;
/** Level of 1 GiB leaves. */
const PUD = 3;

/** Changes `count` entries of a leaf table from word `entry` on, for the pages of a VMA from `address` on. */
export type TableChange<Changes> = (
  entry: number,
  count: number,
  address: number,
  vma: Vma,
  changes: Changes,
) => void;

/** Changes what the leaf tables under `[start, end)` of a VMA hold, a table at a time. */
export function changeLeafTables<Changes extends EntryChanges>(
  vma: Vma,
  start: number,
  end: number,
  changes: Changes,
  change: TableChange<Changes>,
): void {
  for (let address = start; address < end;) {
    address = changeLeafTable(vma, address, end, changes, change);
  }
}

/**
 * Changes the entries of the leaf table that covers `address`, up to its end or `end`, under its lock. The way
 * to it is looked at again once it is known: a table that was freed, or a huge entry that was split, in between
 * is not worked on as what it was (rule 2.7, A4, A6).
 * @returns the address to go on with
 */
export function changeLeafTable<Changes extends EntryChanges>(
  vma: Vma,
  address: number,
  end: number,
  changes: Changes,
  change: TableChange<Changes>,
): number {
  const { tables } = vma.addressSpace;
  const { u32, preemption } = tables.memory;
  for (;;) {
    const pmd = tables.findEntry(address, PMD);
    if (pmd < 0) {
      return skipPud(vma, address, end, changes);
    }
    const next = Math.min(end, endOfEntry(address, PMD));
    const low = u32[pmd];
    if ((low & PAGE_PRESENT) === 0 || changes.isHuge(low, address, PMD)) {
      return next;
    }
    const table = frameOfEntry(low, u32[pmd + 1]);
    const entry = entryWord(table, address, 1);
    preemption.reach('walk: between upper entry and table lock');
    if (tables.find(address) !== entry) {
      continue;
    }
    tables.lockTable(table);
    try {
      change(entry, (next - address) / PAGE_SIZE, address, vma, changes);
    } finally {
      tables.unlockTable(table);
    }
    return next;
  }
}

/** There is no PMD table: a 1 GiB leaf, or nothing. */
function skipPud(vma: Vma, address: number, end: number, changes: EntryChanges): number {
  const { tables } = vma.addressSpace;
  const pud = tables.findEntry(address, PUD);
  if (pud >= 0) {
    changes.isHuge(tables.memory.u32[pud], address, PUD);
  }
  return Math.min(end, endOfEntry(address, PUD));
}
