import type { BufferObject, BufferReservation } from '../memory/buffer-object.js';

/** The buffer objects that one submission has to itself, from before it changes anything to its end (rule 8.5). */
export class Reservations {
  readonly #held = new Map<BufferObject, BufferReservation>();

  /** The reservation of an object, a new one where there is none yet. @throws as `BufferObject.reserve` */
  take(object: BufferObject): BufferReservation {
    let held = this.#held.get(object);
    if (held === undefined) {
      // All objects have one mapping: whether that can be walked is asked once.
      held = this.#held.size === 0 ? object.reserve() : object.reserveOnly();
      this.#held.set(object, held);
    }
    return held;
  }

  /** The reservation of an object that was taken before. */
  of(object: BufferObject): BufferReservation {
    return this.#held.get(object) as BufferReservation;
  }

  /** In the order in which they were taken. */
  objects(): Iterable<BufferObject> {
    return this.#held.keys();
  }

  /** Gives all back. Cannot fail. */
  release(): void {
    this.#held.forEach((held, object) => object.unreserve(held));
    this.#held.clear();
  }
}
