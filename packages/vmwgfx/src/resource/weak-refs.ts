/**
 * A weakly referenced object: the state of a context, or a view, names it without keeping it, and is told when the
 * device has it no more. So the device finds in its state neither an object that is gone nor an id that is used again.
 */
export interface Named {
  readonly namedBy: WeakRefs;
  /** The id by which state names it; SVGA3D_INVALID_ID while the device does not have it. */
  readonly stateId: number;
}

/** A weak reference, in a slot of a context or in a view. */
export interface NamedByUser {
  /** The device lets go of what is named; it may come back, under another id. */
  leftDevice(): void;
  /** What is named is gone for good. */
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
