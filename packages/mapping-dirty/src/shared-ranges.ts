import { PAGE_PRESENT, VM_HUGETLB, VM_MAYWRITE, VM_SHARED, type Mapping, type Vma } from '@cg/pagetable';
import { walkPageMapping, type PageWalk, type WalkOperations } from '@cg/pagewalk';
import type { EntryChanges, ScanCounters } from './entry-changes.js';
import { MappingDirtyError } from './errors.js';

/** Return value for the walker: skip this VMA. */
const SKIP = 1;

type Walk = PageWalk<EntryChanges>;

/**
 * Whether a VMA is tracked: it is shared and may be written, whether or not it can be now (rule 4.1, A2). The flags
 * are read once: they may change while only the mapping's lock is held.
 */
export function isTracked({ flags }: Vma): boolean {
  return (flags & (VM_SHARED | VM_MAYWRITE | VM_HUGETLB)) === (VM_SHARED | VM_MAYWRITE);
}

/** The address of the first page from `firstPage` on that a VMA maps. */
export function startIn(vma: Vma, firstPage: number): number {
  return vma.addressOf(Math.max(firstPage, vma.firstPage));
}

/** The end of the pages below `endPage` that a VMA maps. */
export function endIn(vma: Vma, endPage: number): number {
  return vma.addressOf(Math.min(endPage, vma.firstPage + vma.pageCount));
}

/** Descends to a table, and leaves a huge leaf, or a page under migration, alone (rule 4.2, A4). */
function passHuge(entry: number, start: number, level: number, walk: Walk): number {
  const low = walk.u32[entry];
  if ((low & PAGE_PRESENT) === 0 || walk.state.isHuge(low, start, level)) {
    walk.action = 'continue';
  }
  return 0;
}

/**
 * The change of entries as callbacks, for walks that do more above the leaf tables than `changeEntries`: those that
 * skip untouched tables, and those that a checker makes differ.
 */
export const sharedRange = {
  test: (_start: number, _end: number, walk: Walk): number => (isTracked(walkedVma(walk)) ? 0 : SKIP),
  preVma(start: number, end: number, { addressSpace, state }: Walk): number {
    state.begin(addressSpace, start, end);
    return 0;
  },
  postVma: ({ addressSpace, state }: Walk) => state.finish(addressSpace),
  pud: (entry: number, start: number, _end: number, walk: Walk) => passHuge(entry, start, 3, walk),
  pmd: (entry: number, start: number, _end: number, walk: Walk) => passHuge(entry, start, 2, walk),
  pteTable(entry: number, count: number, address: number, walk: Walk): number {
    walk.state.changeTable(walk.u32, entry, count, address, walkedVma(walk).pageAt(address));
    return 0;
  },
} satisfies WalkOperations<EntryChanges>;

/** The walked VMA: in a walk of a mapping there always is one. */
export function walkedVma({ vma }: Walk): Vma {
  return vma as Vma;
}

/** Changes the entries of `[start, end)` of a VMA. */
function changeVma(vma: Vma, start: number, end: number, changes: EntryChanges): void {
  const { memory } = vma.addressSpace.tables;
  const { u32 } = memory;
  const most = changes.mostTables(memory);
  const at = changes.walkOf(vma, start, end);
  try {
    while (at.next()) {
      const { level, entry, count, address } = at;
      if (level > 1) {
        changes.isHuge(u32[entry], address, level);
        continue;
      }
      const tables = most > 1 ? at.extend(most) : 1;
      if (tables > 1) {
        changes.changeTables(at.upper, tables, address, vma.pageAt(address));
      } else {
        changes.changeTable(u32, entry, count, address, vma.pageAt(address));
      }
    }
  } finally {
    at.release();
  }
}

/**
 * Changes the entries that map a page range of a mapping, in all tracked VMAs.
 * @throws MappingDirtyError EUCLEAN, after everything is done, if a huge entry was skipped and `counters` does not
 * count them
 */
export function changeEntries(
  mapping: Mapping,
  firstPage: number,
  pageCount: number,
  changes: EntryChanges,
  counters: ScanCounters | undefined,
): number {
  mapping.lock.acquireRead();
  try {
    const endPage = firstPage + pageCount;
    let node = mapping.nextShowing(null, firstPage, pageCount);
    for (; node !== null; node = mapping.nextShowing(node, firstPage, pageCount)) {
      const { value: vma } = node;
      if (!isTracked(vma)) {
        continue;
      }
      const start = startIn(vma, firstPage);
      const end = endIn(vma, endPage);
      changes.begin(vma.addressSpace, start, end);
      try {
        changeVma(vma, start, end, changes);
      } finally {
        changes.finish(vma.addressSpace);
      }
    }
  } finally {
    mapping.lock.releaseRead();
    count(changes, counters);
  }
  checkHuge(changes, counters);
  return changes.total;
}

/** As `changeEntries`, by a walk with callbacks. */
export function changeSharedRanges<Changes extends EntryChanges>(
  mapping: Mapping,
  firstPage: number,
  pageCount: number,
  operations: WalkOperations<Changes>,
  changes: Changes,
  counters: ScanCounters | undefined,
): number {
  mapping.lock.acquireRead();
  try {
    walkPageMapping(mapping, firstPage, pageCount, operations, changes);
  } finally {
    mapping.lock.releaseRead();
    count(changes, counters);
  }
  checkHuge(changes, counters);
  return changes.total;
}

function count({ scanned }: EntryChanges, counters: ScanCounters | undefined): void {
  if (counters !== undefined) {
    counters.entriesScanned += scanned;
  }
}

/** @throws as `changeEntries` */
function checkHuge(
  { hugeFound, hugeStart, hugeEnd }: EntryChanges,
  counters: ScanCounters | undefined,
): void {
  if (hugeFound > 0) {
    if (counters?.hugeEntriesFound === undefined) {
      throw MappingDirtyError.hugeEntry(hugeStart, hugeEnd, hugeFound);
    }
    counters.hugeEntriesFound += hugeFound;
  }
}
