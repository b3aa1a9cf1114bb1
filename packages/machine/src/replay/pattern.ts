/** Bytes from one kept state to the next. */
const STEP = 4096;

/**
 * Reproducible pseudo-random bytes (Marsaglia's xorshift32), the low byte of each state. The states of some offsets are
 * kept, so that any part can be had without all of it in memory.
 */
export class Pattern {
  readonly #states: Int32Array;

  /** @param length bytes of the whole */
  constructor(readonly length: number) {
    this.#states = new Int32Array(Math.ceil(length / STEP) + 1);
    let state = 0x9e3779b9 | 0;
    for (let i = 0; i < length; i++) {
      if (i % STEP === 0) {
        this.#states[i / STEP] = state;
      }
      state = next(state);
    }
  }

  /** Fills `target` with the bytes from `offset` on. */
  fill(target: Uint8Array, offset: number): void {
    const step = Math.floor(offset / STEP);
    let state = this.#states[step];
    for (let i = step * STEP; i < offset; i++) {
      state = next(state);
    }
    for (let i = 0; i < target.length; i++) {
      state = next(state);
      target[i] = state;
    }
  }
}

function next(state: number): number {
  state ^= state << 13;
  state ^= state >>> 17;
  return state ^ (state << 5);
}
