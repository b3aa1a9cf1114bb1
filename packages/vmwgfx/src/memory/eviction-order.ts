/** Who can be taken from the device to make room. */
export interface Evictable {
  /** What goes first where there is a choice: the lower. */
  readonly evictionPriority: number;
  /** Whether somebody needs it where it is. */
  readonly isReserved: boolean;
  /**
   * Takes it from the device; what only the device has of it is read back first (rule 6.5).
   * @throws VmwgfxError where that cannot be: it stays then; or where the device refuses to let it go: it is gone
   */
  evict(): void;
}

/**
 * Who goes first when the device has no room left: of the lowest priority the one not used for longest (the
 * kernel's TTM LRU lists).
 */
export class EvictionOrder {
  /** By priority; in each, the one not used for longest is first. */
  readonly #lists: Set<Evictable>[] = [];
  readonly #known = new Map<Evictable, Set<Evictable>>();

  /** It is used now; also where it is new. */
  touch(object: Evictable): void {
    const { evictionPriority } = object;
    while (this.#lists.length <= evictionPriority) {
      this.#lists.push(new Set());
    }
    const list = this.#lists[evictionPriority];
    const known = this.#known.get(object);
    known?.delete(object);
    list.add(object);
    if (known !== list) {
      this.#known.set(object, list);
    }
  }

  /** Its priority is another now: it is used, too, where it is in the order at all. */
  changed(object: Evictable): void {
    if (this.#known.has(object)) {
      this.touch(object);
    }
  }

  remove(object: Evictable): void {
    this.#known.get(object)?.delete(object);
    this.#known.delete(object);
  }

  /** The candidates, the first to go first; a copy, since who goes leaves the order. */
  candidates(): Evictable[] {
    return this.#lists.flatMap((list) => [...list]);
  }
}
