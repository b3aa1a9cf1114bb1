import { TrackedMapping } from '@cg/mapping-dirty';
import {
  changeSharedRanges,
  CleanChanges,
  ProtectChanges,
  sharedRange,
  type EntryChanges,
} from '@cg/mapping-dirty/internal';
import {
  frameOfEntry,
  PAGE_PRESENT,
  PAGE_PSE,
  PAGE_SIZE,
  VM_HUGETLB,
  VM_SHARED,
  VM_WRITE,
  WORDS_PER_FRAME,
  type Mapping,
} from '@cg/pagetable';
import type { EntryCallback, PageWalk, WalkOperations } from '@cg/pagewalk';
import type { DirtyPages } from '@cg/tracked-memory';
import type { MachineOptions } from '@cg/machine';
import type { DriverOptions } from '@cg/vmwgfx';

type Walk = PageWalk<EntryChanges>;

/** Callbacks of write-protect and clean. */
type Operations = WalkOperations<EntryChanges>;

/** One difference of the posted walks, applied to the callbacks. */
export type WalkHabit = (operations: Operations) => Operations;

const SKIP = 1;
const PAGES_BELOW_PMD = 512;

/** A1: a skipped VMA ends the walk, so the VMAs after it are not walked. */
export const endsAtSkippedVma: WalkHabit = (operations) => {
  const ended = new WeakSet<EntryChanges>();
  return {
    ...operations,
    test(start, end, walk) {
      const tested = ended.has(walk.state) ? SKIP : (operations.test?.(start, end, walk) ?? 0);
      if (tested > 0) {
        ended.add(walk.state);
      }
      return tested;
    },
  };
};

/** A2: only VMAs that are writable now are walked; mprotect hides earlier writes. */
export const skipsReadOnlyVmas: WalkHabit = (operations) => ({
  ...operations,
  test(_start, _end, { vma }) {
    const flags = vma?.flags ?? 0;
    return (flags & (VM_SHARED | VM_WRITE | VM_HUGETLB)) === (VM_SHARED | VM_WRITE) ? 0 : SKIP;
  },
});

/** A3: only this walk's changes are flushed, even while other walks have changed entries and not flushed yet. */
export const flushesOwnChangesOnly: WalkHabit = (operations) => ({
  ...operations,
  postVma(walk) {
    const { addressSpace } = walk;
    const ofOthers = addressSpace.pendingTlbFlushes - 1;
    addressSpace.pendingTlbFlushes -= ofOthers;
    try {
      operations.postVma?.(walk);
    } finally {
      addressSpace.pendingTlbFlushes += ofOthers;
    }
  },
});

function isTable(entry: number, { u32 }: Walk): boolean {
  return (u32[entry] & (PAGE_PRESENT | PAGE_PSE)) === PAGE_PRESENT;
}

function passHuge(
  pass: EntryCallback<EntryChanges> | undefined,
  entry: number,
  start: number,
  end: number,
  walk: Walk,
): number {
  if (!isTable(entry, walk)) {
    walk.action = 'continue';
    return 0;
  }
  return pass?.(entry, start, end, walk) ?? 0;
}

/** A4: a huge entry is skipped, dirty or not, and is not split when tracking starts either. */
export const passesHugeEntries: WalkHabit = (operations) => ({
  ...operations,
  pud: (entry, start, end, walk) => passHuge(operations.pud, entry, start, end, walk),
  pmd: (entry, start, end, walk) => passHuge(operations.pmd, entry, start, end, walk),
});

/**
 * A6: after the PMD callback the entry is still taken for the table that it was. If it was zapped meanwhile, the walk
 * works on frame 0. No program of this machine gets there: zapping the entry of a table under a walk needs the lock
 * of the mapping, which the walk holds. (In the kernel munmap zaps without it.)
 */
export const trustsPmdEntry: WalkHabit = (operations) => ({
  ...operations,
  pmd(entry, start, end, walk) {
    const result = operations.pmd?.(entry, start, end, walk) ?? 0;
    if (result !== 0 || walk.action !== 'subtree') {
      return result;
    }
    walk.action = 'continue';
    const { u32 } = walk;
    walk.addressSpace.tables.memory.preemption.reach('walk: between upper entry and table lock');
    const table = frameOfEntry(u32[entry], u32[entry + 1]) * WORDS_PER_FRAME;
    const first = (start / PAGE_SIZE) % PAGES_BELOW_PMD;
    return operations.pteTable?.(table + first * 2, (end - start) / PAGE_SIZE, start, walk) ?? 0;
  },
});

/** Memory tracked through page tables with the posted walks. */
export class PostedMapping extends TrackedMapping {
  readonly #operations: Operations;

  constructor(mapping: Mapping, firstPage: number, pageCount: number, habits: readonly WalkHabit[]) {
    super(mapping, firstPage, pageCount);
    this.#operations = habits.reduce<Operations>((operations, habit) => habit(operations), sharedRange);
  }

  override writeProtect(firstPage: number, pageCount: number): number {
    return this.#change(firstPage, pageCount, new ProtectChanges());
  }

  override cleanAndRecord(firstPage: number, pageCount: number, into: DirtyPages): number {
    return this.#change(firstPage, pageCount, new CleanChanges(into, this.firstPage));
  }

  #change(firstPage: number, pageCount: number, changes: EntryChanges): number {
    const first = this.firstPage + firstPage;
    return changeSharedRanges(this.mapping, first, pageCount, this.#operations, changes, this);
  }
}

/**
 * Tracks memory through page tables with the given walk habits. Huge leaves are split first, as by the driver, but
 * not where they are skipped (A4).
 */
export function trackedBy(habits: readonly WalkHabit[]): NonNullable<DriverOptions['trackMemory']> {
  return ({ firstPage, pageCount }, { mapping }) => {
    if (!habits.includes(passesHugeEntries)) {
      mapping.splitHugeLeaves(firstPage, pageCount);
    }
    return new PostedMapping(mapping, firstPage, pageCount, habits);
  };
}

/** The options with the posted page-table walks. */
export function withWalks(base: MachineOptions, habits: readonly WalkHabit[]): MachineOptions {
  return { ...base, driver: { ...base.driver, trackMemory: trackedBy(habits) } };
}
