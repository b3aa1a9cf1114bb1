/** Shorter runs are compared byte by byte, which is cheaper than making two views. */
const SHORT = 128;

/** How many bytes of two runs are equal, from the start on: all of `length`, or the first difference. */
export function firstDifference(
  a: Uint8Array,
  aStart: number,
  b: Uint8Array,
  bStart: number,
  length: number,
): number {
  let equal = 0;
  if (length >= SHORT && ((a.byteOffset + aStart - b.byteOffset - bStart) & 3) === 0) {
    while (((a.byteOffset + aStart + equal) & 3) !== 0) {
      if (a[aStart + equal] !== b[bStart + equal]) {
        return equal;
      }
      equal++;
    }
    const count = (length - equal) >>> 2;
    const aWords = new Uint32Array(a.buffer, a.byteOffset + aStart + equal, count);
    const bWords = new Uint32Array(b.buffer, b.byteOffset + bStart + equal, count);
    let word = 0;
    while (word < count && aWords[word] === bWords[word]) {
      word++;
    }
    equal += 4 * word;
  }
  while (equal < length && a[aStart + equal] === b[bStart + equal]) {
    equal++;
  }
  return equal;
}
