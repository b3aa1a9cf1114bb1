import { isErrno } from '../errors.js';

/** What can be taken from the device to make room: a buffer object, a surface. */
export interface Evictable {
  /** The order's: when it was used last. */
  lastUse: number;
  /** What goes first where there is a choice: the lower. */
  readonly evictionPriority: number;
  /** Whether it is in use, and stays. */
  readonly isReserved: boolean;
  /**
   * Takes it from the device; what only the device has of it is read back first (rule 6.5).
   * @throws VmwgfxError where that cannot be: it stays then; or where the device refuses to let it go: it is gone
   */
  evict(): void;
}

/** The last use of what is in no order. */
export const NEVER_USED = -1;

/**
 * The order of eviction when the device has no room left: of the lowest priority the one not used for longest (what the
 * kernel's TTM keeps as LRU lists). Every submission uses all that it names and hardly any evicts, so a use is one
 * number, and the order is made when it is needed.
 */
export class EvictionOrder {
  readonly #members = new Set<Evictable>();
  #uses = 0;

  /** It is used now; also where it is new. */
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

  /** The candidates, the first to go first; a copy, since an evicted one leaves the order. */
  candidates(): Evictable[] {
    return [...this.#members].toSorted(
      (a, b) => a.evictionPriority - b.evictionPriority || a.lastUse - b.lastUse,
    );
  }

  /**
   * Evicts until there is room; what is reserved stays.
   * @param hasRoom asked before each
   * @throws what the last failed eviction throws, where there is no room in the end
   */
  evictUntil(hasRoom: () => boolean): void {
    if (hasRoom()) {
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
