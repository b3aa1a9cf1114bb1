const BIAS = 15;
const MANTISSA_BITS = 9;
const MAX_MANTISSA = 2 ** MANTISSA_BITS - 1;
const LARGEST = (MAX_MANTISSA / 2 ** MANTISSA_BITS) * 2 ** (31 - BIAS);

function clamp(value: number): number {
  return value > 0 ? Math.min(value, LARGEST) : 0;
}

/** R9G9B9E5: three mantissas of 9 bits with one exponent; negative values become 0. */
export function encodeSharedExponent(red: number, green: number, blue: number): number {
  const largest = Math.max(clamp(red), clamp(green), clamp(blue));
  let exponent = largest === 0 ? 0 : Math.max(-BIAS - 1, Math.floor(Math.log2(largest))) + 1 + BIAS;
  if (Math.floor(largest / 2 ** (exponent - BIAS - MANTISSA_BITS) + 0.5) > MAX_MANTISSA) {
    exponent++;
  }
  const unit = 2 ** (exponent - BIAS - MANTISSA_BITS);
  const mantissa = (value: number): number => Math.min(Math.floor(clamp(value) / unit + 0.5), MAX_MANTISSA);
  return mantissa(red) + mantissa(green) * 2 ** 9 + mantissa(blue) * 2 ** 18 + exponent * 2 ** 27;
}

/** Writes red, green and blue of an R9G9B9E5 texel to `color`. */
export function decodeSharedExponent(texel: number, color: Float64Array): void {
  const unit = 2 ** ((texel >>> 27) - BIAS - MANTISSA_BITS);
  color[0] = (texel & MAX_MANTISSA) * unit;
  color[1] = ((texel >>> 9) & MAX_MANTISSA) * unit;
  color[2] = ((texel >>> 18) & MAX_MANTISSA) * unit;
}
