import type { SurfaceFormat } from '@cg/surface-layout';
import { TexelCodec, type FormatCaps, type RendererCaps } from '@cg/svga-device';
import { DepthTexel } from './output/depth-texel.js';
import { texelReader } from './textures/texel-readers.js';

/** Texels of a surface in each direction, as feature level 10 has them. */
const MAX_TEXTURE_SIZE = 8192;
const MAX_VOLUME_SIZE = 2048;
const MAX_LAYERS = 512;

const none: FormatCaps = {
  sample: false,
  color: false,
  blend: false,
  depth: false,
  vertex: false,
  multisample: false,
};

function formatCaps(format: SurfaceFormat): FormatCaps {
  const codec = TexelCodec.of(format, true);
  if (codec === undefined) {
    return { ...none, sample: texelReader(format) !== undefined };
  }
  const isDepth = codec.kind === 'depth';
  // Shared exponents cannot be masked, and texels of 3 words are no texture.
  const isTexture = format.bytesPerBlock !== 12;
  const color = !isDepth && isTexture && !format.flags.includes('EXP');
  return {
    sample: isTexture,
    color,
    blend: color && codec.kind === 'color',
    depth: isDepth && DepthTexel.of(format) !== undefined,
    vertex: !isDepth,
    multisample: color || isDepth,
  };
}

/** What the rasteriser can do. */
export const caps: RendererCaps = {
  maxTextureSize: MAX_TEXTURE_SIZE,
  maxVolumeSize: MAX_VOLUME_SIZE,
  maxLayers: MAX_LAYERS,
  multisample4: true,
  format: formatCaps,
};
