import type { DirtyPages } from './dirty-pages.js';

/**
 * Memory whose writes can be found: pages numbered from 0, and two ways to learn which were written.
 *
 * A tracker either cleans the memory periodically and gets the pages written in between, or write-protects it and is
 * notified of each first write by the fault handler. The second way exists only if `traps` is true.
 *
 * The contract, with the letters that the contract suite cites:
 * - **a** A page written before `cleanAndRecord` starts, and not recorded since that write, is recorded.
 * - **b** A page written while or after it runs is recorded by it or by the next one.
 * - **c** Nothing outside the range is recorded or cleaned, and nothing recorded before is removed.
 * - **d** Afterwards `into`'s hull is the hull of all bits set in it (A7).
 * - **e** `writeProtect` loses nothing: an earlier write is still found by a later clean.
 * - **f** Between `beforeDeviceWrite` and `afterDeviceWrite` another writer may change the memory. That is no write;
 *   a write before or after it still is one, even if it stores an earlier value of the page.
 *
 * Every method refuses a range that does not consist of whole pages of the memory, or has no bits in `into`, with an
 * error whose `code` is EINVAL and before anything changes (`checkPageRange`). An empty range is valid.
 */
export interface TrackedMemory {
  readonly pageCount: number;
  /** Whether a write to a write-protected page is trapped when it happens. */
  readonly traps: boolean;
  /** Number of page-table entries, or of pages where it compares these, examined so far. */
  readonly entriesScanned: number;
  /**
   * Makes the next write to each page of the range a trapped one, if `traps` is true.
   * @returns the number of entries changed; entries, not pages: a page may be mapped more than once (B5)
   */
  writeProtect(firstPage: number, pageCount: number): number;
  /**
   * Adds the written pages of the range to `into`, whose bit 0 is page 0 of this memory, and makes them clean.
   * @returns the number of entries cleaned (rule 4.5)
   */
  cleanAndRecord(firstPage: number, pageCount: number, into: DirtyPages): number;
  /**
   * A device is going to write pages of the range. Earlier writes that could not be told apart from the device's are
   * recorded in `into`.
   */
  beforeDeviceWrite(firstPage: number, pageCount: number, into: DirtyPages): void;
  /** The device has written them: their content now counts as clean. */
  afterDeviceWrite(firstPage: number, pageCount: number): void;
}
