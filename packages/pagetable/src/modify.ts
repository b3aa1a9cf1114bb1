import { tableOfEntry, type PageTables } from './page-tables.js';

/**
 * Reads and clears an entry atomically, so that no CPU sets accessed or dirty after it was read (rule 2.3). Until
 * `modifyCommit` the entry maps nothing: an access to it faults and waits for the table's lock, which must be held.
 * @returns the former low word
 * @throws PageTableError EDEADLK if `holder` does not hold the lock of the table
 */
export function modifyStart(tables: PageTables, entry: number, holder?: string): number {
  tables.assertTableLocked(tableOfEntry(entry), holder);
  const { u32, preemption } = tables.memory;
  const low = u32[entry];
  u32[entry] = 0;
  preemption.reach('modify: between start and commit');
  return low;
}

/** Writes the low word of an entry back after `modifyStart`. */
export function modifyCommit(tables: PageTables, entry: number, low: number): void {
  tables.memory.u32[entry] = low;
}
