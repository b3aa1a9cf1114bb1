import type { SurfaceLayout } from '@cg/surface-layout';
import type { TextureStorage } from '../formats/format-table.js';

/** Bytes of the texture of a surface. */
export function textureBytes(
  { bytes, format }: SurfaceLayout,
  { blockBytes, hasStencil, block }: TextureStorage,
): number {
  const blocks = (bytes / format.bytesPerBlock) * (format.blockWidth / block) ** 2;
  return blocks * (blockBytes + (hasStencil ? 1 : 0));
}

/** Whether a device can have the texture of a surface. */
export function isWithinLimits(
  layout: SurfaceLayout,
  storage: TextureStorage,
  isVolume: boolean,
  limits: GPUSupportedLimits,
): boolean {
  const { width, height, depth } = layout.description;
  const most = isVolume ? limits.maxTextureDimension3D : limits.maxTextureDimension2D;
  const layers = isVolume ? depth : layout.layers;
  const mostLayers = isVolume ? limits.maxTextureDimension3D : limits.maxTextureArrayLayers;
  const levels = layout.mips.length;
  const mostLevels = Math.floor(Math.log2(Math.max(width, height, isVolume ? depth : 1))) + 1;
  const isShape = isVolume ? storage.depth === undefined && layout.layers === 1 : depth === 1;
  const isSampled =
    layout.samples === 1 ||
    (layout.samples === 4 && storage.multisamples && !isVolume && levels === 1 && layers === 1);
  return (
    width <= most && height <= most && layers <= mostLayers && levels <= mostLevels && isShape && isSampled
  );
}
