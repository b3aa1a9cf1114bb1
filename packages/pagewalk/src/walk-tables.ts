import { ENTRY_SPAN, entryWord, frameOfEntry, PAGE_PRESENT, PAGE_SIZE, TOP_LEVEL } from '@cg/pagetable';
import type { PageWalk, WalkOperations } from './operations.js';

/** Walks the page tables under `[start, end)`, top down. */
export function walkTables<State>(
  start: number,
  end: number,
  operations: WalkOperations<State>,
  walk: PageWalk<State>,
): number {
  return walkTable(walk.addressSpace.tables.rootFrame, TOP_LEVEL, start, end, operations, walk);
}

function walkTable<State>(
  tableFrame: number,
  level: number,
  start: number,
  end: number,
  operations: WalkOperations<State>,
  walk: PageWalk<State>,
): number {
  const span = ENTRY_SPAN[level];
  let result = 0;
  for (let address = start; address < end && result === 0;) {
    const next = Math.min(end, (Math.floor(address / span) + 1) * span);
    const entry = entryWord(tableFrame, address, level);
    const low = walk.u32[entry];
    if ((low & PAGE_PRESENT) === 0) {
      result = operations.hole?.(address, next, walk) ?? 0;
    } else {
      const below = frameOfEntry(low, walk.u32[entry + 1]);
      result =
        level === 2
          ? walkLeafTable(below, address, next, operations, walk)
          : walkTable(below, level - 1, address, next, operations, walk);
    }
    address = next;
  }
  return result;
}

function walkLeafTable<State>(
  tableFrame: number,
  start: number,
  end: number,
  operations: WalkOperations<State>,
  walk: PageWalk<State>,
): number {
  const first = entryWord(tableFrame, start, 1);
  const count = (end - start) / PAGE_SIZE;
  if (operations.pteTable !== undefined) {
    return operations.pteTable(first, count, start, walk);
  }
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
