import type { EventStream } from '@cg/collections';
import type { TrackingMethod } from './policy.js';

/** Pages `[start, end)` of the tracked memory. */
export type PageRange = readonly [start: number, end: number];

/**
 * Events of a tracker; `object` is the number given by its maker.
 *
 * - `scanned`: the page-table entries of a range were cleaned, by the scan method or before an unmapping; `found` is
 *   newly dirty, `entries` counts the entries that were dirty. After a switch to the scan method `found` is what the
 *   faults had recorded already, and is dropped (B4).
 * - `protected`: the entries of a range were write-protected; `entries` counts those that were writable.
 *   `isPass` of both: it is a pass that `statistics.scans` counts, not a part of one, or of an unmapping.
 * - `write-recorded`: the trap method has recorded the first store to a page.
 * - `range-dirtied`: a dirty range of pages was transferred to a resource, and to others that share pages of it.
 * - `range-cleared`: a resource was uploaded whole, so the range was transferred only to others that share it.
 * - `method-switched`: the next pass uses another method.
 */
export type TrackerEvent = { readonly object: number } & (
  | {
      readonly kind: 'scanned';
      readonly range: PageRange;
      readonly entries: number;
      readonly isPass: boolean;
      readonly found: readonly PageRange[];
    }
  | {
      readonly kind: 'protected';
      readonly range: PageRange;
      readonly entries: number;
      readonly isPass: boolean;
    }
  | { readonly kind: 'write-recorded'; readonly page: number }
  | { readonly kind: 'range-dirtied' | 'range-cleared'; readonly range: PageRange }
  | { readonly kind: 'method-switched'; readonly method: TrackingMethod }
);

/** Where a tracker sends its events, and its number in them. */
export interface TrackerLog {
  readonly events: Pick<EventStream<TrackerEvent>, 'tell'>;
  readonly object: number;
}
