import type { ResourceSize, Vector } from '@cg/vgpu10';

/** The axes of a texture's texels. */
export type Axes = 1 | 2 | 3;

/**
 * The level of detail at which a step of the longer derivative is one texel. Anisotropy is not regarded: this is the
 * isotropic one.
 */
export function lodOf(
  ddx: readonly number[],
  ddy: readonly number[],
  size: ResourceSize,
  axes: Axes,
): number {
  const extents = [size.width, size.height, size.depth];
  let [x, y] = [0, 0];
  for (let axis = 0; axis < axes; axis++) {
    x += (ddx[axis] * extents[axis]) ** 2;
    y += (ddy[axis] * extents[axis]) ** 2;
  }
  return 0.5 * Math.log2(Math.max(x, y));
}

/** A value between two others; NaN becomes the least. */
export function clamp(value: number, least: number, most: number): number {
  return value > least ? Math.min(value, most) : least;
}

const number = (value: number) => (Number.isFinite(value) ? value : 0);

/** Coordinates, or 0 where they are no numbers. */
export function finite(coordinates: Vector): [number, number, number, number] {
  const [x, y, z, w] = coordinates;
  return [number(x), number(y), number(z), number(w)];
}
