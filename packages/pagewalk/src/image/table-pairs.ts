const FIRST_CAPACITY = 1024;
const NOTHING = -2;

/**
 * Compared pairs of tables: where, and whether anything differed. A hash table in flat arrays of numbers, 25 bytes
 * per slot, since there may be half a million pairs.
 */
export class TablePairs {
  #count = 0;
  #before = new Float64Array(FIRST_CAPACITY).fill(NOTHING);
  #after = new Float64Array(FIRST_CAPACITY);
  #start = new Float64Array(FIRST_CAPACITY);
  #changed = new Uint8Array(FIRST_CAPACITY);

  /** Where the pair was first compared; undefined for a new pair, which is added with `start`. */
  firstStart(before: number, after: number, start: number): number | undefined {
    if (this.#count * 4 >= this.#before.length * 3) {
      this.#grow();
    }
    const place = this.#placeOf(before, after);
    if (this.#before[place] !== NOTHING) {
      return this.#start[place];
    }
    this.#enter(place, before, after, start, 0);
    return undefined;
  }

  hasChanged(before: number, after: number): boolean {
    return this.#changed[this.#placeOf(before, after)] === 1;
  }

  setChanged(before: number, after: number): void {
    this.#changed[this.#placeOf(before, after)] = 1;
  }

  #enter(place: number, before: number, after: number, start: number, changed: number): void {
    this.#before[place] = before;
    this.#after[place] = after;
    this.#start[place] = start;
    this.#changed[place] = changed;
    this.#count++;
  }

  /** The slot of a pair, or a free one for it: linear probing from its hash. */
  #placeOf(before: number, after: number): number {
    const mask = this.#before.length - 1;
    let place = (scramble(before) ^ Math.imul(scramble(after), 0x85ebca6b)) & mask;
    while (
      this.#before[place] !== NOTHING &&
      (this.#before[place] !== before || this.#after[place] !== after)
    ) {
      place = (place + 1) & mask;
    }
    return place;
  }

  #grow(): void {
    const [before, after, start, changed] = [this.#before, this.#after, this.#start, this.#changed];
    const capacity = before.length * 2;
    this.#before = new Float64Array(capacity).fill(NOTHING);
    this.#after = new Float64Array(capacity);
    this.#start = new Float64Array(capacity);
    this.#changed = new Uint8Array(capacity);
    this.#count = 0;
    for (let i = 0; i < before.length; i++) {
      if (before[i] !== NOTHING) {
        this.#enter(this.#placeOf(before[i], after[i]), before[i], after[i], start[i], changed[i]);
      }
    }
  }
}

function scramble(value: number): number {
  const mixed = Math.imul(value ^ (value / 2 ** 32), 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}
