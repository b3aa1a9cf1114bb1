import { describe, expect, it } from 'vitest';
import { countDifferences, eachDifference, firstDifference } from './differences.js';

const BYTES = 400;

/** Two equal runs at the offsets, in longer arrays. */
function twoRuns(aStart: number, bStart: number) {
  const a = new Uint8Array(BYTES + 16).map((_, i) => i * 7);
  const b = new Uint8Array(BYTES + 16);
  b.set(a.subarray(aStart, aStart + BYTES), bStart);
  return { a, b };
}

describe.each([
  [0, 0],
  [1, 1],
  [3, 7],
  [2, 5],
])('the differences of two runs that begin at bytes %i and %i', (aStart, bStart) => {
  it('of equal runs are none', () => {
    const { a, b } = twoRuns(aStart, bStart);
    for (const length of [0, 1, 127, 128, 129, 131, BYTES]) {
      expect(firstDifference(a, aStart, b, bStart, length)).toBe(length);
    }
  });

  it('are found at every byte, and only inside the runs', () => {
    for (let at = 0; at < BYTES; at++) {
      const { a, b } = twoRuns(aStart, bStart);
      b[bStart + at] ^= 1;
      b[bStart + ((at * 31) % BYTES)] ^= 2;
      const expected = Array.from({ length: BYTES }, (_, i) => i).filter(
        (i) => a[aStart + i] !== b[bStart + i],
      );
      const found: number[] = [];
      eachDifference(a, aStart, b, bStart, BYTES, (i) => found.push(i));
      expect(found).toEqual(expected);
      expect(countDifferences(a, aStart, b, bStart, BYTES)).toBe(expected.length);
      expect(firstDifference(a, aStart, b, bStart, BYTES)).toBe(expected[0]);
      expect(firstDifference(a, aStart, b, bStart, expected[0])).toBe(expected[0]);
    }
  });
});
