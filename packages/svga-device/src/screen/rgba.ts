import type { SurfaceFormat } from '@cg/surface-layout';
import { TexelCodec } from '../texels/texel-codec.js';

/** Formats that are blue, green, red and something, a byte each, by name without SVGA3D_. */
const BGRX = new Set(['X8R8G8B8', 'A8R8G8B8', 'B8G8R8A8_UNORM', 'B8G8R8X8_UNORM', 'B8G8R8A8_UNORM_SRGB']);

/** Writes a row of `count` texels at `from` of `source` as RGBA, opaque, at `to` of `target`. */
export type RowToRgba = (
  source: Uint8Array,
  from: number,
  target: Uint8Array,
  to: number,
  count: number,
) => void;

const fromBgrx: RowToRgba = (source, from, target, to, count) => {
  for (let i = 0; i < 4 * count; i += 4) {
    target[to + i] = source[from + i + 2];
    target[to + i + 1] = source[from + i + 1];
    target[to + i + 2] = source[from + i];
    target[to + i + 3] = 255;
  }
};

/**
 * How a screen shows texels of a format: red, green and blue as they are stored, without alpha.
 * @returns undefined for a format whose texels are no colours
 */
export function rowToRgba(format: SurfaceFormat): RowToRgba | undefined {
  if (BGRX.has(format.name.replace('SVGA3D_', ''))) {
    return fromBgrx;
  }
  const codec = TexelCodec.of(format, false);
  if (codec === undefined) {
    return undefined;
  }
  const color = new Float64Array(4);
  return (source, from, target, to, count) => {
    for (let i = 0; i < count; i++) {
      codec.decode(source, from + i * codec.bytes, color);
      for (let channel = 0; channel < 3; channel++) {
        const value = Math.round(255 * color[channel]);
        target[to + 4 * i + channel] = value > 0 ? Math.min(value, 255) : 0;
      }
      target[to + 4 * i + 3] = 255;
    }
  };
}
