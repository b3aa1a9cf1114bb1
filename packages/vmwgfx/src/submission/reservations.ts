import type { BufferObject, BufferReservation } from '../memory/buffer-object.js';

/** The buffer objects that one submission holds reserved, from before its first change to its end (rule 8.5). */
export class Reservations {
  readonly #held: BufferReservation[] = [];

  /** The reservation of an object; takes one if there is none yet. @throws as `BufferObject.reserve` */
  take(object: BufferObject): BufferReservation {
    let held = object.heldBy(this);
    if (held === undefined) {
      // All objects share one mapping, so its lock is checked once.
      held = this.#held.length === 0 ? object.reserve(this) : object.reserveOnly(this);
      this.#held.push(held);
    }
    return held;
  }

  /** The reservation of an object that was taken before. */
  of(object: BufferObject): BufferReservation {
    return object.heldBy(this) as BufferReservation;
  }

  /** All reservations, in their order. */
  get all(): readonly BufferReservation[] {
    return this.#held;
  }

  /** Ends all reservations. Cannot fail. */
  release(): void {
    for (const held of this.#held) {
      held.object.unreserve(held);
    }
    this.#held.length = 0;
  }
}
