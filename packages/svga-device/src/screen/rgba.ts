import type { SurfaceFormat } from '@cg/surface-layout';
import { COST } from '../objects/work-budget.js';
import { TexelCodec } from '../texels/texel-codec.js';

/** Formats that are blue, green, red and something, a byte each, by name without SVGA3D_. */
const BGRX = new Set([
  'X8R8G8B8',
  'A8R8G8B8',
  'B8G8R8A8_UNORM',
  'B8G8R8X8_UNORM',
  'B8G8R8A8_UNORM_SRGB',
  'B8G8R8X8_UNORM_SRGB',
]);

/** Writes a row of `count` texels at `from` of `source` as RGBA, opaque, at `to` of `target`. */
export type RowToRgba = (
  source: Uint8Array,
  from: number,
  target: Uint8Array,
  to: number,
  count: number,
) => void;

/** How a screen shows texels of a format. */
export interface ScreenFormat {
  readonly toRgba: RowToRgba;
  /** What a texel costs, as a WorkBudget counts. */
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

/** @param palette red, green and blue of each index, a register each, of which 8 bits count */
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
 * How a screen shows texels of a format: red, green and blue as they are stored, without alpha; a palette index as the
 * colour that the palette registers hold for it when the screen is updated.
 * @param palette the registers from SVGA_PALETTE_BASE on
 * @returns undefined for a format that no screen shows: one whose texels are integers, depth or signed, or no numbers
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
