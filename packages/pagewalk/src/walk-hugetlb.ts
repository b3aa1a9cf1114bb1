import { ENTRY_SPAN, isHugeLeaf } from '@cg/pagetable';
import type { TableWalker } from './table-walker.js';

/** Walks `[start, end)` of a VMA of VM_HUGETLB, whose leaves are all huge. */
export function walkHugetlb<State>(start: number, end: number, walker: TableWalker<State>): number {
  const { operations, walk } = walker;
  const { tables } = walk.addressSpace;
  let result = 0;
  for (let address = start; address < end && result === 0;) {
    const level = hugeLevel(walker, address);
    const span = ENTRY_SPAN[level === 0 ? 2 : level];
    const next = Math.min(end, (Math.floor(address / span) + 1) * span);
    result =
      level === 0
        ? (operations.hole?.(address, next, walk) ?? 0)
        : (operations.hugetlb?.(tables.findEntry(address, level), address, next, walk) ?? 0);
    address = next;
  }
  return result;
}

/** Level of the huge leaf that maps `address`; 0 if there is none. */
function hugeLevel<State>({ walk }: TableWalker<State>, address: number): number {
  const { tables } = walk.addressSpace;
  for (const level of [3, 2]) {
    const entry = tables.findEntry(address, level);
    if (entry >= 0 && isHugeLeaf(walk.u32[entry])) {
      return level;
    }
  }
  return 0;
}
