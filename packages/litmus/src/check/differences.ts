/** Shorter runs are compared byte by byte. */
const SHORT = 32;

/** The words of the last buffer: a view takes longer to make than a short run to compare. */
class LastWords {
  #buffer: ArrayBufferLike | undefined;
  #words: Uint32Array = new Uint32Array(0);

  of({ buffer }: Uint8Array): Uint32Array {
    if (buffer !== this.#buffer) {
      this.#buffer = buffer;
      this.#words = new Uint32Array(buffer, 0, buffer.byteLength >>> 2);
    }
    return this.#words;
  }
}

/** Of the first and the second run. */
const aLast = new LastWords();
const bLast = new LastWords();

/** The index of the word at a byte. */
function wordAt({ byteOffset }: Uint8Array, at: number): number {
  return (byteOffset + at) >>> 2;
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
    const first = wordAt(a, aStart + lead);
    equal += 4 * equalWords(aLast.of(a), first, bLast.of(b), wordAt(b, bStart + lead), (length - lead) >>> 2);
    while (equal < length && a[aStart + equal] === b[bStart + equal]) {
      equal++;
    }
  }
  return equal;
}

/** How many of `count` words are equal, from the first ones on. */
function equalWords(a: Uint32Array, aFirst: number, b: Uint32Array, bFirst: number, count: number): number {
  let i = 0;
  while (i + 3 < count) {
    const p = aFirst + i;
    const q = bFirst + i;
    const two = (a[p] ^ b[q]) | (a[p + 1] ^ b[q + 1]);
    if ((two | (a[p + 2] ^ b[q + 2]) | (a[p + 3] ^ b[q + 3])) !== 0) {
      break;
    }
    i += 4;
  }
  while (i < count && a[aFirst + i] === b[bFirst + i]) {
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
    const [aWords, bWords] = [aLast.of(a), bLast.of(b)];
    const [aFirst, bFirst] = [wordAt(a, aStart + lead), wordAt(b, bStart + lead)];
    const count = (length - lead) >>> 2;
    for (let word = 0; ; word++) {
      word += equalWords(aWords, aFirst + word, bWords, bFirst + word, count - word);
      if (word >= count) {
        break;
      }
      visitBytes(lead + 4 * word, lead + 4 * word + 4);
    }
    visitBytes(lead + 4 * count, length);
  }
}
