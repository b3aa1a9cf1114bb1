import type { SurfaceFormat } from './formats.js';

/**
 * Bytes from one row of blocks to the next in the first plane of a tightly packed image, `width` in texels.
 */
export function rowPitch(format: SurfaceFormat, width: number): number {
  return Math.ceil(width / format.blockWidth) * format.pitchBytesPerBlock;
}

/**
 * Bytes of one image of `width` × `height` × `depth` texels whose rows of blocks lie `pitch` bytes apart, the last row
 * counted in full. A planar image is always tightly packed: `pitch` does not change it. Exact below 2^53; the caller
 * checks the sizes.
 */
export function imageBytes(
  format: SurfaceFormat,
  width: number,
  height: number,
  depth: number,
  pitch: number = rowPitch(format, width),
): number {
  const rows = Math.ceil(height / format.blockHeight) * Math.ceil(depth / format.blockDepth);
  return format.planar ? Math.ceil(width / format.blockWidth) * rows * format.bytesPerBlock : rows * pitch;
}
