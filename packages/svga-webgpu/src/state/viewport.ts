import type { ScissorRect, Viewport } from '@cg/svga-device';

/** A rectangle of pixels. */
export interface PixelRect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A viewport as WebGPU takes it. */
export interface MappedViewport extends PixelRect {
  readonly minDepth: number;
  readonly maxDepth: number;
}

/**
 * Maps a viewport: sizes up to `most`, coordinates up to twice that.
 * @returns undefined for one that shows nothing
 */
export function mapViewport(viewport: Viewport | undefined, most: number): MappedViewport | undefined {
  if (viewport === undefined) {
    return undefined;
  }
  const { x, y, width, height, minDepth, maxDepth } = viewport;
  if (!(width > 0 && height > 0) || ![x, y, width, height].every(Number.isFinite)) {
    return undefined;
  }
  const least = -2 * most;
  const [w, h] = [Math.min(width, most), Math.min(height, most)];
  const near = depthOf(minDepth, 0);
  return {
    x: Math.min(Math.max(x, least), 2 * most - 1 - w),
    y: Math.min(Math.max(y, least), 2 * most - 1 - h),
    width: w,
    height: h,
    minDepth: near,
    maxDepth: Math.max(near, depthOf(maxDepth, 1)),
  };
}

function depthOf(value: number, otherwise: number): number {
  return Number.isNaN(value) ? otherwise : Math.min(Math.max(value, 0), 1);
}

/** The pixels of a scissor rectangle that are in the targets; undefined if there are none. */
export function mapScissor(
  scissor: ScissorRect | undefined,
  size: { readonly width: number; readonly height: number },
): PixelRect | undefined {
  if (scissor === undefined) {
    return undefined;
  }
  const x = Math.max(scissor.left, 0);
  const y = Math.max(scissor.top, 0);
  const width = Math.min(scissor.right, size.width) - x;
  const height = Math.min(scissor.bottom, size.height) - y;
  return width > 0 && height > 0 ? { x, y, width, height } : undefined;
}
