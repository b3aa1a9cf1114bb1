/**
 * How many users an object has. Its maker is the first; the last one to drop it ends it. Ending it cannot fail and
 * takes no lock that a user may hold while it drops it (rule 8.6).
 */
export class RefCount {
  #count = 1;
  readonly #end: () => void;

  constructor(end: () => void) {
    this.#end = end;
  }

  get count(): number {
    return this.#count;
  }

  take(): void {
    this.#count++;
  }

  drop(): void {
    if (--this.#count === 0) {
      this.#end();
    }
  }
}
