import type { PreemptionPoint } from './preemption.js';
import type { RangeNotifier, VmaAddressSpace } from './vma.js';

/**
 * A change of page-table entries after which no TLB has what they were. `begin` comes before the first entry changes,
 * and `finish` after the last one, also where the change throws. Between them
 *
 * - notifiers know of the range: they hear of it before the first entry changes, and of its end after the flush
 *   (rule 4.4);
 * - a flush is announced: a change that finds another one announced flushes its whole range, as entries that it found
 *   changed already may be cached as they were (rule 2.4, A3).
 *
 * One object serves one range after the other.
 */
export class RangeChange<Point extends string = string> {
  readonly #told: RangeNotifier[] = [];
  #start = 0;
  #end = 0;
  /** What is to be flushed; empty where the start is not below the end. */
  flushStart = Infinity;
  flushEnd = 0;

  /** @param point reached between the last entry and the flush, also where there is nothing to flush */
  constructor(readonly point: Point) {}

  /**
   * Announces a change of entries of `[start, end)`.
   * @throws what a notifier throws: then nothing has begun, and the notifiers before it have heard the end
   */
  begin(addressSpace: VmaAddressSpace, start: number, end: number): void {
    this.#start = start;
    this.#end = end;
    this.#told.length = 0;
    this.flushed();
    try {
      for (const notifier of addressSpace.notifiers) {
        notifier.invalidateStart(start, end);
        this.#told.push(notifier);
      }
    } catch (error) {
      this.#tellEnd();
      throw error;
    }
    addressSpace.pendingTlbFlushes++;
  }

  /** Notes that the entries of `[start, end)` were changed. */
  changed(start: number, end: number): void {
    if (start < this.flushStart) {
      this.flushStart = start;
    }
    if (end > this.flushEnd) {
      this.flushEnd = end;
    }
  }

  /** Forgets what is to be flushed: it was, or another range is next. */
  flushed(): void {
    this.flushStart = Infinity;
    this.flushEnd = 0;
  }

  /**
   * Flushes what was changed, and ends the announcement. Whatever throws on the way, all three steps are done.
   * @throws what the step at the point, the flush or a notifier throws, the first of them
   */
  finish(addressSpace: VmaAddressSpace): void {
    let thrown: unknown[] = [];
    try {
      addressSpace.tables.memory.preemption.reach(this.point);
    } finally {
      try {
        this.#flush(addressSpace);
      } finally {
        addressSpace.pendingTlbFlushes--;
        thrown = this.#tellEnd();
      }
    }
    if (thrown.length > 0) {
      throw thrown[0];
    }
  }

  #flush(addressSpace: VmaAddressSpace): void {
    if (addressSpace.pendingTlbFlushes > 1) {
      addressSpace.flushTlbRange(this.#start, this.#end);
    } else if (this.flushStart < this.flushEnd) {
      addressSpace.flushTlbRange(this.flushStart, this.flushEnd);
    }
  }

  /** Every notifier that heard the start hears the end. @returns what they threw */
  #tellEnd(): unknown[] {
    const thrown: unknown[] = [];
    for (const notifier of this.#told) {
      try {
        notifier.invalidateEnd(this.#start, this.#end);
      } catch (error) {
        thrown.push(error);
      }
    }
    return thrown;
  }
}

/** Changes entries of `[start, end)` as a `RangeChange`; `change` notes in it what it changed. */
export function changeRange(
  addressSpace: VmaAddressSpace,
  start: number,
  end: number,
  point: PreemptionPoint,
  change: (range: RangeChange) => void,
): void {
  const range = new RangeChange<PreemptionPoint>(point);
  range.begin(addressSpace, start, end);
  try {
    change(range);
  } finally {
    range.finish(addressSpace);
  }
}
