/**
 * A weakly referenced object: the state of a context, or a view, names it without keeping it, and is notified when
 * the object leaves the device. So the device's state names neither destroyed objects nor reused ids.
 */
export interface Named {
  readonly namedBy: WeakRefs;
  /** The id by which state names it; SVGA3D_INVALID_ID while it is not on the device. */
  readonly stateId: number;
}

/** A weak reference, in a slot of a context or in a view. */
export interface WeakRefHolder {
  /** The named object leaves the device; it may come back under another id. */
  leftDevice(): void;
  /** The named object is destroyed. */
  destroyed(): void;
}

/** All weak references to one object. */
export class WeakRefs {
  #holders: Set<WeakRefHolder> | undefined;

  add(holder: WeakRefHolder): void {
    this.#holders ??= new Set();
    this.#holders.add(holder);
  }

  remove(holder: WeakRefHolder): void {
    this.#holders?.delete(holder);
  }

  all(): readonly WeakRefHolder[] {
    return this.#holders === undefined ? [] : [...this.#holders];
  }

  tellLeftDevice(): void {
    this.#holders?.forEach((holder) => holder.leftDevice());
  }

  tellDestroyed(): void {
    const holders = this.all();
    this.#holders = undefined;
    holders.forEach((holder) => holder.destroyed());
  }
}
