import { PageTableError } from './errors.js';
import { RUNNING_THREAD } from './lock-ledger.js';
import { isHugeLeaf, tableOfEntry } from './page-tables.js';
import type { Vma } from './vma.js';

/**
 * Takes the lock of the huge entry of `level` that maps `address`, for a holder of one of the two outer locks: the
 * address space's, or the mapping's (rule 3.5). The caller releases it with `unlockTable` of the entry's table.
 * @returns the entry; -1, with nothing locked, if there is no such huge leaf now
 * @throws PageTableError EDEADLK if `holder` has neither outer lock, or the table's lock is taken
 */
export function lockHugeEntry(
  vma: Vma,
  address: number,
  level: number,
  holder: string = RUNNING_THREAD,
): number {
  const { lock, tables } = vma.addressSpace;
  const outer = [lock, vma.mapping.lock];
  if (!outer.some(({ holders }) => holders.includes(holder))) {
    const heldBy = outer.flatMap(({ holders }) => holders);
    const names = outer.map(({ name }) => name).join(' or ');
    const actual = heldBy.length === 0 ? 'not held' : `held by ${heldBy.join(', ')}`;
    const message = `lock ${names} must be held by ${holder}; ${actual}`;
    throw new PageTableError('EDEADLK', message, { lock: names, holder, heldBy, address });
  }
  const entry = tables.findEntry(address, level);
  if (level < 2 || entry < 0 || !isHugeLeaf(tables.memory.u32[entry])) {
    return -1;
  }
  tables.lockTable(tableOfEntry(entry), holder);
  return entry;
}
