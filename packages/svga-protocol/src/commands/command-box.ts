import type { SurfaceBox } from '@cg/surface-layout';

/** The box of a command, under the headers' names. */
export interface CommandBox {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly w: number;
  readonly h: number;
  readonly d: number;
}

/** A command's box as a box of `@cg/surface-layout`. */
export function boxOf({ x, y, z, w, h, d }: CommandBox): SurfaceBox {
  return { x, y, z, width: w, height: h, depth: d };
}
