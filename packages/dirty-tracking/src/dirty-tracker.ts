import { Bitmap } from '@cg/collections';
import { PAGE_SIZE } from '@cg/pagetable';
import { DirtyPages, type TrackedMemory } from '@cg/tracked-memory';
import type { TrackingMethod, TrackingPolicy } from './policy.js';
import type { PageRange, TrackerLog } from './tracker-event.js';

/** A resource, as the tracker of its backing sees it: a byte range that receives dirty bytes. */
export interface BackedResource {
  /** First byte in the buffer object. */
  readonly backingOffset: number;
  readonly backingBytes: number;
  /** Whether it keeps dirty boxes; otherwise it receives nothing. */
  readonly isTracked: boolean;
  /** Adds written bytes of the buffer object; the range intersects the resource, and may extend beyond it. */
  addDirtyBytes(start: number, end: number): void;
}

/** All resources with bytes in a byte range of the buffer object, including the caller. */
export type SharedBy = (start: number, end: number) => Iterable<BackedResource>;

/** Counters of a tracker, kept with or without a listener. */
export interface TrackerStatistics {
  /** Passes over the memory, of either method, that examined anything. */
  scans: number;
  /** Dirty pages transferred to resources. */
  pagesDirtied: number;
  methodSwitches: number;
}

/**
 * Tracks which pages of a buffer object were written and not yet transferred to its resources (rule 5). Callers hold
 * the buffer object's reservation.
 */
export class DirtyTracker {
  readonly dirty: DirtyPages;
  readonly statistics: TrackerStatistics = { scans: 0, pagesDirtied: 0, methodSwitches: 0 };
  #method: TrackingMethod;

  /**
   * Starts tracking. A large memory starts in the trap method, with earlier writes collected (rule 5.1).
   * @param log receives the tracker's events; left out, there are none
   */
  constructor(
    readonly memory: TrackedMemory,
    readonly policy: TrackingPolicy,
    readonly log?: TrackerLog,
  ) {
    this.dirty = new DirtyPages(memory.pageCount);
    this.#method = this.#possible(policy.initialMethod(memory.pageCount));
    if (this.#method === 'trap') {
      this.#protectAndCollect();
    }
  }

  get method(): TrackingMethod {
    return this.#method;
  }

  /** Bytes of memory for tracking a number of pages, for accounting. */
  static bytesFor(pageCount: number): number {
    return Math.ceil(pageCount / 32) * 4;
  }

  /** Collects writes since the last pass, and lets the policy choose the method of the next (rule 5.2). */
  scan(): void {
    if (this.#method === 'scan') {
      this.#scanEntries();
    } else {
      this.#protectAgain();
    }
  }

  /** A store to a write-protected page is about to happen. In the scan method the entry's dirty bit records it. */
  recordTrappedWrite(page: number): void {
    if (this.#method === 'trap') {
      this.dirty.add(page);
      this.log?.events.tell?.({ kind: 'write-recorded', object: this.log.object, page });
    }
  }

  /** A dirty entry was removed with its mapping (E1, E2). In the trap method the fault has recorded the write. */
  recordZappedEntry(page: number): void {
    if (this.#method === 'scan') {
      this.dirty.add(page);
    }
  }

  /** Harvests the entries of a page range before they are removed (rule 5.5). */
  collectBeforeUnmap(start: number, end: number): void {
    if (this.#method === 'scan' && start < end) {
      this.#protect(start, end - start);
      this.#clean(start, end - start, this.dirty);
    }
  }

  /** Called before a device writes a page range, as in a read-back; the CPU's earlier writes there are kept. */
  beforeDeviceWrite(start: number, end: number): void {
    this.memory.beforeDeviceWrite(start, end - start, this.dirty);
  }

  /** Called after a device has written a page range. */
  afterDeviceWrite(start: number, end: number): void {
    this.memory.afterDeviceWrite(start, end - start);
  }

  /** A device has written a page range directly, not through a resource: it is dirty as by a store. */
  recordDeviceWrite(start: number, end: number): void {
    this.dirty.addRange(start, end);
  }

  /**
   * Transfers each maximal dirty range inside the resource to it, and the parts that others share to them, then
   * clears exactly those bits (rule 5.3, B1, B9, B10).
   * @param sharedBy undefined if no other resource lies in the buffer object
   */
  transfer(resource: BackedResource, sharedBy: SharedBy | undefined): void {
    this.#take(resource, sharedBy, true);
  }

