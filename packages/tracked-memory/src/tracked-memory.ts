import type { DirtyPages } from './dirty-pages.js';

/**
 * Memory whose writes can be found: pages numbered from 0, and two ways to learn which were written.
 *
 * A tracker either cleans the memory now and then and is told what was written in between, or
 * write-protects it and is told of each first write by whatever handles its faults. The second way exists
 * only where `traps` is true.
 *
 * The contract, with the letters that the contract suite cites:
 * - **a** A page written before `cleanAndRecord` starts, and not recorded since that write, is recorded.
 * - **b** A page written while or after it runs is recorded by it or by the next one.
 * - **c** Nothing outside the range is recorded or cleaned, and nothing recorded before is taken back.
 * - **d** Afterwards `into`'s hull is the hull of all bits set in it (A7).
 * - **e** `writeProtect` loses nothing: what was written before it is still found by a later clean.
 * - **f** Between `beforeDeviceWrite` and `afterDeviceWrite` another writer may change the memory. That is no
 *   write; a write before or after it still is one, also where it stores what the page held once.
 *
 * Every method refuses a range that is not made of whole pages of the memory, or has no bits in `into`, with an
 * error whose `code` is EINVAL and before anything changes (`checkPageRange`). An empty range is fine.
 */
export interface TrackedMemory {
  readonly pageCount: number;
  /** Whether a write to a write-protected page is caught when it happens. */
  readonly traps: boolean;
  /** How many page-table entries, or pages where it looks at these, it has looked at so far. */
  readonly entriesScanned: number;
  /**
   * Makes the next write to each page of the range a trapped one, where `traps` is true.
   * @returns how many entries it changed; entries, not pages: a page may be mapped more than once (B5)
   */
  writeProtect(firstPage: number, pageCount: number): number;
  /**
   * Adds the written pages of the range to `into`, whose bit 0 is page 0 of this memory, and makes them clean.
   * @returns how many entries it cleaned (rule 4.5)
   */
  cleanAndRecord(firstPage: number, pageCount: number, into: DirtyPages): number;
  /** A device is going to write pages of the range. What is needed to tell its writes apart goes into `into`. */
  beforeDeviceWrite(firstPage: number, pageCount: number, into: DirtyPages): void;
  /** The device has written them: what they hold now counts as clean. */
  afterDeviceWrite(firstPage: number, pageCount: number): void;
}
