import type { Viewport } from '@cg/svga-device';
import type { DistanceComponent } from '@cg/vgpu10';

/** Window coordinates are clipped to these, in pixels: their fixed-point values and products stay exact. */
const GUARD_BAND = 32_768;

/** A vertex in clip space, with all that is interpolated. */
export interface ClipVertex {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly w: number;
  /** The registers as floats. */
  readonly values: Float32Array;
}

/** The distance of a vertex to a plane; it is inside where that is not negative. */
export type ClipPlane = (vertex: ClipVertex) => number;

/** Whether a viewport maps anything to a window. */
export function isUsable({ x, y, width, height, minDepth, maxDepth }: Viewport): boolean {
  return [x, y, width, height, minDepth, maxDepth].every(Number.isFinite) && width > 0 && height > 0;
}

/** The planes that vertices have to be inside of. */
export function clipPlanes(
  { x, y, width, height }: Viewport,
  clipsDepth: boolean,
  distances: readonly DistanceComponent[],
): ClipPlane[] {
  // Those of the guard band leave nothing with a negative w.
  const left = (2 * (-GUARD_BAND - x)) / width - 1;
  const right = (2 * (GUARD_BAND - x)) / width - 1;
  const bottom = 1 - (2 * (GUARD_BAND - y)) / height;
  const top = 1 - (2 * (-GUARD_BAND - y)) / height;
  const planes: ClipPlane[] = [
    (vertex) => vertex.x - left * vertex.w,
    (vertex) => right * vertex.w - vertex.x,
    (vertex) => vertex.y - bottom * vertex.w,
    (vertex) => top * vertex.w - vertex.y,
  ];
  if (clipsDepth) {
    planes.push(
      ({ z }) => z,
      ({ z, w }) => w - z,
    );
  }
  for (const { register, component } of distances) {
    planes.push(({ values }) => values[4 * register + component]);
  }
  return planes;
}
