import { frameOfLeaf, PAGE_ACCESSED, PAGE_DIRTY, PAGE_GLOBAL, PAGE_RW, PAGE_USER } from './entry-bits.js';
import { splitAll, visitLeaves } from './leaf-visit.js';
import { modifyCommit, modifyStart } from './modify.js';
import { ENTRY_SPAN } from './page-tables.js';
import { VM_READ, VM_SHARED, VM_WRITE, type Vma } from './vma.js';

/**
 * Gives the entries of a VMA the permissions of its flags; accessed and dirty stay (A2). Entries are never
 * made writable here: the next store faults, so that whoever notices writes does. Without VM_READ and
 * VM_WRITE an entry is for supervisors only, which keeps its dirty bit in sight of walkers.
 */
export function protectEntries(vma: Vma): void {
  const { addressSpace, flags } = vma;
  const { tables } = addressSpace;
  const user = (flags & (VM_READ | VM_WRITE)) === 0 ? 0 : PAGE_USER;
  const writable = (flags & VM_WRITE) === 0 ? 0 : PAGE_RW;
  let seen = 0;
  visitLeaves(tables, vma.start, vma.end, (entry) => {
    const low = modifyStart(tables, entry);
    modifyCommit(tables, entry, (low & ~(PAGE_USER | PAGE_RW)) | user | (low & writable));
    seen |= low;
  });
  tables.memory.preemption.reach('protect: between entries and flush');
  flushSeen(vma, seen);
}

/**
 * Enters what `parent` has into `child`, which shows the same pages at the same addresses. Shared entries
 * are copied as they are but clean: the write is known to the parent's entry, which stays dirty. Private
 * ones become read-only on both sides, and the copies among them shared.
 * @throws PageTableError ENOMEM; what was entered so far is the caller's to zap
 */
export function forkEntries(parent: Vma, child: Vma): void {
  const { tables } = parent.addressSpace;
  const { u32, anonymous, preemption } = tables.memory;
  const isShared = (parent.flags & VM_SHARED) !== 0;
  let seen = 0;
  try {
    visitLeaves(tables, parent.start, parent.end, (entry, address, level) => {
      const high = u32[entry + 1];
      const frame = frameOfLeaf(u32[entry], high, level);
      // Before the parent's entry changes: this is what may fail.
      const target = child.addressSpace.tables.findOrCreate(address, level);
      let low = u32[entry];
      if (!isShared) {
        low = modifyStart(tables, entry) & ~PAGE_RW;
        modifyCommit(tables, entry, low);
        seen |= low;
        anonymous.share(frame);
      }
      u32[target] = low & ~(isShared ? PAGE_ACCESSED | PAGE_DIRTY : PAGE_ACCESSED);
      u32[target + 1] = high;
    });
  } finally {
    if (!isShared) {
      preemption.reach('fork: between entries and flush');
      flushSeen(parent, seen);
    }
  }
}

/**
 * Moves the entries of the first `length` bytes of a VMA to another VMA that shows the same pages, with
 * their accessed and dirty state, and flushes. Huge leaves are split first, everything that may fail comes
 * before the first entry moves. The caller keeps walkers out.
 * @throws PageTableError ENOMEM, with nothing moved
 */
export function moveEntries(from: Vma, to: Vma, length: number): void {
  const { tables } = from.addressSpace;
  const { u32, preemption } = tables.memory;
  const offset = to.start - from.start;
  const end = from.start + length;
  splitAll(tables, from.start, end);
  for (let address = to.start; address < to.start + length; address += ENTRY_SPAN[2]) {
    tables.findOrCreate(address);
  }
  tables.findOrCreate(to.start + length - 1);
  let seen = 0;
  visitLeaves(tables, from.start, end, (entry, address) => {
    const target = tables.find(address + offset);
    const high = u32[entry + 1];
    const low = modifyStart(tables, entry);
    u32[entry + 1] = 0;
    u32[target] = low;
    u32[target + 1] = high;
    seen |= low;
  });
  preemption.reach('remap: between entries and flush');
  flushSeen(from, seen);
}

/** Flushes a VMA whose changed entries had the bits `seen` between them; on every CPU if one was global. */
function flushSeen({ addressSpace, start, end }: Vma, seen: number): void {
  if ((seen & PAGE_GLOBAL) !== 0) {
    addressSpace.flushTlbRangeEverywhere(start, end);
  } else if (seen !== 0) {
    addressSpace.flushTlbRange(start, end);
  }
}
