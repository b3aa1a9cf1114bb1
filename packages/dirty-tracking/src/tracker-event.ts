import type { EventStream } from '@cg/collections';
import type { TrackingMethod } from './policy.js';

/** Pages `[start, end)` of the tracked memory. */
export type PageRange = readonly [start: number, end: number];

/**
 * What a tracker tells of what it did; `object` is the number its maker gave it.
 *
 * - `scanned`: the page-table entries of a range were cleaned, by the scan method or ahead of an unmapping; `found`
 *   is dirty now and was not before, `entries` counts the entries that were dirty.
 *   Behind a switch to the scan method it is what the faults had recorded already, and is dropped (B4).
 * - `protected`: the entries of a range were write-protected; `entries` counts those that were writable.
 * - `write-recorded`: the trap method has recorded the first store to a page.
 * - `range-dirtied`: a resource was told that a range of its pages is dirty; others that share pages of it were, too.
 * - `range-cleared`: a resource was uploaded whole, so only the others that share the range were told.
 * - `method-switched`: the next pass goes by another method.
 */
export type TrackerEvent = { readonly object: number } & (
  | {
      readonly kind: 'scanned';
      readonly range: PageRange;
      readonly entries: number;
      readonly found: readonly PageRange[];
    }
  | { readonly kind: 'protected'; readonly range: PageRange; readonly entries: number }
  | { readonly kind: 'write-recorded'; readonly page: number }
  | { readonly kind: 'range-dirtied' | 'range-cleared'; readonly range: PageRange }
  | { readonly kind: 'method-switched'; readonly method: TrackingMethod }
);

/** Where a tracker tells of what it did, and the number under which it does. */
export interface TrackerLog {
  readonly events: Pick<EventStream<TrackerEvent>, 'tell'>;
  readonly object: number;
}
