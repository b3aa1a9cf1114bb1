/** Integers of 32 bits as Direct3D 10 computes them: they wrap around. All values are words, from 0 to 2^32 − 1. */

const TRUE = 0xffffffff;

export const isIntEqual = (a: number, b: number) => (a === b ? TRUE : 0);
export const isIntNotEqual = (a: number, b: number) => (a === b ? 0 : TRUE);
export const isSignedLess = (a: number, b: number) => ((a | 0) < (b | 0) ? TRUE : 0);
export const isSignedGreaterOrEqual = (a: number, b: number) => ((a | 0) >= (b | 0) ? TRUE : 0);
export const isUnsignedLess = (a: number, b: number) => (a < b ? TRUE : 0);
export const isUnsignedGreaterOrEqual = (a: number, b: number) => (a >= b ? TRUE : 0);

export const addInts = (a: number, b: number) => (a + b) >>> 0;
export const negate = (a: number) => -a >>> 0;
export const multiplyAddInts = (a: number, b: number, c: number) => (Math.imul(a, b) + c) >>> 0;
export const signedMinimum = (a: number, b: number) => Math.min(a | 0, b | 0) >>> 0;
export const signedMaximum = (a: number, b: number) => Math.max(a | 0, b | 0) >>> 0;
export const and = (a: number, b: number) => (a & b) >>> 0;
export const or = (a: number, b: number) => (a | b) >>> 0;
export const xor = (a: number, b: number) => (a ^ b) >>> 0;
export const not = (a: number) => ~a >>> 0;

/** Shifts count by the lowest five bits. */
export const shiftLeft = (a: number, b: number) => (a << (b & 31)) >>> 0;
export const shiftRightSigned = (a: number, b: number) => (a >> (b & 31)) >>> 0;
export const shiftRight = (a: number, b: number) => a >>> (b & 31);

export const multiplyLow = (a: number, b: number) => Math.imul(a, b) >>> 0;

/** The upper half of a product of unsigned integers. */
export function multiplyHigh(a: number, b: number): number {
  const [aLow, aHigh, bLow, bHigh] = [a & 0xffff, a >>> 16, b & 0xffff, b >>> 16];
  const middle = aHigh * bLow + Math.floor((aLow * bLow) / 2 ** 16);
  const rest = (middle % 2 ** 16) + aLow * bHigh;
  return (aHigh * bHigh + Math.floor(middle / 2 ** 16) + Math.floor(rest / 2 ** 16)) >>> 0;
}

/** The upper half of a product of signed integers. */
export function multiplyHighSigned(a: number, b: number): number {
  const unsigned = multiplyHigh(a, b);
  return (unsigned - (a >>> 31 === 1 ? b : 0) - (b >>> 31 === 1 ? a : 0)) >>> 0;
}

/** By zero, quotient and remainder have all bits set. */
export const quotient = (a: number, b: number) => (b === 0 ? TRUE : Math.floor(a / b));
export const remainder = (a: number, b: number) => (b === 0 ? TRUE : a % b);

/** Towards zero. The lowest integer by −1 is itself. */
export const signedQuotient = (a: number, b: number) =>
  b === 0 ? TRUE : Math.trunc((a | 0) / (b | 0)) >>> 0;
export const signedRemainder = (a: number, b: number) => (b === 0 ? TRUE : ((a | 0) % (b | 0)) >>> 0);

/** 1 if a sum, or a difference, does not fit. */
export const carry = (a: number, b: number) => (a + b >= 2 ** 32 ? 1 : 0);
export const subtractInts = (a: number, b: number) => (a - b) >>> 0;
export const borrow = (a: number, b: number) => (a < b ? 1 : 0);

export function countBits(a: number): number {
  let count = 0;
  for (let rest = a; rest !== 0; rest = (rest & (rest - 1)) >>> 0) {
    count++;
  }
  return count;
}

/** The highest bit that is set, counted from the highest; all bits set if there is none. */
export const firstBitHigh = (a: number) => (a === 0 ? TRUE : Math.clz32(a));
/** The highest bit that differs from the sign, counted from the highest. */
export const firstBitSigned = (a: number) => firstBitHigh(a >>> 31 === 1 ? ~a >>> 0 : a);
/** The lowest bit that is set, counted from the lowest. */
export const firstBitLow = (a: number) => (a === 0 ? TRUE : 31 - Math.clz32(a & -a));

export function reverseBits(a: number): number {
  let reversed = 0;
  for (let bit = 0; bit < 32; bit++) {
    reversed = (reversed << 1) | ((a >>> bit) & 1);
  }
  return reversed >>> 0;
}

/** Bits `offset` to `offset + width − 1`; with `shift` as the shift that fills them up. */
function extract(
  width: number,
  offset: number,
  value: number,
  shift: (a: number, b: number) => number,
): number {
  const [bits, low] = [width & 31, offset & 31];
  if (bits === 0) {
    return 0;
  }
  return bits + low < 32 ? shift(shiftLeft(value, 32 - bits - low), 32 - bits) : shift(value, low);
}

export const extractUnsigned = (width: number, offset: number, value: number) =>
  extract(width, offset, value, shiftRight);
export const extractSigned = (width: number, offset: number, value: number) =>
  extract(width, offset, value, shiftRightSigned);

/** `base` with `width` bits from `offset` on replaced by the lowest of `value`. */
export function insertBits(width: number, offset: number, value: number, base: number): number {
  const mask = ((2 ** (width & 31) - 1) << (offset & 31)) >>> 0;
  return (((value << (offset & 31)) & mask) | (base & ~mask)) >>> 0;
}
