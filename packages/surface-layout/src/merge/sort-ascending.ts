const DIGIT = 11;
const BUCKETS = 2 ** DIGIT;
const MAX_U32 = 0xffff_ffff;

/** Sorts lists of integers, in linear time where they are u32; memory is kept from one to the next. */
export class AscendingSort {
  readonly #ends = new Int32Array(BUCKETS);
  #from = new Uint32Array(64);
  #to = new Uint32Array(64);

  /** Sorts the first `count` values, integers that are not negative. */
  sort(values: Float64Array, count: number): void {
    let most = 0;
    for (let i = 0; i < count; i++) {
      most = Math.max(most, values[i]);
    }
    if (most > MAX_U32) {
      values.subarray(0, count).sort();
      return;
    }
    if (count > this.#from.length) {
      this.#from = new Uint32Array(2 * count);
      this.#to = new Uint32Array(2 * count);
    }
    for (let i = 0; i < count; i++) {
      this.#from[i] = values[i];
    }
    for (let shift = 0; shift < 32 && most >= 2 ** shift; shift += DIGIT) {
      this.#sortDigit(count, shift);
    }
    for (let i = 0; i < count; i++) {
      values[i] = this.#from[i];
    }
  }

  #sortDigit(count: number, shift: number): void {
    const ends = this.#ends;
    const from = this.#from;
    const to = this.#to;
    ends.fill(0);
    for (let i = 0; i < count; i++) {
      ends[(from[i] >>> shift) & (BUCKETS - 1)]++;
    }
    for (let bucket = 1; bucket < BUCKETS; bucket++) {
      ends[bucket] += ends[bucket - 1];
    }
    for (let i = count - 1; i >= 0; i--) {
      to[--ends[(from[i] >>> shift) & (BUCKETS - 1)]] = from[i];
    }
    this.#from = to;
    this.#to = from;
  }
}
