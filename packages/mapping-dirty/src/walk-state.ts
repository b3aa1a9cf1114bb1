import { PAGE_SIZE, VM_HUGETLB, VM_MAYWRITE, VM_SHARED } from '@cg/pagetable';
import type { PageWalk } from '@cg/pagewalk';

/** What a caller may keep to see how much work walks were. */
export interface ScanCounters {
  /** Page-table entries looked at, present or not. */
  entriesScanned: number;
}

/** What write-protect and clean have in common: how many entries changed, and where to flush. */
export class EntryChanges {
  /** Entries changed (rule 4.5). */
  total = 0;
  /** Entries looked at. */
  scanned = 0;
  walkedStart = 0;
  walkedEnd = 0;
  flushStart = 0;
  flushEnd = 0;

  /** Notes that the entries of `[start, end)` were changed. */
  changed(start: number, end: number): void {
    this.flushStart = Math.min(this.flushStart, start);
    this.flushEnd = Math.max(this.flushEnd, end);
  }
}

/** Both work on shared VMAs that may be written, whether or not they are writable now (rule 4.1, A2). */
export function testShared<State extends EntryChanges>(
  _start: number,
  _end: number,
  walk: PageWalk<State>,
): number {
  const flags = walk.vma?.flags ?? 0;
  const tracked = (flags & (VM_SHARED | VM_MAYWRITE | VM_HUGETLB)) === (VM_SHARED | VM_MAYWRITE);
  return tracked ? 0 : 1;
}

/** Tells notifiers of the range, and other walkers that a flush is going to come (rules 2.4, 4.4). */
export function announce<State extends EntryChanges>(
  start: number,
  end: number,
  walk: PageWalk<State>,
): number {
  const { state, addressSpace } = walk;
  state.walkedStart = start;
  state.walkedEnd = end;
  state.flushStart = end;
  state.flushEnd = start;
  for (const notifier of addressSpace.notifiers) {
    notifier.invalidateStart(start, end);
  }
  addressSpace.pendingTlbFlushes++;
  return 0;
}

/**
 * Flushes what was changed, before the notifiers' end. Where another walker's flush is still pending, an
 * entry that looks clean here may be cached as dirty: then all that was walked is flushed (A3).
 */
export function flush<State extends EntryChanges>(walk: PageWalk<State>): void {
  const { state, addressSpace } = walk;
  if (addressSpace.pendingTlbFlushes > 1) {
    addressSpace.flushTlbRange(state.walkedStart, state.walkedEnd);
  } else if (state.flushStart < state.flushEnd) {
    addressSpace.flushTlbRange(state.flushStart, state.flushEnd);
  }
  for (const notifier of addressSpace.notifiers) {
    notifier.invalidateEnd(state.walkedStart, state.walkedEnd);
  }
  addressSpace.pendingTlbFlushes--;
}

/** The address behind entry `index` of a run that starts at `address`. */
export function addressAfter(address: number, index: number): number {
  return address + index * PAGE_SIZE;
}
