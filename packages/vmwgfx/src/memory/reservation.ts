/**
 * Proof that its holder has a buffer object to itself. Who changes a tracker, a backing, an offset or a place asks for
 * it, from before the first page-table entry changes until after the flush (rule 8.4). `BufferObject.reserve` makes
 * it; the object stays while it lasts.
 */
export class Reservation<Reserved> {
  readonly #object: Reserved;

  constructor(object: Reserved) {
    this.#object = object;
  }

  get object(): Reserved {
    return this.#object;
  }
}
