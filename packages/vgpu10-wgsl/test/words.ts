/** Words in which arithmetic goes wrong: zeros, denormals, NaNs, infinities, the ends of integers, shift counts. */
export const cornerWords = [
  0, 0x80000000, 1, 0x80000001, 0x007fffff, 0x807fffff, 0x00800000, 0x80800000, 0x3f800000, 0xbf800000,
  0x3f7fffff, 0x3f800001, 0x3f000000, 0xbf000000, 0x3effffff, 0x3fc00000, 0x40200000, 0xc0200000, 0x4b000000,
  0x4affffff, 0x4b7fffff, 0xcb800001, 0x4effffff, 0x4f000000, 0xcf000000, 0xcf000001, 0x4f7fffff, 0x4f800000,
  0x7f7fffff, 0xff7fffff, 0x7f800000, 0xff800000, 0x7fc00000, 0xffc00000, 0x7f800001, 0xffbfffff, 0x7fffffff,
  0xffffffff, 0xfffffffe, 2, 31, 32, 33, 0xffff, 0x10000, 0x42fe0000, 0xc2fc0000, 0xc3160000, 0x43000000,
  0x40490fdb, 0xc0490fdb, 0x439d0000, 0x34000000, 0xb3000000,
] as const;

/** Pseudo-random numbers (xorshift), the same for the same seed. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = (Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995) >>> 0 || 1;
  }

  word(): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x >>> 0;
    return this.#state;
  }

  below(count: number): number {
    return Math.floor((this.word() / 2 ** 32) * count);
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)];
  }

  /** A word as operands have them: a corner, a float of a usual size, a small integer, or any. */
  operand(): number {
    switch (this.below(4)) {
      case 0:
        return this.pick(cornerWords);
      case 1:
        floats[0] = (this.below(2_000_001) - 1_000_000) / 1000;
        return words[0];
      case 2:
        return (this.below(65) - 32) >>> 0;
      default:
        return this.word();
    }
  }
}

const floats = new Float32Array(1);
const words = new Uint32Array(floats.buffer);

export function isNaNWord(word: number): boolean {
  return (word & 0x7fffffff) > 0x7f800000;
}

export function floatOf(word: number): number {
  words[0] = word;
  return floats[0];
}
