/**
 * How written pages are found: `scan` cleans the page-table entries and collects their dirty bits, `trap`
 * write-protects them and records the write faults. (The kernel: VMW_BO_DIRTY_PAGETABLE and _MKWRITE.)
 */
export type TrackingMethod = 'scan' | 'trap';

/** Chooses between scan and trap, for one buffer object. */
export interface TrackingPolicy {
  /** The initial method. */
  initialMethod(pageCount: number): TrackingMethod;
  /**
   * The next method, after a pass with `method` that changed `entries` page-table entries: found dirty by a scan, or
   * written since the last pass and protected again. Not called after a pass of the trap method that had nothing to
   * protect.
   */
  methodAfter(method: TrackingMethod, entries: number, pageCount: number): TrackingMethod;
}

/** Page-table entries of 8 bytes in a page: buffer objects below this start in the scan method (E4). */
const SCAN_BELOW_PAGES = 512;
/** A trap pass that protects more than this share of the pages, in whole per cent, votes for scanning. */
const TRAP_BUSY_PERCENT = 10;
/** Consecutive votes for the other method that are tolerated before switching. */
const CHANGE_TRIGGERS = 2;

/**
 * The kernel's rule (rule 5.1, 5.2), with its exact arithmetic (B5): whole per cents, a count of entries and not of
 * pages, and no reset of the count by passes without work.
 */
export class KernelPolicy implements TrackingPolicy {
  /** Consecutive passes that voted for the other method. */
  changeCount = 0;

  initialMethod(pageCount: number): TrackingMethod {
    return pageCount < SCAN_BELOW_PAGES ? 'scan' : 'trap';
  }

  methodAfter(method: TrackingMethod, entries: number, pageCount: number): TrackingMethod {
    const votesForOther =
      method === 'scan' ? entries === 0 : Math.floor((100 * entries) / pageCount) > TRAP_BUSY_PERCENT;
    this.changeCount = votesForOther ? this.changeCount + 1 : 0;
    if (this.changeCount <= CHANGE_TRIGGERS) {
      return method;
    }
    this.changeCount = 0;
    return method === 'scan' ? 'trap' : 'scan';
  }
}

/** Always the same method. */
export class FixedPolicy implements TrackingPolicy {
  constructor(readonly method: TrackingMethod) {}

  initialMethod(): TrackingMethod {
    return this.method;
  }

  methodAfter(): TrackingMethod {
    return this.method;
  }
}
