import { PAGE_SIZE } from './address.js';
import { frameOfLeaf, LEAF_PAGES, PAGE_ACCESSED, PAGE_DIRTY, PAGE_RW, PAGE_USER } from './entry-bits.js';
import { splitAll, visitLeaves } from './leaf-visit.js';
import { modifyCommit, modifyStart } from './modify.js';
import { endOfEntry, type PageTables } from './page-tables.js';
import { changeRange } from './range-change.js';
import { VM_READ, VM_SHARED, VM_WRITE, type Vma } from './vma.js';

/**
 * Gives the entries of a VMA the permissions of its flags; accessed and dirty bits stay (A2). Entries are never made
 * writable here: the next store faults, so that its handler sees the write. Without VM_READ and VM_WRITE an entry is
 * for supervisors only, which keeps its dirty bit visible to walkers.
 */
export function protectEntries(vma: Vma): void {
  const { addressSpace, flags } = vma;
  const { tables } = addressSpace;
  const user = (flags & (VM_READ | VM_WRITE)) === 0 ? 0 : PAGE_USER;
  const writable = (flags & VM_WRITE) === 0 ? 0 : PAGE_RW;
  changeRange(addressSpace, vma.start, vma.end, 'protect: between entries and flush', (range) => {
    visitLeaves(tables, vma.start, vma.end, (entry, address, level) => {
      range.changed(address, address + LEAF_PAGES[level] * PAGE_SIZE);
      const low = modifyStart(tables, entry);
      modifyCommit(tables, entry, (low & ~(PAGE_USER | PAGE_RW)) | user | (low & writable));
    });
  });
}

/**
 * Copies the entries of `parent` to `child`, which maps the same pages at the same addresses. Shared entries are
 * copied clean: the parent's entry stays dirty and holds the write. Private ones become read-only on both sides, and
 * the copies among them shared.
 * @throws PageTableError ENOMEM, with no entry changed
 */
export function forkEntries(parent: Vma, child: Vma): void {
  const { addressSpace, start, end } = parent;
  const { tables } = addressSpace;
  const { u32 } = tables.memory;
  // Steps that may fail come first; and the locks of upper tables are not taken under those of lower ones.
  makeTables(tables, start, end, child.addressSpace.tables, 0);
  if ((parent.flags & VM_SHARED) === 0) {
    forkPrivateEntries(parent, child);
    return;
  }
  visitLeaves(tables, start, end, (entry, address, level) => {
    const target = child.addressSpace.tables.findEntry(address, level);
    u32[target] = u32[entry] & ~(PAGE_ACCESSED | PAGE_DIRTY);
    u32[target + 1] = u32[entry + 1];
  });
}

function forkPrivateEntries({ addressSpace, start, end }: Vma, child: Vma): void {
  const { tables } = addressSpace;
  const { u32, anonymous } = tables.memory;
  changeRange(addressSpace, start, end, 'fork: between entries and flush', (range) => {
    visitLeaves(tables, start, end, (entry, address, level) => {
      const high = u32[entry + 1];
      const frame = frameOfLeaf(u32[entry], high, level);
      const target = child.addressSpace.tables.findEntry(address, level);
      range.changed(address, address + LEAF_PAGES[level] * PAGE_SIZE);
      const low = modifyStart(tables, entry) & ~PAGE_RW;
      modifyCommit(tables, entry, low);
      anonymous.share(frame);
      u32[target] = low & ~PAGE_ACCESSED;
      u32[target + 1] = high;
    });
  });
}

/**
 * Moves the entries of the first `length` bytes of a VMA to another VMA that maps the same pages, with their accessed
 * and dirty state, and flushes. Huge leaves are split first; everything that may fail comes before the first entry
 * moves. The caller excludes walkers.
 * @throws PageTableError ENOMEM, with nothing moved
 */
export function moveEntries(from: Vma, to: Vma, length: number): void {
  const { addressSpace, start } = from;
  const { tables } = addressSpace;
  const { u32 } = tables.memory;
  const offset = to.start - start;
  const end = start + length;
  splitAll(tables, start, end);
  makeTables(tables, start, end, tables, offset);
  changeRange(addressSpace, start, end, 'remap: between entries and flush', (range) => {
    visitLeaves(tables, start, end, (entry, address) => {
      const target = tables.find(address + offset);
      const high = u32[entry + 1];
      range.changed(address, address + PAGE_SIZE);
      const low = modifyStart(tables, entry);
      u32[entry + 1] = 0;
      u32[target] = low;
      u32[target + 1] = high;
    });
  });
}

/**
 * Allocates the tables that the leaves of `[start, end)` need in `target`, at an offset, and no others. The leaves of
 * the range are stable: the address space's lock is held for writing.
 */
function makeTables(
  tables: PageTables,
  start: number,
  end: number,
  target: PageTables,
  offset: number,
): void {
  for (let address = start; address < end; address = endOfEntry(address, 2)) {
    const level = tables.find(address) >= 0 ? 1 : tables.leafLevel(address);
    if (level > 0) {
      target.findOrCreate(address + offset, level);
      // Moved by no multiple of 2 MiB, one table's leaves end up in two.
      target.findOrCreate(Math.min(end, endOfEntry(address, 2)) - 1 + offset, level);
    }
  }
}
