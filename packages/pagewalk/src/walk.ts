import {
  ADDRESS_END,
  formatAddress,
  isPageRange,
  PAGE_SIZE,
  RUNNING_THREAD,
  VM_HUGETLB,
  type AddressSpace,
  type Mapping,
  type Vma,
  type VmaAddressSpace,
} from '@cg/pagetable';
import { PageWalkError } from './errors.js';
import type { WalkOperations } from './operations.js';
import { walkHugetlb } from './walk-hugetlb.js';
import { walkerOf, type TableWalker } from './table-walker.js';
import { walkTables } from './walk-tables.js';

function checkRange(start: number, end: number): void {
  const aligned = start % PAGE_SIZE === 0 && end % PAGE_SIZE === 0;
  if (!(start >= 0 && start < end && end <= ADDRESS_END) || !aligned) {
    const said = start >= 0 && start < ADDRESS_END ? formatAddress(start) : String(start);
    throw new PageWalkError('EINVAL', `not a range of pages: ${said} to ${end}`, start, end);
  }
}

function checkPages(firstPage: number, pageCount: number): void {
  if (!isPageRange(firstPage, pageCount)) {
    const message = `not a range of pages of a mapping: ${pageCount} from page ${firstPage}`;
    throw new PageWalkError('EINVAL', message, firstPage, firstPage + pageCount);
  }
}

/** Tests one VMA and walks `[start, end)` of it, between its `preVma` and `postVma`. */
function walkVmaRange<State>(vma: Vma, start: number, end: number, walker: TableWalker<State>): number {
  const { operations, walk } = walker;
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
    const walkEntries = (vma.flags & VM_HUGETLB) === 0 ? walkTables : walkHugetlb;
    return walkEntries(start, end, walker);
  } finally {
    operations.postVma?.(walk);
  }
}

/**
 * Walks a range of an address space, VMA by VMA; gaps between them are holes (rule 3.1).
 * @param holder the lock's holder, which also takes the tables' locks; the running thread if left out
 * @returns 0, or the callback result that ended the walk
 * @throws PageWalkError EINVAL if the range does not consist of pages of the 48-bit address space
 * @throws PageTableError EDEADLK if `holder` does not have the address space's lock (rule 3.5)
 */
export function walkPageRange<State>(
  addressSpace: AddressSpace,
  start: number,
  end: number,
  operations: WalkOperations<State>,
  state: State,
  holder: string = RUNNING_THREAD,
): number {
  checkRange(start, end);
  addressSpace.lock.assertHeld(holder);
  const walker = walkerOf(addressSpace, operations, state, holder);
  const { walk } = walker;
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
    result ||= walkVmaRange(vma, at, vmaEnd, walker);
    at = vmaEnd;
  }
  if (result === 0 && at < end) {
    walk.vma = undefined;
    result = operations.hole?.(at, end, walk) ?? 0;
  }
  return result;
}

/**
 * Walks one whole VMA.
 * @param holder the lock's holder, which also takes the tables' locks; the running thread if left out
 * @returns 0, or the callback result that ended the walk
 * @throws PageTableError EDEADLK if `holder` does not have the address space's lock
 */
export function walkPageVma<State>(
  vma: Vma,
  operations: WalkOperations<State>,
  state: State,
  holder: string = RUNNING_THREAD,
): number {
  vma.addressSpace.lock.assertHeld(holder);
  return walkVmaRange(vma, vma.start, vma.end, walkerOf(vma.addressSpace, operations, state, holder));
}

/**
 * Walks a part of one VMA: for a walk within a walk, so either of a walk's outer locks suffices, the address space's
 * or the mapping's (rule 3.5).
 * @param holder the lock's holder, which also takes the tables' locks; the running thread if left out
 * @returns 0, or the callback result that ended the walk
 * @throws PageWalkError EINVAL if the range does not consist of pages of the VMA
 * @throws PageTableError EDEADLK if `holder` has neither lock
 */
export function walkPageVmaRange<State>(
  vma: Vma,
  start: number,
  end: number,
  operations: WalkOperations<State>,
  state: State,
  holder: string = RUNNING_THREAD,
): number {
  checkRange(start, end);
  if (start < vma.start || end > vma.end) {
    const said = `${formatAddress(start)} to ${formatAddress(end)} is not within the VMA`;
    throw new PageWalkError('EINVAL', said, start, end);
  }
  if (!vma.mapping.lock.holders.includes(holder)) {
    vma.addressSpace.lock.assertHeld(holder);
  }
  return walkVmaRange(vma, start, end, walkerOf(vma.addressSpace, operations, state, holder));
}

/**
 * Walks every VMA, of any address space, that maps a page of `[firstPage, firstPage + pageCount)` of a mapping,
 * clipped to that range; a huge entry that intersects the range is part of it (rule 3.5).
 * @param holder the lock's holder, which also takes the tables' locks; the running thread if left out
 * @returns 0, or the callback result that ended the walk
 * @throws PageWalkError EINVAL if the range does not consist of whole pages, from 0 on
 * @throws PageTableError EDEADLK if `holder` does not have the mapping's lock, for reading or writing
 */
export function walkPageMapping<State>(
  mapping: Mapping,
  firstPage: number,
  pageCount: number,
  operations: WalkOperations<State>,
  state: State,
  holder: string = RUNNING_THREAD,
): number {
  checkPages(firstPage, pageCount);
  mapping.lock.assertHeld(holder);
  if (pageCount === 0) {
    return 0;
  }
  let walker: TableWalker<State> | undefined;
  for (const { value: vma } of mapping.vmasShowing(firstPage, pageCount)) {
    walker ??= walkerOf(vma.addressSpace, operations, state, holder);
    walker.walk.addressSpace = vma.addressSpace;
    walker.walk.u32 = vma.addressSpace.tables.memory.u32;
    const first = Math.max(firstPage, vma.firstPage);
    const end = Math.min(firstPage + pageCount, vma.firstPage + vma.pageCount);
    const result = walkVmaRange(vma, vma.addressOf(first), vma.addressOf(end), walker);
    if (result !== 0) {
      return result;
    }
  }
  return 0;
}

/**
 * Walks the page tables of an address space as they are, independent of VMAs: also where there are none, and in the
 * upper half. `test`, `preVma`, `postVma` and `hugetlb` are not called. Huge entries are never split: the callback of
 * their level receives them, or they are skipped.
 * @param holder the lock's holder, which also takes the tables' locks; the running thread if left out
 * @returns 0, or the callback result that ended the walk
 * @throws PageWalkError EINVAL if the range does not consist of pages of the 48-bit address space
 * @throws PageTableError EDEADLK if `holder` does not have the address space's lock (rule 3.5)
 */
export function walkPageTables<State>(
  addressSpace: VmaAddressSpace,
  start: number,
  end: number,
  operations: WalkOperations<State>,
  state: State,
  holder: string = RUNNING_THREAD,
): number {
  checkRange(start, end);
  addressSpace.lock.assertHeld(holder);
  return walkTables(start, end, walkerOf(addressSpace, operations, state, holder));
}
