import { isErrno } from '../errors.js';

/** What can be taken from the device to make room: a buffer object, a surface. */
export interface Evictable {
  /** When it was used last; set by the order. */
  lastUse: number;
  /** Lower priorities are evicted first. */
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

/** Last use of an object outside every order. */
export const NEVER_USED = -1;

/**
 * The order of eviction when the device has no room left: lowest priority first, least recently used first within one
 * (the kernel's TTM keeps LRU lists). Every submission uses all that it names and hardly any evicts, so a use stores
 * one number, and the order is computed when it is needed.
 */
export class EvictionOrder {
  readonly #members = new Set<Evictable>();
  readonly #reclaim: () => boolean;
  #uses = 0;

  /** @param reclaim waits for the device, so that room made behind commands is free. @returns whether it had to */
  constructor(reclaim: () => boolean) {
    this.#reclaim = reclaim;
  }

  /** Marks an object as used now; adds a new one. */
  touch(object: Evictable): void {
    if (object.lastUse === NEVER_USED) {
      this.#members.add(object);
    }
    object.lastUse = this.#uses++;
  }

  remove(object: Evictable): void {
    object.lastUse = NEVER_USED;
    this.#members.delete(object);
  }

  /** The candidates in eviction order; a copy, since an evicted one leaves the order. */
  candidates(): Evictable[] {
    return [...this.#members].toSorted(
      (a, b) => a.evictionPriority - b.evictionPriority || a.lastUse - b.lastUse,
    );
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
    let failed: Error | undefined;
    for (const candidate of this.candidates()) {
      if (hasRoom()) {
        return;
      }
      if (candidate.isReserved) {
        continue;
      }
      try {
        candidate.evict();
      } catch (error) {
        if (!isErrno(error)) {
          throw error;
        }
        failed = error;
      }
    }
    if (failed !== undefined && !hasRoom()) {
      throw failed;
    }
  }
}
