import type { SurfaceLayout } from '../layout.js';
import { impossible, isUnaligned, planeSizes, viewedAs } from './possible.js';
import { RGBA } from './swizzle.js';
import type { UploadOptions } from './upload-options.js';
import type { WebGpuTextureFormat } from './webgpu-format-table.js';
import { webGpuFormat } from './webgpu-formats.js';
import type { NoFormat, WebGpuFormat } from './webgpu-formats.js';

const FACES = 6;

/** GPUTextureUsage.COPY_DST and TEXTURE_BINDING, which are globals that Node does not have. */
const COPY_DST = 0x02;
const TEXTURE_BINDING = 0x04;

/** The default limits of WebGPU. A larger texture needs a device requested with higher limits. */
const DEFAULT_LIMITS = {
  maxTextureDimension2D: 8192,
  maxTextureDimension3D: 2048,
  maxTextureArrayLayers: 256,
} as const;

/** The texture that holds a surface, or a plane of it. */
export interface WebGpuTexture extends WebGpuFormat {
  /** The argument of GPUDevice.createTexture. */
  readonly descriptor: {
    readonly size: {
      readonly width: number;
      readonly height: number;
      readonly depthOrArrayLayers: number;
    };
    readonly mipLevelCount: number;
    readonly dimension: '2d' | '3d';
    readonly format: WebGpuTextureFormat;
    /** COPY_DST and TEXTURE_BINDING. */
    readonly usage: number;
  };
  /** For GPUTexture.createView and the layout of a bind group. */
  readonly viewDimension: '2d' | '2d-array' | 'cube' | 'cube-array' | '3d';
  /** The requiredLimits of the device that the texture needs above the defaults. */
  readonly limits: Readonly<Partial<Record<keyof typeof DEFAULT_LIMITS, number>>>;
}

/**
 * The WebGPU texture for a surface, or one for each plane of a planar one; or a single entry with the reason why there
 * is none.
 * @throws SurfaceLayoutError EINVAL for a view format with other blocks.
 */
export function webGpuTextures(
  layout: SurfaceLayout,
  options: UploadOptions = {},
): readonly [WebGpuTexture | NoFormat, ...(WebGpuTexture | NoFormat)[]] {
  const reason = impossible(layout, 'WebGPU') ?? unalignedReason(layout, options);
  if (reason !== undefined) {
    return [{ format: undefined, reason }];
  }
  const formats = formatsOf(layout, options);
  const [first, ...others] = planeSizes(layout).map((size, plane) => textureOf(layout, formats[plane], size));
  return [first, ...others];
}

function unalignedReason(layout: SurfaceLayout, { unaligned = false }: UploadOptions): string | undefined {
  return isUnaligned(layout) && !unaligned
    ? 'size is not a multiple of the block: WebGPU needs texture-compression-unaligned'
    : undefined;
}

function formatsOf(layout: SurfaceLayout, { viewFormat }: UploadOptions): (WebGpuFormat | NoFormat)[] {
  const { format, description, mips } = layout;
  if (format.planar) {
    return mips[0].planes.map(({ bytesPerSample }) => {
      return { format: bytesPerSample === 2 ? 'rg8unorm' : 'r8unorm', swizzle: RGBA, features: [] };
    });
  }
  const found = webGpuFormat(viewedAs(layout, viewFormat), description.depth);
  if (found.format === undefined || !isUnaligned(layout)) {
    return [found];
  }
  return [{ ...found, features: [...found.features, 'texture-compression-unaligned'] }];
}

function textureOf(
  layout: SurfaceLayout,
  found: WebGpuFormat | NoFormat,
  { width, height }: { width: number; height: number },
): WebGpuTexture | NoFormat {
  if (found.format === undefined) {
    return found;
  }
  const { description, layers, mips } = layout;
  const isVolume = description.depth > 1;
  const depthOrArrayLayers = isVolume ? description.depth : layers;
  const descriptor = {
    size: { width, height, depthOrArrayLayers },
    mipLevelCount: mips.length,
    dimension: isVolume ? ('3d' as const) : ('2d' as const),
    format: found.format,
    usage: COPY_DST | TEXTURE_BINDING,
  };
  return { ...found, descriptor, viewDimension: viewDimensionOf(layout), limits: limitsOf(descriptor) };
}

/** A cube view requires whole cubes with square faces. */
function viewDimensionOf({ description, layers }: SurfaceLayout): WebGpuTexture['viewDimension'] {
  const { cube, width, height, depth } = description;
  if (depth > 1) {
    return '3d';
  }
  if (cube === true && width === height && layers % FACES === 0) {
    return layers === FACES ? 'cube' : 'cube-array';
  }
  return layers > 1 ? '2d-array' : '2d';
}

function limitsOf({ size, dimension }: WebGpuTexture['descriptor']): WebGpuTexture['limits'] {
  const { width, height, depthOrArrayLayers } = size;
  const needed =
    dimension === '3d'
      ? { maxTextureDimension3D: Math.max(width, height, depthOrArrayLayers) }
      : { maxTextureDimension2D: Math.max(width, height), maxTextureArrayLayers: depthOrArrayLayers };
  return Object.fromEntries(
    Object.entries(needed).filter(
      ([name, value]) => value > DEFAULT_LIMITS[name as keyof typeof DEFAULT_LIMITS],
    ),
  );
}
