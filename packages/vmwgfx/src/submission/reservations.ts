import type { Fence, FencedUse } from '../device/fence.js';
import { VmwgfxError } from '../errors.js';
import type { BufferObject, BufferReservation } from '../memory/buffer-object.js';

/** The buffer objects that one submission holds reserved, from before its first change to its end (rule 8.5). */
export class Reservations {
  #held: BufferReservation[] = [];
  /** Those that it held last. */
  #ended: BufferReservation[] = [];
  /** Shared with its objects, so that the fence, a new object, is stored once, not in each of them. */
  readonly #use: FencedUse = { fence: undefined };

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

  /**
   * Takes those again that it held last, or none of them. The reservations are the same objects: a thousand new ones,
   * each stored in an old object, take two fifths of the time of a submission that finds nothing dirty.
   * @throws as `BufferObject.reserve`, and `checkNotAccessed`
   */
  takeAgain(): void {
    const again = this.#ended;
    again.at(0)?.object.driver.mapping.assertWalkable();
    let taken = 0;
    try {
      for (const held of again) {
        const { object } = held;
        object.reserveAgain(held);
        taken++;
        checkNotAccessed(object);
      }
    } catch (error) {
      again.slice(0, taken).forEach((held) => held.object.unreserve(held));
      throw error;
    }
    this.#held = again;
  }

  /** The reservation of an object that was taken before. */
  of(object: BufferObject): BufferReservation {
    return object.heldBy(this) as BufferReservation;
  }

  /** All reservations, in their order. */
  get all(): readonly BufferReservation[] {
    return this.#held;
  }

  /**
   * Ends all reservations. Cannot fail.
   * @param fence of the submission, if there is one
   */
  release(fence?: Fence): void {
    const use = this.#use;
    use.fence = fence ?? use.fence;
    for (const held of this.#held) {
      const { object } = held;
      if (fence !== undefined) {
        object.lastUse = use;
      }
      object.unreserve(held);
    }
    this.#ended = this.#held;
    this.#held = [];
  }
}

/** @throws VmwgfxError EBUSY while the CPU accesses it: no submission may name it */
export function checkNotAccessed({ cpuWriters }: BufferObject): void {
  if (cpuWriters > 0) {
    throw new VmwgfxError('EBUSY', 'the CPU is using a buffer object that the submission names');
  }
}
