/** What is counted. */
export interface RefCounted {
  /** The last reference has gone. */
  unreferenced(): void;
}

/**
 * A reference count. The maker has the first reference; dropping the last destroys the object. Destruction cannot
 * fail and takes no lock that a caller may hold while it drops a reference (rule 8.6).
 */
export class RefCount {
  #count = 1;
  readonly #object: RefCounted;

  constructor(object: RefCounted) {
    this.#object = object;
  }

  get count(): number {
    return this.#count;
  }

  take(): void {
    this.#count++;
  }

  drop(): void {
    if (--this.#count === 0) {
      this.#object.unreferenced();
    }
  }
}
