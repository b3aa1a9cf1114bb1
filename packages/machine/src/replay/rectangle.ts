import type { SurfaceBox, SurfaceFormat } from '@cg/surface-layout';

/** The fraction of the surface's sides that the device overwrites, and the steps of its position. */
const SHARE = 8;
const STEP_X = 37;
const STEP_Y = 23;

/**
 * The part of a surface that the device overwrites in a frame: an eighth of each side, in whole blocks, at changing
 * positions.
 */
export function overwrittenBox(
  frame: number,
  width: number,
  height: number,
  format: SurfaceFormat,
): SurfaceBox {
  const [x, boxWidth] = span(width, format.blockWidth, frame * STEP_X);
  const [y, boxHeight] = span(height, format.blockHeight, frame * STEP_Y);
  return { x, y, z: 0, width: boxWidth, height: boxHeight, depth: 1 };
}

function span(texels: number, blockTexels: number, place: number): [start: number, length: number] {
  const blocks = Math.ceil(texels / blockTexels);
  const length = Math.ceil(blocks / SHARE);
  const start = place % (blocks - length + 1);
  return [start * blockTexels, Math.min(texels, (start + length) * blockTexels) - start * blockTexels];
}