  /** The resource was uploaded whole: its pages are clean for this resource only. */
  clear(resource: BackedResource, sharedBy: SharedBy | undefined): void {
    this.#take(resource, sharedBy, false);
  }

  #take(resource: BackedResource, sharedBy: SharedBy | undefined, tellOwner: boolean): void {
    const { dirty } = this;
    const { backingOffset, backingBytes } = resource;
    const first = Math.max(Math.floor(backingOffset / PAGE_SIZE), dirty.start);
    const limit = Math.min(Math.ceil((backingOffset + backingBytes) / PAGE_SIZE), dirty.end);
    for (let at = first; at < limit;) {
      const start = dirty.bitmap.findNextSet(at, limit);
      if (start === limit) {
        break;
      }
      const end = dirty.bitmap.findNextClear(start, limit);
      if (tellOwner) {
        resource.addDirtyBytes(start * PAGE_SIZE, end * PAGE_SIZE);
        this.statistics.pagesDirtied += end - start;
      }
      if (sharedBy !== undefined) {
        tellOthers(resource, sharedBy, start * PAGE_SIZE, end * PAGE_SIZE);
      }
      this.log?.events.tell?.({
        kind: tellOwner ? 'range-dirtied' : 'range-cleared',
        object: this.log.object,
        range: [start, end],
      });
      at = end;
    }
    if (first < limit) {
      dirty.clearRange(first, limit);
    }
  }

  #scanEntries(): void {
    this.statistics.scans++;
    const { memory } = this;
    const entries = this.#clean(0, memory.pageCount, this.dirty, true);
    if (this.#next(entries) === 'trap') {
      this.#switchTo('trap');
      this.#protectAndCollect();
    }
  }

  #protectAgain(): void {
    const { dirty, memory } = this;
    if (dirty.isEmpty) {
      return;
    }
    this.statistics.scans++;
    const entries = this.#protect(dirty.start, dirty.end - dirty.start, true);
    if (this.#next(entries) === 'scan') {
      this.#switchTo('scan');
      // The faults have recorded every write; entries still dirty from before the last upload are stale (B4).
      this.#clean(0, memory.pageCount, new DirtyPages(memory.pageCount));
    }
  }

  #protectAndCollect(): void {
    const { pageCount } = this.memory;
    this.#protect(0, pageCount);
    this.#clean(0, pageCount, this.dirty);
  }

  /** @returns the number of writable entries */
  #protect(firstPage: number, pageCount: number, isPass = false): number {
    const entries = this.memory.writeProtect(firstPage, pageCount);
    this.log?.events.tell?.({
      kind: 'protected',
      object: this.log.object,
      range: [firstPage, firstPage + pageCount],
      entries,
      isPass,
    });
    return entries;
  }

  /** @returns the number of dirty entries */
  #clean(firstPage: number, pageCount: number, into: DirtyPages, isPass = false): number {
    const { memory, log } = this;
    if (log?.events.tell === undefined) {
      return memory.cleanAndRecord(firstPage, pageCount, into);
    }
    const before = into.bitmap.words.slice();
    const entries = memory.cleanAndRecord(firstPage, pageCount, into);
    const range: PageRange = [firstPage, firstPage + pageCount];
    const found = rangesAdded(before, into.bitmap);
    log.events.tell({ kind: 'scanned', object: log.object, range, entries, isPass, found });
    return entries;
  }

  #next(entries: number): TrackingMethod {
    return this.#possible(this.policy.methodAfter(this.#method, entries, this.memory.pageCount));
  }

  #possible(wanted: TrackingMethod): TrackingMethod {
    return this.memory.traps ? wanted : 'scan';
  }

  #switchTo(method: TrackingMethod): void {
    this.#method = method;
    this.statistics.methodSwitches++;
    this.log?.events.tell?.({ kind: 'method-switched', object: this.log.object, method });
  }
}

/** Transfers a dirty range to the others that lie in it. */
function tellOthers(resource: BackedResource, sharedBy: SharedBy, start: number, end: number): void {
  for (const other of sharedBy(start, end)) {
    if (other !== resource && other.isTracked) {
      other.addDirtyBytes(start, end);
    }
  }
}

/** The ranges that are set now and were not before. */
function rangesAdded(before: Uint32Array, now: Bitmap): PageRange[] {
  const added = new Bitmap(now.length);
  added.words.set(now.words.map((word, i) => word & ~before[i]));
  return [...added.ranges()];
}
