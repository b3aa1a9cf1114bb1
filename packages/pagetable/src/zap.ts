import { PAGE_SIZE } from './address.js';
import { PAGE_DIRTY, PAGE_PRESENT } from './entry-bits.js';
import { ENTRY_SPAN } from './page-tables.js';
import { VM_SHARED, type Vma } from './vma.js';

/**
 * Removes the entries of `[start, end)` of a VMA and flushes the range. A dirty entry of a shared VMA is
 * reported to the mapping's observer before it is gone, so that munmap and moves lose no write (E1, E2).
 */
export function zapRange(vma: Vma, start: number, end: number): void {
  const { addressSpace, mapping } = vma;
  const { tables } = addressSpace;
  const { u32 } = tables.memory;
  const observer = (vma.flags & VM_SHARED) === 0 ? undefined : mapping.zapObserver;
  let zapped = 0;
  for (let address = start; address < end;) {
    const tableEnd = Math.min(end, (Math.floor(address / ENTRY_SPAN[2]) + 1) * ENTRY_SPAN[2]);
    let entry = tables.find(address);
    for (; entry >= 0 && address < tableEnd; address += PAGE_SIZE, entry += 2) {
      const low = u32[entry];
      if ((low & PAGE_PRESENT) === 0) {
        continue;
      }
      u32[entry] = 0;
      u32[entry + 1] = 0;
      zapped++;
      if ((low & PAGE_DIRTY) !== 0) {
        observer?.dirtyEntryZapped(vma.pageAt(address));
      }
    }
    address = tableEnd;
  }
  if (zapped > 0) {
    addressSpace.flushTlbRange(start, end);
  }
}
