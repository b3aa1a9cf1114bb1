/** Exponent bias of the 16-, 11- and 10-bit floats of DXGI: all have five exponent bits. */
const BIAS = 15;

function roundToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && (floor & 1) === 1) ? floor + 1 : floor;
}

const f64 = new Float64Array(1);
const f64Words = new Uint32Array(f64.buffer);

/** The exponent of a positive number: 2^exponent ≤ value < 2^(exponent + 1); of a subnormal one, less than -1000. */
function exponentOf(value: number): number {
  f64[0] = value;
  return ((f64Words[1] >>> 20) & 0x7ff) - 1023; // little-endian, as every host of WebAssembly and Node is
}

/** 2^i at LOWEST + i, for every exponent of such a float. */
const LOWEST = -BIAS;
const powers = Float64Array.from({ length: 32 }, (_, i) => 2 ** (LOWEST + i));

/**
 * A number as a float of five exponent bits, rounded to the nearest, ties to even; too large values become infinity.
 * @param signed without a sign bit negative numbers become 0
 */
export function encodeSmallFloat(value: number, mantissaBits: number, signed: boolean): number {
  const one = 1 << mantissaBits;
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
  if (exponent > BIAS) {
    return sign + infinity;
  }
  const mantissa = roundToEven((size / powers[exponent - LOWEST]) * one);
  // A mantissa that rounds up to the next power of two carries into the exponent, as does a subnormal one.
  const bits = (exponent + BIAS) * one + (mantissa - one);
  return sign + Math.min(bits, infinity);
}

/** The value of such a float. */
export function decodeSmallFloat(bits: number, mantissaBits: number, signed: boolean): number {
  const one = 1 << mantissaBits;
  const sign = signed && bits >= 32 * one ? -1 : 1;
  const size = bits & (32 * one - 1);
  const mantissa = size & (one - 1);
  const exponent = size >> mantissaBits;
  if (exponent === 31) {
    return mantissa === 0 ? sign * Infinity : NaN;
  }
  const scale = powers[Math.max(exponent, 1) - BIAS - LOWEST];
  return sign * scale * ((exponent === 0 ? 0 : 1) + mantissa / one);
}
