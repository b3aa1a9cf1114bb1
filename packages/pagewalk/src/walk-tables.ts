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
import type { PageWalk, WalkAction } from './operations.js';
import type { TableWalker } from './table-walker.js';
import { walkLeafTable } from './walk-leaf-table.js';

/** Most looks at one entry: far more than other CPUs can cause, so the callback never ends. */
export const MOST_LOOKS = 10_000;

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
  let entry = entryWord(tableFrame, start, level);
  let next = (Math.floor(start / span) + 1) * span;
  for (let address = start; address < end; address = next, next += span, entry += 2) {
    const result = walkEntry(entry, level, address, Math.min(end, next), walker);
    if (result !== 0) {
      return result;
    }
  }
  return 0;
}

/** Walks an upper entry; retries while it changes (rule 2.7). */
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
  throw tooManyLooks(level, start, end);
}

export function tooManyLooks(level: number, start: number, end: number): PageWalkError {
  const said = `the entry of level ${level} at ${formatAddress(start)} was looked at ${MOST_LOOKS} times`;
  return new PageWalkError('ELOOP', said, start, end);
}

/** @returns undefined if the entry must be looked at again */
function lookAtEntry<State>(
  entry: number,
  level: number,
  start: number,
  end: number,
  walker: TableWalker<State>,
): number | undefined {
  const { operations, walk } = walker;
  const { u32 } = walk;
  const low = u32[entry];
  const high = u32[entry + 1];
  const shown = (walker.shown & (1 << level)) !== 0;
  if ((low & PAGE_PRESENT) === 0 && (!shown || (low === 0 && high === 0))) {
    return operations.hole?.(start, end, walk) ?? 0;
  }
  if (shown) {
    walk.action = 'subtree';
    const result = show(entry, level, start, end, walker);
    if (result !== 0) {
      return result;
    }
    const action = askedFor(walk, start, end);
    if (action !== 'subtree') {
      return action === 'again' ? undefined : 0;
    }
    // A6: zapped, split, or made huge since the callback saw it. The callback's decision was for another entry.
    if (isOther(low, high, u32[entry], u32[entry + 1])) {
      return undefined;
    }
  }
  if ((low & PAGE_PRESENT) === 0 || (walker.descended & (1 << level)) === 0) {
    return 0;
  }
  return isHugeLeaf(low)
    ? splitAndWalk(entry, level, start, end, walker)
    : walkBelow(entry, level, start, end, walker);
}

/** The action of a callback; an invalid one, set from JavaScript, is refused. */
function askedFor<State>({ action }: PageWalk<State>, start: number, end: number): WalkAction {
  if (action !== 'subtree' && action !== 'continue' && action !== 'again') {
    const said = `a callback at ${formatAddress(start)} asked for '${String(action)}', which is no action`;
    throw new PageWalkError('EINVAL', said, start, end);
  }
  return action;
}

function splitAndWalk<State>(
  entry: number,
  level: number,
  start: number,
  end: number,
  walker: TableWalker<State>,
): number | undefined {
  const { walk, holder } = walker;
  // Without a VMA the tables must not be changed.
  if (walk.vma === undefined || (walker.split & (1 << level)) === 0) {
    return 0;
  }
  const isSplit = walk.addressSpace.tables.splitHuge(start, level, holder);
  return isSplit ? walkBelow(entry, level, start, end, walker) : undefined;
}

function walkBelow<State>(
  entry: number,
  level: number,
  start: number,
  end: number,
  walker: TableWalker<State>,
): number | undefined {
  if (level === 2) {
    return walkLeafTable(entry, start, end, walker);
  }
  const { u32 } = walker.walk;
  return walkTable(frameOfEntry(u32[entry], u32[entry + 1]), level - 1, start, end, walker);
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

/** Whether an entry has changed in kind or target, other than by an accessed or dirty bit. */
function isOther(low: number, high: number, lowNow: number, highNow: number): boolean {
  return (
    isHugeLeaf(low) !== isHugeLeaf(lowNow) ||
    ((low ^ lowNow) & PAGE_PRESENT) !== 0 ||
    frameOfEntry(low, high) !== frameOfEntry(lowNow, highNow)
  );
}
