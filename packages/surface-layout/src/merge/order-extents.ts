import { EXTENT, ExtentList, X0, X1, Y0, Y1, Z0, Z1 } from './extents.js';

const DIGIT = 8;
const BUCKETS = 2 ** DIGIT;
const MAX_KEY = 0xffff_ffff;

/** Sorts extents by their first column, or by their first row through the slices, in linear time. */
export class ExtentOrder {
  readonly #moved = new ExtentList();
  readonly #ends = new Int32Array(BUCKETS);
  #keys = new Uint32Array(64);
  #places = new Int32Array(64);
  #nextPlaces = new Int32Array(64);

  /** `by` is X0 or Y0. The sort is stable; if keys are not u32, nothing is sorted. */
  sort(extents: ExtentList, by: number): void {
    const { count } = extents;
    if (count > this.#keys.length) {
      this.#keys = new Uint32Array(2 * count);
      this.#places = new Int32Array(2 * count);
      this.#nextPlaces = new Int32Array(2 * count);
    }
    const most = this.#setKeys(extents, by);
    if (most > MAX_KEY) {
      return;
    }
    // A digit that all keys share is skipped: columns are often multiples of a page's.
    const differing = this.#differingBits(count);
    for (let shift = 0; shift < 32; shift += DIGIT) {
      if (((differing >>> shift) & (BUCKETS - 1)) !== 0) {
        this.#sortDigit(count, shift);
      }
    }
    const places = this.#places;
    const from = extents.values;
    extents.exchange(this.#moved);
    const { values } = extents;
    for (let place = 0; place < count; place++) {
      const source = places[place] * EXTENT;
      const at = place * EXTENT;
      values[at + X0] = from[source + X0];
      values[at + Y0] = from[source + Y0];
      values[at + Z0] = from[source + Z0];
      values[at + X1] = from[source + X1];
      values[at + Y1] = from[source + Y1];
      values[at + Z1] = from[source + Z1];
    }
  }

  /** @returns the largest key */
  #setKeys({ count, values }: ExtentList, by: number): number {
    const keys = this.#keys;
    const places = this.#places;
    let rows = 0;
    const ranked = by === Y0 ? count : 0;
    for (let index = 0; index < ranked; index++) {
      rows = Math.max(rows, values[index * EXTENT + Y1]);
    }
    let most = 0;
    for (let index = 0; index < count; index++) {
      const at = index * EXTENT;
      const key = by === X0 ? values[at + X0] : values[at + Z0] * rows + values[at + Y0];
      most = Math.max(most, key);
      keys[index] = key;
      places[index] = index;
    }
    return most;
  }

  /** Bits in which not all keys are the same. */
  #differingBits(count: number): number {
    const keys = this.#keys;
    let bits = 0;
    for (let index = 1; index < count; index++) {
      bits |= keys[index] ^ keys[0];
    }
    return bits;
  }

  #sortDigit(count: number, shift: number): void {
    const ends = this.#ends;
    const keys = this.#keys;
    const places = this.#places;
    const next = this.#nextPlaces;
    ends.fill(0);
    for (let index = 0; index < count; index++) {
      ends[(keys[index] >>> shift) & (BUCKETS - 1)]++;
    }
    for (let bucket = 1; bucket < BUCKETS; bucket++) {
      ends[bucket] += ends[bucket - 1];
    }
    for (let place = count - 1; place >= 0; place--) {
      const index = places[place];
      const digit = (keys[index] >>> shift) & (BUCKETS - 1);
      ends[digit]--;
      next[ends[digit]] = index;
    }
    this.#places = next;
    this.#nextPlaces = places;
  }
}
