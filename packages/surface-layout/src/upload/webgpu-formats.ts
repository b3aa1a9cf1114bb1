import type { SurfaceFormat } from '../formats.js';
import { refusalOf } from './refusals.js';
import { R, RGBA } from './swizzle.js';
import type { Swizzle } from './swizzle.js';

/** A WebGPU feature that a device must have been requested with. */
export type WebGpuFeature =
  'texture-compression-bc' | 'texture-compression-bc-sliced-3d' | 'texture-formats-tier1';

/** A texture format of WebGPU whose bytes are those of the surface format. */
export interface WebGpuFormat {
  /** A GPUTextureFormat. */
  readonly format: string;
  /** Which component of a sampled texel each of the surface format's r, g, b, a is. */
  readonly swizzle: Swizzle;
  /** What the format needs, beside core WebGPU. */
  readonly features: readonly WebGpuFeature[];
}

/** Why WebGPU has nothing for a format. */
export interface NoFormat {
  readonly format: undefined;
  readonly reason: string;
}

const OPAQUE: Swizzle = 'rgb1';
const ALPHA_ONLY: Swizzle = '000r';
const LUMINANCE: Swizzle = 'rrr1';
const LUMINANCE_ALPHA: Swizzle = 'rrrg';

/** By the surface format's name without SVGA3D_: the WebGPU name, and the swizzle where it is not rgba. */
const formats: Readonly<Record<string, readonly [format: string, swizzle?: Swizzle]>> = {
  X8R8G8B8: ['bgra8unorm', OPAQUE],
  A8R8G8B8: ['bgra8unorm'],
  A2R10G10B10: ['rgb10a2unorm', 'bgra'],
  B8G8R8A8_UNORM: ['bgra8unorm'],
  B8G8R8A8_UNORM_SRGB: ['bgra8unorm-srgb'],
  B8G8R8X8_UNORM: ['bgra8unorm', OPAQUE],
  B8G8R8X8_UNORM_SRGB: ['bgra8unorm-srgb', OPAQUE],
  LUMINANCE8: ['r8unorm', LUMINANCE],
  LUMINANCE16: ['r16unorm', LUMINANCE],
  LUMINANCE8_ALPHA8: ['rg8unorm', LUMINANCE_ALPHA],
  ALPHA8: ['r8unorm', ALPHA_ONLY],
  A8_UNORM: ['r8unorm', ALPHA_ONLY],
  G16R16: ['rg16unorm'],
  A16B16G16R16: ['rgba16unorm'],
  R8_UNORM: ['r8unorm'],
  R8_SNORM: ['r8snorm'],
  R8_UINT: ['r8uint'],
  R8_SINT: ['r8sint'],
  R8G8_UNORM: ['rg8unorm'],
  R8G8_SNORM: ['rg8snorm'],
  R8G8_UINT: ['rg8uint'],
  R8G8_SINT: ['rg8sint'],
  R8G8B8A8_UNORM: ['rgba8unorm'],
  R8G8B8A8_UNORM_SRGB: ['rgba8unorm-srgb'],
  R8G8B8A8_SNORM: ['rgba8snorm'],
  R8G8B8A8_UINT: ['rgba8uint'],
  R8G8B8A8_SINT: ['rgba8sint'],
  R16_UNORM: ['r16unorm'],
  R16_SNORM: ['r16snorm'],
  R16_UINT: ['r16uint'],
  R16_SINT: ['r16sint'],
  R16_FLOAT: ['r16float'],
  R_S10E5: ['r16float'],
  R16G16_UNORM: ['rg16unorm'],
  R16G16_SNORM: ['rg16snorm'],
  R16G16_UINT: ['rg16uint'],
  R16G16_SINT: ['rg16sint'],
  R16G16_FLOAT: ['rg16float'],
  RG_S10E5: ['rg16float'],
  R16G16B16A16_UNORM: ['rgba16unorm'],
  R16G16B16A16_SNORM: ['rgba16snorm'],
  R16G16B16A16_UINT: ['rgba16uint'],
  R16G16B16A16_SINT: ['rgba16sint'],
  R16G16B16A16_FLOAT: ['rgba16float'],
  ARGB_S10E5: ['rgba16float'],
  R32_UINT: ['r32uint'],
  R32_SINT: ['r32sint'],
  R32_FLOAT: ['r32float'],
  R_S23E8: ['r32float'],
  R32G32_UINT: ['rg32uint'],
  R32G32_SINT: ['rg32sint'],
  R32G32_FLOAT: ['rg32float'],
  RG_S23E8: ['rg32float'],
  R32G32B32A32_UINT: ['rgba32uint'],
  R32G32B32A32_SINT: ['rgba32sint'],
  R32G32B32A32_FLOAT: ['rgba32float'],
  ARGB_S23E8: ['rgba32float'],
  R10G10B10A2_UNORM: ['rgb10a2unorm'],
  R10G10B10A2_UINT: ['rgb10a2uint'],
  R11G11B10_FLOAT: ['rg11b10ufloat'],
  R9G9B9E5_SHAREDEXP: ['rgb9e5ufloat'],
  BUMPU8V8: ['rg8snorm'],
  V8U8: ['rg8snorm'],
  Q8W8V8U8: ['rgba8snorm'],
  V16U16: ['rg16snorm'],
  Z_D16: ['depth16unorm', R],
  D16_UNORM: ['depth16unorm', R],
  DXT1: ['bc1-rgba-unorm'],
  DXT2: ['bc2-rgba-unorm'],
  DXT3: ['bc2-rgba-unorm'],
  DXT4: ['bc3-rgba-unorm'],
  DXT5: ['bc3-rgba-unorm'],
  BC1_UNORM: ['bc1-rgba-unorm'],
  BC1_UNORM_SRGB: ['bc1-rgba-unorm-srgb'],
  BC2_UNORM: ['bc2-rgba-unorm'],
  BC2_UNORM_SRGB: ['bc2-rgba-unorm-srgb'],
  BC3_UNORM: ['bc3-rgba-unorm'],
  BC3_UNORM_SRGB: ['bc3-rgba-unorm-srgb'],
  ATI1: ['bc4-r-unorm'],
  BC4_UNORM: ['bc4-r-unorm'],
  BC4_SNORM: ['bc4-r-snorm'],
  ATI2: ['bc5-rg-unorm', 'gr01'],
  BC5_UNORM: ['bc5-rg-unorm'],
  BC5_SNORM: ['bc5-rg-snorm'],
  BC6H_UF16: ['bc6h-rgb-ufloat'],
  BC6H_SF16: ['bc6h-rgb-float'],
  BC7_UNORM: ['bc7-rgba-unorm'],
  BC7_UNORM_SRGB: ['bc7-rgba-unorm-srgb'],
};

