import type { SurfaceFormat } from '@cg/surface-layout';
import { linearToSrgb } from '@cg/svga-device';
import type { FormatView } from './formats/format-table.js';

/** Indices of red, green, blue and alpha among a format's channels. */
const CHANNELS = [2, 1, 0, 3] as const;
const LEAST_NORMAL = 2 ** -14;

/** Whether a float of so many bits of mantissa holds a value as it is. */
function isExact(value: number, mantissa: number): boolean {
  const size = Math.abs(value);
  if (size === 0) {
    return !Object.is(value, -0);
  }
  const scale = 2 ** (mantissa - Math.floor(Math.log2(size)));
  return size >= LEAST_NORMAL && size <= 2 ** 15 && Number.isInteger(size * scale);
}

/**
 * The colour that clears a target to the bytes that the device would write, as stored: sRGB is encoded.
 * @returns undefined if WebGPU may round it in another way
 */
export function clearColor(
  format: SurfaceFormat,
  view: FormatView,
  color: Float64Array,
): GPUColorDict | undefined {
  const values: number[] = [];
  for (let i = 0; i < 4; i++) {
    const bits = format.channelBits[CHANNELS[i]];
    const stored = bits === 0 ? 0 : storedValue(format, view, bits, i, color[i]);
    if (stored === undefined) {
      return undefined;
    }
    values.push(stored);
  }
  const [r, g, b, a] = values;
  return view.alpha === 'only' ? { r: a, g: 0, b: 0, a: 0 } : { r, g, b, a };
}

function storedValue(
  { flags }: SurfaceFormat,
  { storage, sampleType }: FormatView,
  bits: number,
  channel: number,
  value: number,
): number | undefined {
  if (!Number.isFinite(value)) {
    return undefined;
  }
  if (sampleType === 'uint') {
    return Math.trunc(Math.min(Math.max(value, 0), 2 ** bits - 1));
  }
  if (sampleType === 'sint') {
    return Math.trunc(Math.min(Math.max(value, -(2 ** (bits - 1))), 2 ** (bits - 1) - 1));
  }
  if (flags.includes('NORM')) {
    const signed = flags.includes('SINT');
    const most = signed ? 2 ** (bits - 1) - 1 : 2 ** bits - 1;
    const clamped = Math.min(Math.max(value, signed ? -1 : 0), 1);
    const encoded = flags.includes('SRGB') && channel < 3 ? linearToSrgb(clamped) : clamped;
    return Math.round(encoded * most) / most;
  }
  if (bits === 32) {
    return Number.isFinite(Math.fround(value)) ? value : undefined;
  }
  const isUnsigned = storage.format === 'rg11b10ufloat';
  if (isUnsigned && value < 0) {
    return undefined;
  }
  return isExact(value, bits === 16 ? 10 : bits - 5) ? value : undefined;
}
