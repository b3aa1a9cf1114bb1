/** Fills `target` with reproducible pseudo-random bytes (Marsaglia's xorshift32). */
export function fillPattern(target: Uint8Array): Uint8Array {
  let state = 0x9e3779b9;
  for (let i = 0; i < target.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    target[i] = state;
  }
  return target;
}
