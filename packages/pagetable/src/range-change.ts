import type { PreemptionPoint } from './preemption.js';
import type { RangeNotifier, VmaAddressSpace } from './vma.js';

const NO_ERRORS: readonly unknown[] = [];

/**
 * A change of page-table entries after which no TLB has the old ones cached. `begin` is called before the first entry
 * changes, and `finish` after the last one, even if the change throws. In between
 *
 * - notifiers are active: they are called before the first entry changes, and again after the flush (rule 4.4);
 * - a flush is announced: a change that finds another one announced flushes its whole range, because entries that it
 *   found changed already may be cached in their old state (rule 2.4, A3).
 *
 * One object serves one range after another.
 */
export class RangeChange<Point extends string = string> {
  /** Made with the first notifier: most address spaces have none. */
  #told: RangeNotifier[] | undefined;
  #start = 0;
  #end = 0;
  /** The range to flush; empty if the start is not below the end. */
  flushStart = Infinity;
  flushEnd = 0;

  /** @param point reached between the last entry and the flush, even if there is nothing to flush */
  constructor(readonly point: Point) {}

  /**
   * Announces a change of entries of `[start, end)`.
   * @throws a notifier's error: then nothing has begun, and the notifiers called before it were told the end
   */
  begin(addressSpace: VmaAddressSpace, start: number, end: number): void {
    this.#start = start;
    this.#end = end;
    this.flushed();
    if (addressSpace.notifiers.size > 0) {
      this.#tellStart(addressSpace.notifiers);
    }
    addressSpace.pendingTlbFlushes++;
  }

  #tellStart(notifiers: ReadonlySet<RangeNotifier>): void {
    const told: RangeNotifier[] = [];
    this.#told = told;
    try {
      for (const notifier of notifiers) {
        notifier.invalidateStart(this.#start, this.#end);
        told.push(notifier);
      }
    } catch (error) {
      this.#tellEnd();
      throw error;
    }
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

  /** Resets the range to flush: it was flushed, or another range begins. */
  flushed(): void {
    this.flushStart = Infinity;
    this.flushEnd = 0;
  }

  /**
   * Flushes the changed range, and ends the announcement. All three steps are done, even if one throws.
   * @throws the first error of the step at the point, the flush or a notifier
   */
  finish(addressSpace: VmaAddressSpace): void {
    let thrown: readonly unknown[] = NO_ERRORS;
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
      this.flushChanged(addressSpace);
    }
  }

  /** Sees to it that no TLB has the changed entries cached in their old state. */
  protected flushChanged(addressSpace: VmaAddressSpace): void {
    addressSpace.flushTlbRange(this.flushStart, this.flushEnd);
  }

  /** Tells the end to every notifier that was told the start. @returns their errors */
  #tellEnd(): readonly unknown[] {
    const told = this.#told;
    if (told === undefined) {
      return NO_ERRORS;
    }
    this.#told = undefined;
    const thrown: unknown[] = [];
    for (const notifier of told) {
      try {
        notifier.invalidateEnd(this.#start, this.#end);
      } catch (error) {
        thrown.push(error);
      }
    }
    return thrown;
  }
}

/** Changes entries of `[start, end)` as a `RangeChange`; `change` records in it which it changed. */
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
