import type { BufferObject, BufferReservation } from '../memory/buffer-object.js';

/** The buffer objects that one submission holds reserved, from before its first change to its end (rule 8.5). */
export class Reservations {
  readonly #held = new Map<BufferObject, BufferReservation>();

  /** The reservation of an object; takes one if there is none yet. @throws as `BufferObject.reserve` */
  take(object: BufferObject): BufferReservation {
    let held = this.#held.get(object);
    if (held === undefined) {
      // All objects share one mapping, so its lock is checked once.
      held = this.#held.size === 0 ? object.reserve() : object.reserveOnly();
      this.#held.set(object, held);
    }
    return held;
  }

  /** The reservation of an object that was taken before. */
  of(object: BufferObject): BufferReservation {
    return this.#held.get(object) as BufferReservation;
  }

  /** The objects, in the order of reservation. */
  objects(): Iterable<BufferObject> {
    return this.#held.keys();
  }

  /** Ends all reservations. Cannot fail. */
  release(): void {
    this.#held.forEach((held, object) => object.unreserve(held));
    this.#held.clear();
  }
}