const refused: Readonly<Record<string, string>> = {
  Z_D32: 'WebGPU has no 32-bit normalized depth',
  D32_FLOAT: 'writeTexture cannot write depth32float, of which only copies out are allowed',
  D32_FLOAT_S8X24_UINT: 'writeTexture cannot write the depth of depth32float-stencil8',
};

/**
 * The WebGPU format that has the same bytes, or the reason why there is none. `depth` is the depth of the
 * texture: above 1 it is a '3d' one, which some formats do not have or need another feature for.
 */
export function webGpuFormat(format: SurfaceFormat, depth: number = 1): WebGpuFormat | NoFormat {
  const name = format.name.replace('SVGA3D_', '');
  const found = formats[name];
  if (found === undefined) {
    return { format: undefined, reason: refused[name] ?? refusalOf(format, 'WebGPU') };
  }
  const [webGpuName, swizzle = RGBA] = found;
  if (depth > 1 && webGpuName === 'depth16unorm') {
    return { format: undefined, reason: 'WebGPU has no 3D depth textures' };
  }
  return { format: webGpuName, swizzle, features: featuresOf(webGpuName, depth) };
}

function featuresOf(name: string, depth: number): readonly WebGpuFeature[] {
  if (name.startsWith('bc')) {
    const sliced = depth > 1 ? (['texture-compression-bc-sliced-3d'] as const) : [];
    return ['texture-compression-bc', ...sliced];
  }
  return /^(r|rg|rgba)16[us]norm$/.test(name) ? ['texture-formats-tier1'] : [];
}
