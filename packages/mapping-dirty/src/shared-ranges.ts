import { PAGE_PRESENT, VM_HUGETLB, VM_MAYWRITE, VM_SHARED, type Mapping, type Vma } from '@cg/pagetable';
import { walkPageMapping, type PageWalk, type WalkOperations } from '@cg/pagewalk';
import type { EntryChanges, ScanCounters } from './entry-changes.js';
import { MappingDirtyError } from './errors.js';

/** Return value for the walker: skip this VMA. */
const SKIP = 1;

type Walk = PageWalk<EntryChanges>;

/**
 * Accepts shared VMAs that may be writable, whether or not they are now (rule 4.1, A2). The flags are read once: they
 * may change while only the mapping's lock is held.
 */
function testVma(_start: number, _end: number, { vma }: Walk): number {
  const flags = vma?.flags ?? 0;
  return (flags & (VM_SHARED | VM_MAYWRITE | VM_HUGETLB)) === (VM_SHARED | VM_MAYWRITE) ? 0 : SKIP;
}

/** Descends to a table, and leaves a huge leaf, or a page under migration, alone (rule 4.2, A4). */
function passHuge(entry: number, start: number, level: number, walk: Walk): number {
  const low = walk.u32[entry];
  if ((low & PAGE_PRESENT) === 0 || walk.state.isHuge(low, start, level)) {
    walk.action = 'continue';
  }
  return 0;
}

/** What write-protect and clean have in common; each adds a `pteTable` of its own. */
export const sharedRange = {
  test: testVma,
  preVma(start: number, end: number, { addressSpace, state }: Walk): number {
    state.begin(addressSpace, start, end);
    return 0;
  },
  postVma: ({ addressSpace, state }: Walk) => state.finish(addressSpace),
  pud: (entry: number, start: number, _end: number, walk: Walk) => passHuge(entry, start, 3, walk),
  pmd: (entry: number, start: number, _end: number, walk: Walk) => passHuge(entry, start, 2, walk),
} satisfies WalkOperations<EntryChanges>;

/** The walked VMA: in a walk of a mapping there always is one. */
export function walkedVma({ vma }: Walk): Vma {
  return vma as Vma;
}

/**
 * Walks the entries that map a page range of a mapping, in all tracked VMAs.
 * @throws MappingDirtyError EUCLEAN, after everything is done, if a huge entry was skipped and `counters` does not
 * count them
 */
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
    if (counters !== undefined) {
      counters.entriesScanned += changes.scanned;
    }
  }
  if (changes.hugeFound > 0) {
    if (counters?.hugeEntriesFound === undefined) {
      throw MappingDirtyError.hugeEntry(changes.hugeStart, changes.hugeEnd, changes.hugeFound);
    }
    counters.hugeEntriesFound += changes.hugeFound;
  }
  return changes.total;
}
