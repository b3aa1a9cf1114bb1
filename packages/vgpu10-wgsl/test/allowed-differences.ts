import { floatOf, isNaNWord } from './words.js';

/** Where a result may differ from Direct3D's, because WebGPU allows an implementation more. */
interface AllowedDifference {
  /** As the table of the README names it. */
  readonly what: string;
  readonly mnemonics: readonly string[];
  readonly allows: (got: number, want: number, operands: readonly number[]) => boolean;
}

const LEAST_NORMAL = 2 ** -126;

/** Floats in their order as integers. */
function order(word: number): number {
  return word >= 0x80000000 ? 0x80000000 - word : word;
}

const ulps = (got: number, want: number): number => Math.abs(order(got) - order(want));
const distance = (got: number, want: number): number => Math.abs(floatOf(got) - floatOf(want));

/** The rows of the README's table. */
export const allowedDifferences: readonly AllowedDifference[] = [
  {
    what: 'the bits of a NaN',
    mnemonics: ['add', 'mul', 'mad', 'div', 'dp2', 'dp3', 'dp4'],
    allows: (got, want) => isNaNWord(got) && isNaNWord(want),
  },
  {
    what: 'results near the least normal number',
    mnemonics: ['add', 'mul', 'mad', 'div', 'dp2', 'dp3', 'dp4'],
    allows: (got, want) => distance(got, want) <= 4 * LEAST_NORMAL,
  },
  {
    what: 'square roots and their reciprocals',
    mnemonics: ['rsq', 'sqrt'],
    allows: (got, want) => ulps(got, want) <= 4,
  },
  {
    what: 'quotients',
    mnemonics: ['div'],
    allows: (got, want) => ulps(got, want) <= 3,
  },
  {
    what: 'powers of two',
    mnemonics: ['exp'],
    allows: (got, want, [x]) => ulps(got, want) <= 3 + 2 * Math.abs(floatOf(x)),
  },
  {
    what: 'logarithms',
    mnemonics: ['log'],
    allows: (got, want, [x]) =>
      floatOf(x) >= 0.5 && floatOf(x) <= 2 ? distance(got, want) <= 2 ** -21 : ulps(got, want) <= 3,
  },
  {
    what: 'sines and cosines',
    mnemonics: ['sincos'],
    allows: (got, want, [x]) =>
      Math.abs(floatOf(x)) <= 100 * Math.PI
        ? distance(got, want) <= 2 ** -11
        : Math.abs(floatOf(got)) <= 1.001,
  },
];

/** Whether a result of an instruction is right, or differs as it may. */
export function isAllowed(mnemonic: string, got: number, want: number, operands: readonly number[]): boolean {
  return (
    got === want ||
    allowedDifferences.some((row) => row.mnemonics.includes(mnemonic) && row.allows(got, want, operands))
  );
}
