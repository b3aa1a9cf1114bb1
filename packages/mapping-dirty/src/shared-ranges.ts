import {
  VM_HUGETLB,
  VM_MAYWRITE,
  VM_SHARED,
  type Mapping,
  type PreemptionPoint,
  type Vma,
} from '@cg/pagetable';
import { walkPageMapping, type PageWalk, type WalkOperations } from '@cg/pagewalk';
import type { EntryChanges, ScanCounters } from './entry-changes.js';
import { MappingDirtyError } from './errors.js';

/** Changes the entries that `[start, end)` of a VMA has, and notes in `changes` what is to be flushed. */
export type RangeChange<Changes> = (vma: Vma, start: number, end: number, changes: Changes) => void;

interface SharedWalk<Changes> {
  readonly changes: Changes;
  readonly change: RangeChange<Changes>;
  readonly point: PreemptionPoint;
}

/** For the walker: the VMA is done, go on with the next. */
const SKIP = 1;

function isTracked(flags: number): boolean {
  return (flags & (VM_SHARED | VM_MAYWRITE | VM_HUGETLB)) === (VM_SHARED | VM_MAYWRITE);
}

/**
 * Changes one VMA's range: notifiers and other walkers hear of it before the first entry changes, the flush
 * comes before the notifiers' end (rules 2.4, 4.4), also where the change fails (A8).
 *
 * Where another walker's flush is still pending, an entry that looks clean here may be cached as dirty: then
 * all of the range is flushed (A3).
 */
function changeVma<Changes extends EntryChanges>(
  vma: Vma,
  start: number,
  end: number,
  { changes, change, point }: SharedWalk<Changes>,
): void {
  const { addressSpace } = vma;
  for (const notifier of addressSpace.notifiers) {
    notifier.invalidateStart(start, end);
  }
  addressSpace.pendingTlbFlushes++;
  changes.flushed();
  try {
    change(vma, start, end, changes);
  } finally {
    addressSpace.tables.memory.preemption.reach(point);
    if (addressSpace.pendingTlbFlushes > 1) {
      addressSpace.flushTlbRange(start, end);
    } else if (changes.flushStart < changes.flushEnd) {
      addressSpace.flushTlbRange(changes.flushStart, changes.flushEnd);
    }
    for (const notifier of addressSpace.notifiers) {
      notifier.invalidateEnd(start, end);
    }
    addressSpace.pendingTlbFlushes--;
  }
}

/**
 * The walker finds the VMAs and clips them; the entries below are reached here, in `test`. It is not asked to
 * go down itself, as it would split the huge entries in its way (rule 4.2).
 *
 * Worked on are shared VMAs that may be written, whether or not they are writable now (rule 4.1, A2).
 */
function testAndChange<Changes extends EntryChanges>(
  start: number,
  end: number,
  walk: PageWalk<SharedWalk<Changes>>,
): number {
  const { vma } = walk;
  if (vma !== undefined && isTracked(vma.flags)) {
    changeVma(vma, start, end, walk.state);
  }
  return SKIP;
}

/**
 * Changes the entries that show a page range of a mapping, in all VMAs that are tracked.
 * @param point reached between the last change of a VMA's entries and their flush
 * @throws MappingDirtyError EUCLEAN, when all is done, where a huge entry was in the way and `counters` does not
 * count such
 */
export function changeSharedRanges<Changes extends EntryChanges>(
  mapping: Mapping,
  firstPage: number,
  pageCount: number,
  walk: SharedWalk<Changes>,
  counters: ScanCounters | undefined,
): void {
  const { changes } = walk;
  const operations: WalkOperations<SharedWalk<Changes>> = { test: testAndChange };
  mapping.lock.acquireRead();
  try {
    walkPageMapping(mapping, firstPage, pageCount, operations, walk);
  } finally {
    mapping.lock.releaseRead();
    if (counters !== undefined) {
      counters.entriesScanned += changes.scanned;
    }
  }
  if (changes.hugeFound === 0) {
    return;
  }
  if (counters?.hugeEntriesFound === undefined) {
    throw MappingDirtyError.hugeEntry(changes.hugeStart, changes.hugeEnd, changes.hugeFound);
  }
  counters.hugeEntriesFound += changes.hugeFound;
}
