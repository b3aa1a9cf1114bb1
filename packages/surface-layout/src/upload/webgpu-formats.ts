import type { SurfaceFormat } from '../formats.js';
import { refusalOf } from './refusals.js';
import { RGBA } from './swizzle.js';
import type { Swizzle } from './swizzle.js';
import { webGpuTexels } from './webgpu-format-table.js';
import type { WebGpuTextureFormat } from './webgpu-format-table.js';

/** A GPUFeatureName that the device must be requested with. */
export type WebGpuFeature =
  | 'texture-compression-bc'
  | 'texture-compression-bc-sliced-3d'
  | 'texture-compression-unaligned'
  | 'texture-formats-tier1';

/** A texture format of WebGPU whose bytes are those of the surface format. */
export interface WebGpuFormat {
  readonly format: WebGpuTextureFormat;
  /** The component of a sampled texel for each of the surface format's r, g, b, a. */
  readonly swizzle: Swizzle;
  /** Requirements of the format beyond core WebGPU. */
  readonly features: readonly WebGpuFeature[];
}

/** The reason why a web API has no match for a format. */
export interface NoFormat {
  readonly format: undefined;
  readonly reason: string;
}

const refused: Readonly<Record<string, string>> = {
  Z_D32: 'WebGPU has no 32-bit normalized depth',
  D32_FLOAT: 'writeTexture cannot write depth32float, which can only be copied from',
  D32_FLOAT_S8X24_UINT: 'writeTexture cannot write the depth of depth32float-stencil8',
};

/**
 * The WebGPU format that has the same bytes, or the reason why there is none. `depth` is the depth of the
 * texture: above 1 it is a '3d' one, which some formats do not have or need another feature for.
 */
export function webGpuFormat(format: SurfaceFormat, depth: number = 1): WebGpuFormat | NoFormat {
  const name = format.name.replace('SVGA3D_', '');
  const found = webGpuTexels[name];
  if (found === undefined) {
    return { format: undefined, reason: refused[name] ?? refusalOf(format, 'WebGPU') };
  }
  const [webGpuName, swizzle = RGBA] = found;
  if (depth > 1 && webGpuName === 'depth16unorm') {
    return { format: undefined, reason: 'WebGPU has no 3D depth textures' };
  }
  return { format: webGpuName, swizzle, features: featuresOf(webGpuName, depth) };
}

function featuresOf(name: WebGpuTextureFormat, depth: number): readonly WebGpuFeature[] {
  if (name.startsWith('bc')) {
    const sliced = depth > 1 ? (['texture-compression-bc-sliced-3d'] as const) : [];
    return ['texture-compression-bc', ...sliced];
  }
  return /^(r|rg|rgba)16[us]norm$/.test(name) ? ['texture-formats-tier1'] : [];
}
