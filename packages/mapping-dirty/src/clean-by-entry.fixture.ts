import { PAGE_DIRTY, PAGE_SIZE, type Mapping, type Vma } from '@cg/pagetable';
import { walkPageMapping, type WalkOperations } from '@cg/pagewalk';
import type { DirtyPages } from '@cg/tracked-memory';

interface ByEntry {
  readonly into: DirtyPages;
  readonly bitmapFirstPage: number;
  total: number;
}

const operations: WalkOperations<ByEntry> = {
  pte(entry, address, walk) {
    const { state, u32, vma } = walk;
    if ((u32[entry] & PAGE_DIRTY) !== 0) {
      u32[entry] &= ~PAGE_DIRTY;
      state.into.add((vma as Vma).pageAt(address) - state.bitmapFirstPage);
      state.total++;
      walk.addressSpace.flushTlbRange(address, address + PAGE_SIZE);
    }
    return 0;
  },
};

/** Cleans and records in the plain way: a callback for each present entry, a flush for each that was dirty. */
export function cleanRecordByEntry(
  mapping: Mapping,
  firstPage: number,
  pageCount: number,
  into: DirtyPages,
  bitmapFirstPage: number,
): number {
  const state: ByEntry = { into, bitmapFirstPage, total: 0 };
  mapping.lock.acquireRead();
  walkPageMapping(mapping, firstPage, pageCount, operations, state);
  mapping.lock.releaseRead();
  return state.total;
}
