/** Random numbers that a seed repeats (mulberry32). */
export class Random {
  #state: number;

  constructor(readonly seed: number) {
    this.#state = seed >>> 0;
  }

  below(limit: number): number {
    // Successive values must not hang together, or whole kinds of commands never come up.
    this.#state = (this.#state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  }

  /** True once in `odds` times. */
  once(odds: number): boolean {
    return this.below(odds) === 0;
  }

  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)];
  }

  /** A number of 32 bits, likely to be at an edge of something. */
  u32(): number {
    switch (this.below(6)) {
      case 0:
        return this.below(4);
      case 1:
        return this.below(70);
      case 2:
        return this.below(2 ** 19);
      case 3:
        return this.below(2 ** 32);
      case 4:
        return 2 ** this.below(32);
      default:
        return 0xffff_ffff - this.below(3);
    }
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.below(256));
  }
}
