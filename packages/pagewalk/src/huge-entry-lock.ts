import { isHugeLeaf, tableOfEntry, type Vma } from '@cg/pagetable';

/**
 * Takes the lock of a huge entry: that of the table which holds it. Needs what keeps the VMA where it is:
 * its address space's lock or its mapping's, either will do (rule 3.5).
 * @param entry word of a PMD or PUD entry, as a callback is given it
 * @param holder in whose name; the running thread if left out
 * @returns whether the entry is still a huge leaf; if not, no lock is held
 * @throws PageTableError EDEADLK where neither outer lock is held, or somebody holds the table's
 */
export function lockHugeEntry(vma: Vma, entry: number, holder?: string): boolean {
  const { addressSpace, mapping } = vma;
  if (!addressSpace.lock.isHeld) {
    mapping.lock.assertHeld();
  }
  const { tables } = addressSpace;
  const tableFrame = tableOfEntry(entry);
  tables.lockTable(tableFrame, holder);
  if (isHugeLeaf(tables.memory.u32[entry])) {
    return true;
  }
  tables.unlockTable(tableFrame, holder);
  return false;
}

/** Lets go of what `lockHugeEntry` took. */
export function unlockHugeEntry(vma: Vma, entry: number, holder?: string): void {
  vma.addressSpace.tables.unlockTable(tableOfEntry(entry), holder);
}
