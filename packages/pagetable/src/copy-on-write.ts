import { PAGE_SIZE } from './address.js';
import {
  entryHigh,
  entryLow,
  frameOfEntry,
  PAGE_ACCESSED,
  PAGE_DIRTY,
  PAGE_NX_HIGH,
  PAGE_PRESENT,
  PAGE_RW,
  PAGE_USER,
} from './entry-bits.js';
import { tableOfEntry } from './page-tables.js';
import { changeRange } from './range-change.js';
import type { FaultInProgress } from './fault-in-progress.js';

/** Maps a copy of `fault.frame` for the VMA: the first access to the page is a store. */
export function enterCopy(fault: FaultInProgress): void {
  const { memory } = fault.vma.addressSpace.tables;
  const copy = memory.anonymous.copyOf(fault.frame);
  let entered = false;
  try {
    memory.preemption.reach('copy-on-write: between copy and entry');
    entered = fault.enter(fault.address, copy, true, 1);
  } finally {
    if (!entered) {
      memory.anonymous.drop(copy);
    }
  }
}

/**
 * A store to a read-only page of a private VMA: maps a private copy, or makes the page itself writable if it is
 * private and no longer shared with a fork. If the entry changed while the page was copied, nothing is done and
 * the access is retried.
 * @throws PageTableError ENOMEM
 */
export function breakSharing(fault: FaultInProgress): void {
  const { address, vma, holder } = fault;
  const { addressSpace } = vma;
  const { tables } = addressSpace;
  const { u32, anonymous, preemption } = tables.memory;
  const entry = tables.find(address);
  const low = u32[entry];
  const shown = frameOfEntry(low, u32[entry + 1]);
  if (anonymous.owners(shown) === 1) {
    fault.allowStores();
    return;
  }
  const copy = anonymous.copyOf(shown);
  preemption.reach('copy-on-write: between copy and entry');
  const bits = PAGE_PRESENT | PAGE_USER | PAGE_RW;
  const isSame = tables.find(address) === entry && frameOfEntry(u32[entry], u32[entry + 1]) === shown;
  if (!isSame || (u32[entry] & bits) !== (low & bits)) {
    anonymous.drop(copy);
    return;
  }
  // Another CPU of this address space may have the old frame cached, for loads.
  const end = address + PAGE_SIZE;
  changeRange(addressSpace, address, end, 'copy-on-write: between entry and flush', (range) => {
    tables.lockTable(tableOfEntry(entry), holder);
    range.changed(address, end);
    u32[entry] = entryLow(copy, bits | PAGE_ACCESSED | PAGE_DIRTY);
    u32[entry + 1] = entryHigh(copy, PAGE_NX_HIGH);
    tables.unlockTable(tableOfEntry(entry), holder);
  });
  anonymous.drop(shown);
}
