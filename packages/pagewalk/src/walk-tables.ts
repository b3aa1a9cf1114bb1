import {
  ENTRY_SPAN,
  entryWord,
  formatAddress,
  frameOfEntry,
  isHugeLeaf,
  PAGE_PRESENT,
  TOP_LEVEL,
} from '@cg/pagetable';
import { PageWalkError } from './errors.js';
import type { PageWalk, WalkOperations } from './operations.js';
import { walkLeafTable } from './walk-leaf-table.js';

/** Looks at one entry: far more than other CPUs can cause, so it is the callback that never ends. */
const MOST_LOOKS = 10_000;

/** What all levels of a walk need. */
export interface TableWalker<State> {
  readonly operations: WalkOperations<State>;
  readonly walk: PageWalk<State>;
  /** In whose name locks are taken; the running thread if left out. */
  readonly holder: string | undefined;
}

/** Walks the page tables under `[start, end)`, top down. */
export function walkTables<State>(start: number, end: number, walker: TableWalker<State>): number {
  return walkTable(walker.walk.addressSpace.tables.rootFrame, TOP_LEVEL, start, end, walker);
}

function walkTable<State>(
  tableFrame: number,
  level: number,
  start: number,
  end: number,
  walker: TableWalker<State>,
): number {
  const span = ENTRY_SPAN[level];
  let result = 0;
  for (let address = start; address < end && result === 0;) {
    const next = Math.min(end, (Math.floor(address / span) + 1) * span);
    result = walkEntry(entryWord(tableFrame, address, level), level, address, next, walker);
    address = next;
  }
  return result;
}

/** An upper entry, until it holds still for long enough (rule 2.7). */
function walkEntry<State>(
  entry: number,
  level: number,
  start: number,
  end: number,
  walker: TableWalker<State>,
): number {
  for (let looks = 0; looks < MOST_LOOKS; looks++) {
    const result = lookAtEntry(entry, level, start, end, walker);
    if (result !== undefined) {
      return result;
    }
  }
  const said = `the entry of level ${level} at ${formatAddress(start)} was looked at ${MOST_LOOKS} times`;
  throw new PageWalkError('ELOOP', said, start, end);
}

/** @returns undefined where the entry must be looked at again */
function lookAtEntry<State>(
  entry: number,
  level: number,
  start: number,
  end: number,
  walker: TableWalker<State>,
): number | undefined {
  const { operations, walk, holder } = walker;
  const { u32 } = walk;
  const { tables } = walk.addressSpace;
  const low = u32[entry];
  const high = u32[entry + 1];
  const shown = hasCallback(operations, level);
  if ((low & PAGE_PRESENT) === 0 && (!shown || (low === 0 && high === 0))) {
    return operations.hole?.(start, end, walk) ?? 0;
  }
  if (shown) {
    walk.action = 'subtree';
    const result = show(entry, level, start, end, walker);
    if (result !== 0) {
      return result;
    }
    if (level < TOP_LEVEL) {
      tables.memory.preemption.reach(level === 3 ? 'walk: after pud callback' : 'walk: after pmd callback');
    }
    if (walk.action !== 'subtree') {
      return walk.action === 'again' ? undefined : 0;
    }
    // A6: zapped, split, or made huge since it was shown. The callback has judged another entry.
    if (isOther(low, high, u32[entry], u32[entry + 1])) {
      return undefined;
    }
  }
  if ((low & PAGE_PRESENT) === 0 || !goesBelow(operations, level)) {
    return 0;
  }
  if (isHugeLeaf(low)) {
    // Without a VMA the tables are nobody's to change.
    if (walk.vma === undefined || !needsBelow(operations, level)) {
      return 0;
    }
    if (!tables.splitHuge(start, level, holder)) {
      return undefined;
    }
  }
  if (level > 2) {
    return walkTable(frameOfEntry(u32[entry], u32[entry + 1]), level - 1, start, end, walker);
  }
  return walkLeafTable(entry, start, end, operations, walk, holder);
}

function show<State>(
  entry: number,
  level: number,
  start: number,
  end: number,
  { operations, walk }: TableWalker<State>,
): number {
  if (level === 2) {
    return operations.pmd?.(entry, start, end, walk) ?? 0;
  }
  if (level === 3) {
    return operations.pud?.(entry, start, end, walk) ?? 0;
  }
  const result = operations.pgd?.(entry, start, end, walk) ?? 0;
  if (result !== 0 || walk.action !== 'subtree') {
    return result;
  }
  return operations.p4d?.(entry, start, end, walk) ?? 0;
}

function hasCallback<State>({ pgd, p4d, pud, pmd }: WalkOperations<State>, level: number): boolean {
  if (level === TOP_LEVEL) {
    return pgd !== undefined || p4d !== undefined;
  }
  return (level === 3 ? pud : pmd) !== undefined;
}

/** Whether a huge entry must be split: somebody wants the entries below it. */
function needsBelow<State>({ pmd, pte, pteTable }: WalkOperations<State>, level: number): boolean {
  return pte !== undefined || pteTable !== undefined || (level > 2 && pmd !== undefined);
}

/** Whether a table below is worth walking: for its entries, or for its holes. */
function goesBelow<State>(operations: WalkOperations<State>, level: number): boolean {
  return (
    needsBelow(operations, level) ||
    operations.hole !== undefined ||
    (level === TOP_LEVEL && operations.pud !== undefined)
  );
}

/** Whether an entry has become another thing: not by an accessed or dirty bit, but in kind or in place. */
function isOther(low: number, high: number, lowNow: number, highNow: number): boolean {
  return (
    isHugeLeaf(low) !== isHugeLeaf(lowNow) ||
    ((low ^ lowNow) & PAGE_PRESENT) !== 0 ||
    frameOfEntry(low, high) !== frameOfEntry(lowNow, highNow)
  );
}
