import { isErrno } from '../errors.js';

/** What can be taken from the device to make room: a buffer object, a surface. */
export interface Evictable {
  readonly eviction: EvictionPlace;
  /** Lower priorities are evicted first: below `EVICTION_PRIORITIES`. A change of it is told to the order. */
  readonly evictionPriority: number;
  /** Whether it is in use and cannot be evicted. */
  readonly isReserved: boolean;
  /**
   * Takes it from the device; GPU-dirty content is read back first (rule 6.5).
   * @throws VmwgfxError if the read-back fails: it stays then; or if the device refuses to unbind it: it is
   * gone
   */
  evict(): void;
}

const EVICTION_PRIORITIES = 3;

/** The place of an object in an order: one of a doubly linked list, or none. */
export class EvictionPlace {
  older: EvictionPlace = this;
  newer: EvictionPlace = this;
  /** Of the list that it is in. */
  priority = 0;
  /** The pass that has left it where it is. */
  leftBy = 0;

  /** @param object undefined for the head of a list */
  constructor(readonly object?: Evictable) {}

  /** Whether it is in no list; of a head, whether its list is empty. */
  get isAlone(): boolean {
    return this.newer === this;
  }

  unlink(): void {
    const { older, newer } = this;
    older.newer = newer;
    newer.older = older;
    this.older = this;
    this.newer = this;
  }

  /** Links it, which is in no list, as the newest. */
  linkAsNewest(head: EvictionPlace): void {
    const { older } = head;
    older.newer = this;
    this.older = older;
    this.newer = head;
    head.older = this;
  }
}

/**
 * The order of eviction when the device has no room left: lowest priority first, least recently used first within one.
 * As TTM does, it keeps a list for each priority, and a change of priority counts as a use: an eviction costs the same
 * with any number of objects.
 */
export class EvictionOrder {
  readonly #lists = Array.from({ length: EVICTION_PRIORITIES }, () => new EvictionPlace());
  readonly #reclaim: () => boolean;
  #passes = 0;
  /** Changes of the order, except by removing objects. */
  changes = 0;

  /** @param reclaim waits for the device, so that room made behind commands is free. @returns whether it had to */
  constructor(reclaim: () => boolean) {
    this.#reclaim = reclaim;
  }

  /** Marks an object as used now; adds a new one. */
  touch({ eviction, evictionPriority }: Evictable): void {
    this.changes++;
    eviction.unlink();
    eviction.priority = evictionPriority;
    eviction.linkAsNewest(this.#lists[evictionPriority]);
  }

  /** The priority of an object may have changed; it need not be in the order. */
  priorityChanged(object: Evictable): void {
    const { eviction } = object;
    if (!eviction.isAlone && eviction.priority !== object.evictionPriority) {
      this.touch(object);
    }
  }

  remove({ eviction }: Evictable): void {
    eviction.unlink();
  }

  get isEmpty(): boolean {
    return this.#lists.every(({ isAlone }) => isAlone);
  }

  /** The candidates in eviction order; a copy, since an evicted one leaves the order. */
  candidates(): Evictable[] {
    const candidates: Evictable[] = [];
    for (const head of this.#lists) {
      for (let { newer: at } = head; at.object !== undefined; at = at.newer) {
        candidates.push(at.object);
      }
    }
    return candidates;
  }

  /**
   * Evicts until there is room; reserved objects stay.
   * @param hasRoom asked before each
   * @throws the error of the last failed eviction, if there is no room in the end
   */
  evictUntil(hasRoom: () => boolean): void {
    if (hasRoom() || (this.#reclaim() && hasRoom())) {
      return;
    }
    const pass = ++this.#passes;
    let failed: Error | undefined;
    for (let next = this.#next(pass); next !== undefined && !hasRoom(); next = this.#next(pass)) {
      try {
        next.evict();
      } catch (error) {
        if (!isErrno(error)) {
          throw error;
        }
        failed = error;
        this.#leave(next, pass);
      }
    }
    if (failed !== undefined && !hasRoom()) {
      throw failed;
    }
  }

  /** The first object that is not reserved and that the pass has not left. */
  #next(pass: number): Evictable | undefined {
    for (const head of this.#lists) {
      for (let at = head.newer; at.object !== undefined;) {
        const { object, newer } = at;
        if (at.leftBy !== pass) {
          if (!object.isReserved) {
            return object;
          }
          this.#leave(object, pass);
        }
        at = newer;
      }
    }
    return undefined;
  }

  /** What cannot go now is in use: it becomes the newest, so that it is not the first to be looked at again. */
  #leave(object: Evictable, pass: number): void {
    const { eviction } = object;
    eviction.leftBy = pass;
    if (!eviction.isAlone) {
      this.touch(object);
    }
  }
}
