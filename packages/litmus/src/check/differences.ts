/** Shorter runs are compared byte by byte, which is cheaper than making two views. */
const SHORT = 128;

/** The words of a run, behind its first `lead` bytes. */
function wordsOf(bytes: Uint8Array, start: number, lead: number, length: number): Uint32Array {
  return new Uint32Array(bytes.buffer, bytes.byteOffset + start + lead, (length - lead) >>> 2);
}

/** Bytes before the first word of both runs; `length` if they are not to be compared by words. */
function leadOf(a: Uint8Array, aStart: number, b: Uint8Array, bStart: number, length: number): number {
  const at = a.byteOffset + aStart;
  const isAligned = ((at - b.byteOffset - bStart) & 3) === 0;
  return length >= SHORT && isAligned ? -at & 3 : length;
}

/** How many bytes of two runs are equal, from the start on: all of `length`, or the first difference. */
export function firstDifference(
  a: Uint8Array,
  aStart: number,
  b: Uint8Array,
  bStart: number,
  length: number,
): number {
  const lead = leadOf(a, aStart, b, bStart, length);
  let equal = 0;
  while (equal < lead && a[aStart + equal] === b[bStart + equal]) {
    equal++;
  }
  if (equal === lead && lead < length) {
    equal += 4 * equalWords(wordsOf(a, aStart, lead, length), wordsOf(b, bStart, lead, length), 0);
    while (equal < length && a[aStart + equal] === b[bStart + equal]) {
      equal++;
    }
  }
  return equal;
}

/** The first different word from `from` on. */
function equalWords(a: Uint32Array, b: Uint32Array, from: number): number {
  const { length } = a;
  let i = from;
  while (i + 3 < length) {
    const first = (a[i] ^ b[i]) | (a[i + 1] ^ b[i + 1]);
    if ((first | (a[i + 2] ^ b[i + 2]) | (a[i + 3] ^ b[i + 3])) !== 0) {
      break;
    }
    i += 4;
  }
  while (i < length && a[i] === b[i]) {
    i++;
  }
  return i;
}

/** In how many bytes two runs differ. */
export function countDifferences(
  a: Uint8Array,
  aStart: number,
  b: Uint8Array,
  bStart: number,
  length: number,
): number {
  let count = 0;
  for (let i = firstDifference(a, aStart, b, bStart, length); i < length; i++) {
    count += a[aStart + i] === b[bStart + i] ? 0 : 1;
  }
  return count;
}

/** Calls back for each byte in which two runs differ, with its number from their starts. */
export function eachDifference(
  a: Uint8Array,
  aStart: number,
  b: Uint8Array,
  bStart: number,
  length: number,
  visit: (index: number) => void,
): void {
  const visitBytes = (from: number, end: number): void => {
    for (let i = from; i < end; i++) {
      if (a[aStart + i] !== b[bStart + i]) {
        visit(i);
      }
    }
  };
  const lead = leadOf(a, aStart, b, bStart, length);
  visitBytes(0, lead);
  if (lead < length) {
    const aWords = wordsOf(a, aStart, lead, length);
    const bWords = wordsOf(b, bStart, lead, length);
    const count = aWords.length;
    for (
      let word = equalWords(aWords, bWords, 0);
      word < count;
      word = equalWords(aWords, bWords, word + 1)
    ) {
      visitBytes(lead + 4 * word, lead + 4 * word + 4);
    }
    visitBytes(lead + 4 * count, length);
  }
}
