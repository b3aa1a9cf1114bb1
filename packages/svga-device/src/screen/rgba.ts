import type { SurfaceFormat } from '@cg/surface-layout';
import { COST } from '../objects/work-budget.js';
import { TexelCodec } from '../texels/texel-codec.js';

/** Formats of blue, green, red and a fourth channel, a byte each, by name without SVGA3D_. */
const BGRX = new Set([
  'X8R8G8B8',
  'A8R8G8B8',
  'B8G8R8A8_UNORM',
  'B8G8R8X8_UNORM',
  'B8G8R8A8_UNORM_SRGB',
  'B8G8R8X8_UNORM_SRGB',
]);

/** Converts a row of `count` texels at `from` of `source` to opaque RGBA at `to` of `target`. */
export type RowToRgba = (
  source: Uint8Array,
  from: number,
  target: Uint8Array,
  to: number,
  count: number,
) => void;

/** Conversion of a format for screens. */
export interface ScreenFormat {
  readonly toRgba: RowToRgba;
  /** Cost of a texel in a WorkBudget. */
  readonly cost: number;
}

const fromBgrx: RowToRgba = (source, from, target, to, count) => {
  for (let i = 0; i < 4 * count; i += 4) {
    target[to + i] = source[from + i + 2];
    target[to + i + 1] = source[from + i + 1];
    target[to + i + 2] = source[from + i];
    target[to + i + 3] = 255;
  }
};

/** @param palette red, green and blue of each index, one register each, of which 8 bits are used */
function fromPalette(palette: Uint32Array): RowToRgba {
  return (source, from, target, to, count) => {
    for (let i = 0; i < count; i++) {
      const entry = 3 * source[from + i];
      const at = to + 4 * i;
      target[at] = palette[entry];
      target[at + 1] = palette[entry + 1];
      target[at + 2] = palette[entry + 2];
      target[at + 3] = 255;
    }
  };
}

function fromTexels(codec: TexelCodec): RowToRgba {
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

/**
 * Conversion of a format for screens: red, green and blue as stored, without alpha; a palette index as the colour in
 * the palette registers when the screen is updated.
 * @param palette the registers from SVGA_PALETTE_BASE on
 * @returns undefined for a format that screens cannot show: integer, depth or signed texels, or texels that are no
 * numbers
 */
export function screenFormat(format: SurfaceFormat, palette: Uint32Array): ScreenFormat | undefined {
  const name = format.name.replace('SVGA3D_', '');
  if (BGRX.has(name)) {
    return { toRgba: fromBgrx, cost: COST.PIXEL };
  }
  if (name === 'P8') {
    return { toRgba: fromPalette(palette), cost: COST.PIXEL };
  }
  const codec = TexelCodec.of(format, false);
  if (codec === undefined || codec.kind !== 'color' || format.flags.includes('SINT')) {
    return undefined;
  }
  return { toRgba: fromTexels(codec), cost: codec.cost };
}
