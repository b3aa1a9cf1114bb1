import { entryWord, frameOfEntry, PAGE_PRESENT, PAGE_PSE, PAGE_SIZE } from '@cg/pagetable';
import type { PageWalk, WalkOperations } from './operations.js';
import type { TableWalker } from './table-walker.js';
import type { PreemptionPoint } from './preemption-points.js';

/**
 * Walks `[start, end)` of the leaf table that the PMD entry at word `pmd` points at, with the table's lock held (rule
 * 3.3, A5).
 * @returns undefined if the entry had changed when the lock was taken: nothing was walked
 */
export function walkLeafTable<State>(
  pmd: number,
  start: number,
  end: number,
  { operations, walk, holder }: TableWalker<State>,
): number | undefined {
  const { u32 } = walk;
  const { tables } = walk.addressSpace;
  const tableFrame = frameOfEntry(u32[pmd], u32[pmd + 1]);
  tables.memory.preemption.reach('walk: between upper entry and table lock' satisfies PreemptionPoint);
  tables.lockTable(tableFrame, holder);
  try {
    const isTable = (u32[pmd] & (PAGE_PRESENT | PAGE_PSE)) === PAGE_PRESENT;
    if (!isTable || frameOfEntry(u32[pmd], u32[pmd + 1]) !== tableFrame) {
      return undefined;
    }
    const first = entryWord(tableFrame, start, 1);
    const count = (end - start) / PAGE_SIZE;
    if (operations.pteTable === undefined) {
      return walkEntries(first, count, start, operations, walk);
    }
    // A callback in JavaScript may return undefined: it continues, and must not cause another look at the entry.
    const result: number | undefined = operations.pteTable(first, count, start, walk);
    return result ?? 0;
  } finally {
    tables.unlockTable(tableFrame, holder);
  }
}

function walkEntries<State>(
  first: number,
  count: number,
  start: number,
  operations: WalkOperations<State>,
  walk: PageWalk<State>,
): number {
  for (let i = 0; i < count; i++) {
    const present = (walk.u32[first + i * 2] & PAGE_PRESENT) !== 0;
    const address = start + i * PAGE_SIZE;
    const result = present
      ? operations.pte?.(first + i * 2, address, walk)
      : operations.hole?.(address, address + PAGE_SIZE, walk);
    if (result !== undefined && result !== 0) {
      return result;
    }
  }
  return 0;
}
