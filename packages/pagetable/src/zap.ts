import { PAGE_SIZE } from './address.js';
import { frameOfLeaf, LEAF_PAGES, PAGE_DIRTY } from './entry-bits.js';
import { visitLeaves } from './leaf-visit.js';
import { changeRange, type RangeChange } from './range-change.js';
import { VM_SHARED, type Vma } from './vma.js';

/**
 * Removes the entries of `[start, end)` of a VMA and flushes the range. A dirty entry of a shared VMA is reported to
 * the mapping's observer before it is removed, a huge one for each of its pages, so that munmap and moves lose no
 * write (E1, E2). A private VMA's own copies are freed after the flush: until then a CPU may store to them. The
 * caller has split the huge leaves that cross the edges.
 * @param keepCopies keeps a private VMA's copies: only the object's own pages move
 */
export function zapRange(vma: Vma, start: number, end: number, keepCopies = false): void {
  const { addressSpace, mapping } = vma;
  const { tables } = addressSpace;
  const { u32, anonymous } = tables.memory;
  const isShared = (vma.flags & VM_SHARED) !== 0;
  const observer = isShared ? mapping.zapObserver : undefined;
  const copies: number[] = [];
  if (start >= end) {
    return;
  }
  const zapEntry = (entry: number, address: number, level: number, range: RangeChange): void => {
    const low = u32[entry];
    if (!isShared) {
      const frame = frameOfLeaf(low, u32[entry + 1], level);
      if (level === 1 && anonymous.owners(frame) > 0) {
        if (keepCopies) {
          return;
        }
        copies.push(frame);
      }
    }
    range.changed(address, address + LEAF_PAGES[level] * PAGE_SIZE);
    u32[entry] = 0;
    u32[entry + 1] = 0;
    if ((low & PAGE_DIRTY) !== 0 && observer !== undefined) {
      const first = vma.pageAt(address);
      for (let page = first; page < first + LEAF_PAGES[level]; page++) {
        observer.dirtyEntryZapped(page);
      }
    }
  };
  changeRange(addressSpace, start, end, 'zap: between entries and flush', (range) => {
    visitLeaves(tables, start, end, (entry, address, level) => zapEntry(entry, address, level, range));
  });
  for (const frame of copies) {
    anonymous.drop(frame);
  }
}

/** The address range of `[firstPage, firstPage + pageCount)` of a VMA's mapping in the VMA. */
export function rangeShowing(
  vma: Vma,
  firstPage: number,
  pageCount: number,
): { readonly start: number; readonly end: number } {
  const first = Math.max(firstPage, vma.firstPage);
  const end = Math.min(firstPage + pageCount, vma.firstPage + vma.pageCount);
  return { start: vma.addressOf(first), end: vma.addressOf(first) + (end - first) * PAGE_SIZE };
}
