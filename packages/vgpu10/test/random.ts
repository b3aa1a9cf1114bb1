/** Words that are worth trying: of integers and of floats. */
const corners = [
  0, 1, 2, 31, 32, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0x80000001, 0xfffffffe, 0xffffffff, 0x007fffff,
  0x00800000, 0x3f7fffff, 0x3f800000, 0xbf800000, 0x4f000000, 0x7f7fffff, 0x7f800000, 0x7fc00000, 0xff800000,
  0xffa00001,
];

/** A sequence of numbers that a seed determines. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = (seed * 0x9e3779b9) >>> 0;
  }

  /** Any word, each with the same probability. */
  bits(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  /** From 0 to `limit` − 1. */
  below(limit: number): number {
    return Math.floor((this.bits() / 2 ** 32) * limit);
  }

  chance(probability: number): boolean {
    return this.bits() < probability * 2 ** 32;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)];
  }

  /** Any word, often a corner value or a small one. */
  word(): number {
    return this.chance(0.4) ? this.pick(corners) : this.chance(0.3) ? this.below(64) : this.bits();
  }
}
