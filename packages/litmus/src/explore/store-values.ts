/**
 * Fills `target` with the bytes that a step stores. They differ by step and offset, and from the replaced bytes, so
 * that an old value can be recognised.
 * @param replaced the current bytes, from `offset` on; undefined without a comparison
 */
export function fillStoreValues(
  target: Uint8Array,
  step: number,
  replaced: Uint8Array | undefined,
  offset: number,
): void {
  let state = Math.imul(step, 0x9e3779b1) ^ Math.imul(offset + 1, 0x85ebca6b);
  for (let i = 0; i < target.length; i++) {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5;
    let value = (state >>> 24) & 0xff;
    if (replaced !== undefined && replaced[offset + i] === value) {
      value = (value + 1) & 0xff;
    }
    target[i] = value;
  }
}
