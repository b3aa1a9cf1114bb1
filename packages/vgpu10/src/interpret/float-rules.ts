import { wordsOf } from '../words-of.js';

/**
 * Floats as Direct3D 10 computes them: 32 bits, round to nearest even, denormals flushed to zeros of the same sign on
 * the way in and out. All values are words.
 */

const floats = /* @__PURE__ */ new Float32Array(1);
const words = /* @__PURE__ */ wordsOf(floats);

/** The NaN of every result that is none of the operands. */
const NAN = 0x7fc00000;
export const ONE = 0x3f800000;
const SIGN = 0x80000000;
const EXPONENT = 0x7f800000;

/** The float of a word, a denormal as zero. */
export function toFloat(word: number): number {
  words[0] = (word & EXPONENT) === 0 ? word & SIGN : word;
  return floats[0];
}

/** The word of a result: rounded, a denormal as zero, a NaN as {@link NAN}. */
function toWord(value: number): number {
  floats[0] = value;
  const word = words[0];
  if ((word & EXPONENT) === 0) {
    return (word & SIGN) >>> 0;
  }
  return value !== value ? NAN : word;
}

/** The word of a float as it is, for values that are moved and not computed. */
export function wordOfFloat(value: number): number {
  floats[0] = value;
  return words[0];
}

export const add = (a: number, b: number) => toWord(toFloat(a) + toFloat(b));
export const subtract = (a: number, b: number) => toWord(toFloat(a) - toFloat(b));
export const multiply = (a: number, b: number) => toWord(toFloat(a) * toFloat(b));
export const divide = (a: number, b: number) => toWord(toFloat(a) / toFloat(b));
/** A product and a sum, rounded one after the other. */
export const multiplyAdd = (a: number, b: number, c: number) => add(multiply(a, b), c);

/** The smaller one; the first only if it is smaller; of a NaN and another one the other. */
export function minimum(a: number, b: number): number {
  const [x, y] = [toFloat(a), toFloat(b)];
  return toWord(x < y || y !== y ? x : y);
}

/** The greater one; the first unless it is smaller; of a NaN and another one the other. */
export function maximum(a: number, b: number): number {
  const [x, y] = [toFloat(a), toFloat(b)];
  return toWord(x >= y || y !== y ? x : y);
}

/** Clamped to 0…1; NaN is 0. */
export function saturate(word: number): number {
  const value = toFloat(word);
  return value > 0 ? (value < 1 ? word : ONE) : 0;
}

export const squareRoot = (a: number) => toWord(Math.sqrt(toFloat(a)));
export const reciprocalRoot = (a: number) => toWord(1 / Math.sqrt(toFloat(a)));
export const reciprocal = (a: number) => toWord(1 / toFloat(a));
export const exponential = (a: number) => toWord(2 ** toFloat(a));
export const logarithm = (a: number) => toWord(Math.log2(toFloat(a)));
export const sine = (a: number) => toWord(Math.sin(toFloat(a)));
export const cosine = (a: number) => toWord(Math.cos(toFloat(a)));

const BELOW_ONE = 0x3f7fffff;

/** x − floor(x), from 0 to below 1. */
export function fraction(a: number): number {
  const value = toFloat(a);
  const word = toWord(value - Math.floor(value));
  return word === ONE ? BELOW_ONE : word;
}

export const roundDown = (a: number) => toWord(Math.floor(toFloat(a)));
export const roundUp = (a: number) => toWord(Math.ceil(toFloat(a)));
export const roundToZero = (a: number) => toWord(Math.trunc(toFloat(a)));

/** Round to the nearest integer, a half to the even one. */
export function roundToEven(a: number): number {
  const value = toFloat(a);
  const below = Math.floor(value);
  const isAbove = value - below > 0.5 || (value - below === 0.5 && below % 2 !== 0);
  const rounded = isAbove ? below + 1 : below;
  return value === rounded || value !== value
    ? toWord(value)
    : toWord(value < 0 && rounded === 0 ? -0 : rounded);
}

const TRUE = 0xffffffff;
export const isLess = (a: number, b: number) => (toFloat(a) < toFloat(b) ? TRUE : 0);
export const isGreaterOrEqual = (a: number, b: number) => (toFloat(a) >= toFloat(b) ? TRUE : 0);
export const isEqual = (a: number, b: number) => (toFloat(a) === toFloat(b) ? TRUE : 0);
export const isNotEqual = (a: number, b: number) => (toFloat(a) !== toFloat(b) ? TRUE : 0);

/** Towards zero, the nearest integer there is; NaN is 0. */
export function toSigned(a: number): number {
  const value = toFloat(a);
  return value !== value ? 0 : Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Math.trunc(value))) >>> 0;
}

export function toUnsigned(a: number): number {
  const value = toFloat(a);
  return value !== value ? 0 : Math.max(0, Math.min(2 ** 32 - 1, Math.trunc(value))) >>> 0;
}

export const fromSigned = (a: number) => toWord(a | 0);
export const fromUnsigned = (a: number) => toWord(a);
