import { TexelCodec, type TexelChannel } from '@cg/svga-device';
import type { SurfaceFormat } from '@cg/surface-layout';
import type { FormatView } from '../formats/format-table.js';

/** What the texels of a surface are, and how a texture holds them. */
export interface TexelForm {
  /** Equal keys, equal forms. */
  readonly key: string;
  readonly kind: 'color' | 'sint' | 'uint';
  /** Where red, green, blue and alpha come from in the texture. */
  readonly components: string;
  /** Red, green, blue and alpha as the surface stores them; undefined for those that it does not have. */
  readonly channels: readonly (TexelChannel | undefined)[];
  /** Colours are stored as sRGB, and are worked with as linear light. */
  readonly srgb: boolean;
  readonly format: GPUTextureFormat;
  /** The texture holds each channel in 8 bits, whatever the surface has. */
  readonly isPacked: boolean;
  /** Which components of a texel a target keeps. */
  readonly alpha: FormatView['alpha'];
}

/**
 * The texels of a view of a surface.
 * @param linearLight sRGB is worked with as linear light; otherwise as stored
 * @returns undefined if they are no colours or integers
 */
export function texelForm(
  format: SurfaceFormat,
  { storage, components, alpha }: FormatView,
  linearLight: boolean,
): TexelForm | undefined {
  const codec = TexelCodec.of(format, linearLight);
  if (codec === undefined || codec.kind === 'depth' || storage.depth !== undefined) {
    return undefined;
  }
  const isFloat = format.flags.includes('EXP');
  const isLuminance = components.startsWith('rrr');
  const channels = [0, 1, 2, 3].map((color) => {
    const from = isLuminance && color < 3 ? 0 : color;
    const channel = codec.channels.find((one) => one.color === from);
    return channel && (isFloat ? { ...channel, kind: 'float' as const, bits: 32 } : channel);
  });
  return {
    key: `${storage.name}/${format.id}/${components}/${codec.srgb}`,
    kind: codec.kind,
    components,
    channels,
    srgb: codec.srgb,
    format: storage.format,
    isPacked: storage.conversion !== undefined && storage.format.endsWith('8unorm'),
    alpha,
  };
}
