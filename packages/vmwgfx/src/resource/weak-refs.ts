/**
 * Something that state of a context, or a view, names without keeping it. Who names it hears when the device has it
 * no more: the device must never find in its state what is not there, nor an id that is somebody else's by now.
 */
export interface Named {
  readonly namedBy: WeakRefs;
  /** The id by which state names it; SVGA3D_INVALID_ID while the device does not have it. */
  readonly stateId: number;
}

/** Who names something. */
export interface NamedByUser {
  /** The device lets go of what is named; it may come back, under another id. */
  leftDevice(): void;
  /** What is named is gone for good. */
  destroyed(): void;
}

/** All who name one thing. */
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
