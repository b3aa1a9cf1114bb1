import { Bitmap } from '@cg/collections';
import { PAGE_SIZE } from '@cg/pagetable';
import { DirtyPages, type TrackedMemory } from '@cg/tracked-memory';
import type { TrackingMethod, TrackingPolicy } from './policy.js';
import type { PageRange, TrackerLog } from './tracker-event.js';

/** A resource as the tracker of its backing sees it: a byte range that is told of dirty bytes. */
export interface BackedResource {
  /** First byte in the buffer object. */
  readonly backingOffset: number;
  readonly backingBytes: number;
  /** Whether it keeps dirty boxes; otherwise it is not told. */
  readonly isTracked: boolean;
  /** Bytes of the buffer object were written; they may reach beyond the resource, never miss it. */
  addDirtyBytes(start: number, end: number): void;
}

/** All resources with bytes in a byte range of the buffer object, the asking one included. */
export type SharedBy = (start: number, end: number) => Iterable<BackedResource>;

/** What a tracker counted, with or without a listener. */
export interface TrackerStatistics {
  /** Passes over the memory, of either method, that looked at anything. */
  scans: number;
  /** Pages handed to a resource as dirty. */
  pagesDirtied: number;
  methodSwitches: number;
}

/**
 * Which pages of a buffer object were written and not yet handed to the resources in them (rule 5).
 * Callers hold the buffer object's reservation.
 */
export class DirtyTracker {
  readonly dirty: DirtyPages;
  readonly statistics: TrackerStatistics = { scans: 0, pagesDirtied: 0, methodSwitches: 0 };
  #method: TrackingMethod;

  /**
   * Starts to track. A large memory starts in the trap method, with its old writes picked up (rule 5.1).
   * @param log where it tells of what it does; nowhere if left out
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

  /** Bytes that tracking so many pages takes, for accounting. */
  static bytesFor(pageCount: number): number {
    return Math.ceil(pageCount / 32) * 4;
  }

  /** Finds what was written since the last pass, and lets the policy choose the method of the next (rule 5.2). */
  scan(): void {
    if (this.#method === 'scan') {
      this.#scanEntries();
    } else {
      this.#protectAgain();
    }
  }

  /** A store to a write-protected page is about to happen. In the scan method the entry's dirty bit will tell. */
  recordTrappedWrite(page: number): void {
    if (this.#method === 'trap') {
      this.dirty.add(page);
      this.log?.events.tell?.({ kind: 'write-recorded', object: this.log.object, page });
    }
  }

  /** A dirty entry went with its mapping (E1, E2). In the trap method the fault has recorded the write. */
  recordZappedEntry(page: number): void {
    if (this.#method === 'scan') {
      this.dirty.add(page);
    }
  }

  /** Collects what the entries of a page range know before they are removed (rule 5.5). */
  collectBeforeUnmap(start: number, end: number): void {
    if (this.#method === 'scan' && start < end) {
      this.#protect(start, end - start);
      this.#clean(start, end - start, this.dirty);
    }
  }

  /** The device is going to write a page range, as a read-back does; what the CPU wrote there stays known. */
  beforeDeviceWrite(start: number, end: number): void {
    this.memory.beforeDeviceWrite(start, end - start, this.dirty);
  }

  /** The device has written a page range. */
  afterDeviceWrite(start: number, end: number): void {
    this.memory.afterDeviceWrite(start, end - start);
  }

  /** The device has written a page range as no resource's content: it is dirty as by a store. */
  recordDeviceWrite(start: number, end: number): void {
    this.dirty.addRange(start, end);
  }

  /**
   * Hands each maximal dirty range inside the resource to it, and the parts of it that others share to
   * them, then clears exactly those bits (rule 5.3, B1, B9, B10).
   */
  transfer(resource: BackedResource, sharedBy: SharedBy): void {
    this.#take(resource, sharedBy, true);
  }

  /** The resource was uploaded whole: its pages are clean for it, and only for it. */
  clear(resource: BackedResource, sharedBy: SharedBy): void {
    this.#take(resource, sharedBy, false);
  }

  #take(resource: BackedResource, sharedBy: SharedBy, tellOwner: boolean): void {
    const { dirty } = this;
    const firstPage = Math.floor(resource.backingOffset / PAGE_SIZE);
    const endPage = Math.ceil((resource.backingOffset + resource.backingBytes) / PAGE_SIZE);
    const limit = Math.min(endPage, dirty.end);
    for (let at = Math.max(firstPage, dirty.start); at < limit;) {
      const start = dirty.bitmap.findNextSet(at, limit);
      if (start === limit) {
        return;
      }
      const end = dirty.bitmap.findNextClear(start, limit);
      if (tellOwner) {
        resource.addDirtyBytes(start * PAGE_SIZE, end * PAGE_SIZE);
        this.statistics.pagesDirtied += end - start;
      }
      for (const other of sharedBy(start * PAGE_SIZE, end * PAGE_SIZE)) {
        if (other !== resource && other.isTracked) {
          other.addDirtyBytes(start * PAGE_SIZE, end * PAGE_SIZE);
        }
      }
      dirty.clearRange(start, end);
      this.log?.events.tell?.({
        kind: tellOwner ? 'range-dirtied' : 'range-cleared',
        object: this.log.object,
        range: [start, end],
      });
      at = end;
    }
  }

  #scanEntries(): void {
    this.statistics.scans++;
    const { memory } = this;
    const entries = this.#clean(0, memory.pageCount, this.dirty);
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
    const entries = this.#protect(dirty.start, dirty.end - dirty.start);
    if (this.#next(entries) === 'scan') {
      this.#switchTo('scan');
      // The faults have recorded every write; entries that are still dirty from uploaded ones are not news (B4).
      this.#clean(0, memory.pageCount, new DirtyPages(memory.pageCount));
    }
  }

  #protectAndCollect(): void {
    const { pageCount } = this.memory;
    this.#protect(0, pageCount);
    this.#clean(0, pageCount, this.dirty);
  }

  /** @returns how many entries were writable */
  #protect(firstPage: number, pageCount: number): number {
    const entries = this.memory.writeProtect(firstPage, pageCount);
    this.log?.events.tell?.({
      kind: 'protected',
      object: this.log.object,
      range: [firstPage, firstPage + pageCount],
      entries,
    });
    return entries;
  }

  /** @returns how many entries were dirty */
  #clean(firstPage: number, pageCount: number, into: DirtyPages): number {
    const { memory, log } = this;
    if (log?.events.tell === undefined) {
      return memory.cleanAndRecord(firstPage, pageCount, into);
    }
    const before = into.bitmap.words.slice();
    const entries = memory.cleanAndRecord(firstPage, pageCount, into);
    const range: PageRange = [firstPage, firstPage + pageCount];
    const found = rangesAdded(before, into.bitmap);
    log.events.tell({ kind: 'scanned', object: log.object, range, entries, found });
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

/** The ranges that are set now and were not in the words before. */
function rangesAdded(before: Uint32Array, now: Bitmap): PageRange[] {
  const added = new Bitmap(now.length);
  added.words.set(now.words.map((word, i) => word & ~before[i]));
  return [...added.ranges()];
}
