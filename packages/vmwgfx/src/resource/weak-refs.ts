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
export interface NamedByUser {
  /** The named object leaves the device; it may come back under another id. */
  leftDevice(): void;
  /** The named object is destroyed. */
  destroyed(): void;
}

/** All weak references to one object. */
export class WeakRefs {
  #users: Set<NamedByUser> | undefined;

  add(user: NamedByUser): void {
    this.#users ??= new Set();
    this.#users.add(user);
  }

  remove(user: NamedByUser): void {
    this.#users?.delete(user);
  }

  all(): readonly NamedByUser[] {
    return this.#users === undefined ? [] : [...this.#users];
  }

  tellLeftDevice(): void {
    this.#users?.forEach((user) => user.leftDevice());
  }

  tellDestroyed(): void {
    const users = this.all();
    this.#users = undefined;
    users.forEach((user) => user.destroyed());
  }
}
