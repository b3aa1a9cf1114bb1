import type { PreemptionPoint } from './preemption.js';
import type { VmaAddressSpace } from './vma.js';

/** What a change of a range met: the low words of the entries it changed, all bits that any of them had. */
export interface ChangedBits {
  bits: number;
}

/**
 * Changes entries of `[start, end)` so that no TLB keeps what they were. Notifiers hear of the range
 * before the first entry changes, and of its end after the flush (rule 4.4); the flush is announced, so that
 * another walker that finds nothing left to do flushes all the same, as this one does behind others (rule 2.4, A3).
 * Also where the change throws, what it did is flushed.
 * @param change notes in `met` the entries it changed
 * @param point reached between the last entry and the flush, where there is something to flush
 */
export function changeRange(
  addressSpace: VmaAddressSpace,
  start: number,
  end: number,
  point: PreemptionPoint,
  change: (met: ChangedBits) => void,
): void {
  const met: ChangedBits = { bits: 0 };
  const told = [];
  try {
    for (const notifier of addressSpace.notifiers) {
      told.push(notifier);
      notifier.invalidateStart(start, end);
    }
    addressSpace.pendingTlbFlushes++;
    try {
      change(met);
    } finally {
      flushMet(addressSpace, start, end, point, met);
    }
  } finally {
    for (const notifier of told) {
      notifier.invalidateEnd(start, end);
    }
  }
}

/** Whatever throws on the way: what was changed is flushed, and the flush is announced no more. */
function flushMet(
  addressSpace: VmaAddressSpace,
  start: number,
  end: number,
  point: PreemptionPoint,
  met: ChangedBits,
): void {
  const isDue = met.bits !== 0 || addressSpace.pendingTlbFlushes > 1;
  try {
    if (isDue) {
      addressSpace.tables.memory.preemption.reach(point);
    }
  } finally {
    if (isDue) {
      addressSpace.flushTlbRange(start, end);
    }
    addressSpace.pendingTlbFlushes--;
  }
}
