/**
 * How many use something; the last one to drop it ends it. Whoever made it is the first. Ending it cannot fail and
 * takes no lock that who drops it may hold (rule 8.6).
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
