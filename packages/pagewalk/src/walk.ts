import {
  formatAddress,
  PAGE_SIZE,
  type AddressSpace,
  type Mapping,
  type Vma,
  type VmaAddressSpace,
} from '@cg/pagetable';
import { PageWalkError } from './errors.js';
import type { PageWalk, WalkOperations } from './operations.js';
import { walkTables } from './walk-tables.js';

function walkOf<State>(addressSpace: VmaAddressSpace, state: State): PageWalk<State> {
  return { state, addressSpace, vma: undefined, u32: addressSpace.tables.memory.u32 };
}

/** Tests one VMA and walks `[start, end)` of it, between its `preVma` and `postVma`. */
function walkVmaRange<State>(
  vma: Vma,
  start: number,
  end: number,
  operations: WalkOperations<State>,
  walk: PageWalk<State>,
): number {
  walk.vma = vma;
  const tested = operations.test?.(start, end, walk) ?? 0;
  if (tested !== 0) {
    return Math.min(tested, 0);
  }
  const before = operations.preVma?.(start, end, walk) ?? 0;
  if (before !== 0) {
    return before;
  }
  try {
    return walkTables(start, end, operations, walk);
  } finally {
    operations.postVma?.(walk);
  }
}

/**
 * Walks a range of an address space, VMA by VMA; what lies between them is a hole (rule 3.1).
 * @returns 0, or the callback result that ended the walk
 * @throws PageWalkError EINVAL where the range is not made of pages
 */
export function walkPageRange<State>(
  addressSpace: AddressSpace,
  start: number,
  end: number,
  operations: WalkOperations<State>,
  state: State,
): number {
  if (!(start < end) || start % PAGE_SIZE !== 0 || end % PAGE_SIZE !== 0) {
    throw new PageWalkError('EINVAL', `not a range of pages: ${formatAddress(start)} to ${end}`, start, end);
  }
  const walk = walkOf(addressSpace, state);
  let at = start;
  let result = 0;
  for (const vma of addressSpace.vmas) {
    if (vma.end <= at) {
      continue;
    }
    if (vma.start >= end || result !== 0) {
      break;
    }
    if (vma.start > at) {
      walk.vma = undefined;
      result = operations.hole?.(at, vma.start, walk) ?? 0;
      at = vma.start;
    }
    const vmaEnd = Math.min(end, vma.end);
    result ||= walkVmaRange(vma, at, vmaEnd, operations, walk);
    at = vmaEnd;
  }
  if (result === 0 && at < end) {
    walk.vma = undefined;
    result = operations.hole?.(at, end, walk) ?? 0;
  }
  return result;
}

/** Walks one whole VMA. Returns 0, or the callback result that ended the walk. */
export function walkPageVma<State>(vma: Vma, operations: WalkOperations<State>, state: State): number {
  return walkVmaRange(vma, vma.start, vma.end, operations, walkOf(vma.addressSpace, state));
}

/**
 * Walks every VMA, of whatever address space, that shows a page of `[firstPage, firstPage + pageCount)` of
 * a mapping, clipped to that range (rule 3.5).
 * @returns 0, or the callback result that ended the walk
 * @throws PageTableError EDEADLK where the mapping's lock is not held, for reading or writing
 */
export function walkPageMapping<State>(
  mapping: Mapping,
  firstPage: number,
  pageCount: number,
  operations: WalkOperations<State>,
  state: State,
): number {
  mapping.lock.assertHeld();
  if (pageCount === 0) {
    return 0;
  }
  let walk: PageWalk<State> | undefined;
  for (const { value: vma } of mapping.vmasShowing(firstPage, pageCount)) {
    walk ??= walkOf(vma.addressSpace, state);
    walk.addressSpace = vma.addressSpace;
    walk.u32 = vma.addressSpace.tables.memory.u32;
    const first = Math.max(firstPage, vma.firstPage);
    const end = Math.min(firstPage + pageCount, vma.firstPage + vma.pageCount);
    const result = walkVmaRange(vma, vma.addressOf(first), vma.addressOf(end), operations, walk);
    if (result !== 0) {
      return result;
    }
  }
  return 0;
}
