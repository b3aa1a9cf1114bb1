/** Exponent bits of the 16-, 11- and 10-bit floats of DXGI: all have five. */
const BIAS = 15;

function roundToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}

/** The exponent of a positive number: 2^exponent ≤ value < 2^(exponent + 1). */
function exponentOf(value: number): number {
  let exponent = Math.floor(Math.log2(value));
  if (2 ** exponent > value) {
    exponent--;
  } else if (2 ** (exponent + 1) <= value) {
    exponent++;
  }
  return exponent;
}

/**
 * A number as a float of five exponent bits, rounded to the nearest, ties to even; what is too large becomes
 * infinity.
 * @param signed without a sign bit negative numbers become 0
 */
export function encodeSmallFloat(value: number, mantissaBits: number, signed: boolean): number {
  const one = 2 ** mantissaBits;
  const infinity = 31 * one;
  if (Number.isNaN(value)) {
    return infinity + 1;
  }
  const negative = value < 0 || Object.is(value, -0);
  if (negative && !signed) {
    return 0;
  }
  const sign = negative ? 32 * one : 0;
  const size = Math.abs(value);
  if (size === 0) {
    return sign;
  }
  if (size === Infinity) {
    return sign + infinity;
  }
  const exponent = Math.max(exponentOf(size), 1 - BIAS);
  const mantissa = roundToEven((size / 2 ** exponent) * one);
  // A mantissa that rounds up to the next power of two carries into the exponent, as does a subnormal one.
  const bits = (exponent + BIAS) * one + (mantissa - one);
  return sign + Math.min(bits, infinity);
}

/** What such a float stands for. */
export function decodeSmallFloat(bits: number, mantissaBits: number, signed: boolean): number {
  const one = 2 ** mantissaBits;
  const sign = signed && bits >= 32 * one ? -1 : 1;
  const size = bits % (32 * one);
  const mantissa = size % one;
  const exponent = (size - mantissa) / one;
  if (exponent === 31) {
    return mantissa === 0 ? sign * Infinity : NaN;
  }
  const scale = exponent === 0 ? 2 ** (1 - BIAS) : 2 ** (exponent - BIAS);
  return sign * scale * ((exponent === 0 ? 0 : 1) + mantissa / one);
}
