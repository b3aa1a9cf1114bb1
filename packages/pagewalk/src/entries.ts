import {
  ADDRESS_END,
  ENTRY_SPAN,
  frameOfLeaf,
  isHugeLeaf,
  PAGE_ACCESSED,
  PAGE_DIRTY,
  PAGE_NX_HIGH,
  PAGE_PRESENT,
  PAGE_RW,
  PAGE_USER,
  type AddressSpace,
  type Vma,
} from '@cg/pagetable';
import { PageWalkError } from './errors.js';

/** A present leaf, as of the time when the iteration reached it. */
export interface LeafEntry {
  /** First address that it maps: 48 bits, without sign extension. */
  readonly address: number;
  /** Bytes that it maps: 4 KiB, 2 MiB or 1 GiB. */
  readonly size: number;
  /** 1 for a PTE, 2 for a PMD entry, 3 for a PUD entry. */
  readonly level: number;
  /** Index of its low word in the memory's `u32`. */
  readonly entry: number;
  /** The first frame that it maps. */
  readonly frame: number;
  // The bits of this entry alone; entries above it may restrict it further.
  readonly writable: boolean;
  readonly user: boolean;
  readonly executable: boolean;
  readonly accessed: boolean;
  readonly dirty: boolean;
  /** The VMA that contains it; undefined if there is none. */
  readonly vma: Vma | undefined;
}

/**
 * The present leaves of an address space that intersect `[start, end)`, by address: a walk for people. Each step
 * reads the tables anew, from the top and under the address space's lock, so that they may change in between: the
 * next leaf is the one mapped then.
 * @param start 0 if left out
 * @param end 2^48 if left out
 * @throws PageWalkError EINVAL for a range that is not in the 48-bit address space
 * @throws PageTableError EDEADLK if the address space's lock is held for writing
 */
export function* entries(
  addressSpace: AddressSpace,
  start = 0,
  end: number = ADDRESS_END,
): Generator<LeafEntry, void, undefined> {
  if (!(start >= 0 && start <= end && end <= ADDRESS_END)) {
    throw new PageWalkError('EINVAL', `not a range of 48-bit addresses: ${start} to ${end}`, start, end);
  }
  for (let at = start; at < end;) {
    addressSpace.lock.acquireRead();
    let leaf: LeafEntry | undefined;
    try {
      leaf = nextLeaf(addressSpace, at, end);
    } finally {
      addressSpace.lock.releaseRead();
    }
    if (leaf === undefined) {
      return;
    }
    yield leaf;
    at = leaf.address + leaf.size;
  }
}

function nextLeaf(addressSpace: AddressSpace, start: number, end: number): LeafEntry | undefined {
  const { tables } = addressSpace;
  const { u32 } = tables.memory;
  let level = 4;
  for (let at = start; at < end;) {
    const entry = tables.findEntry(at, level);
    const low = entry < 0 ? 0 : u32[entry];
    const span = ENTRY_SPAN[level];
    const isPresent = (low & PAGE_PRESENT) !== 0;
    if (isPresent && (level === 1 || isHugeLeaf(low))) {
      return leafOf(addressSpace, at - (at % span), level, entry);
    }
    if (isPresent) {
      level--;
      continue;
    }
    const next = at - (at % span) + span;
    // The next entry may be in another table, and below another entry of every level above.
    while (level < 4 && next % ENTRY_SPAN[level + 1] === 0) {
      level++;
    }
    at = next;
  }
  return undefined;
}

function leafOf(addressSpace: AddressSpace, address: number, level: number, entry: number): LeafEntry {
  const { u32 } = addressSpace.tables.memory;
  const low = u32[entry];
  const high = u32[entry + 1];
  return {
    address,
    size: ENTRY_SPAN[level],
    level,
    entry,
    frame: frameOfLeaf(low, high, level),
    writable: (low & PAGE_RW) !== 0,
    user: (low & PAGE_USER) !== 0,
    executable: (high & PAGE_NX_HIGH) === 0,
    accessed: (low & PAGE_ACCESSED) !== 0,
    dirty: (low & PAGE_DIRTY) !== 0,
    vma: addressSpace.findVma(address),
  };
}
