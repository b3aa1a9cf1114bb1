import type { RegisterFile } from '@cg/vgpu10';
import type { Interpolation } from './interpolation.js';

/** What a primitive has in common for all its pixels. */
export class DrawnPrimitive {
  constructor(
    readonly interpolation: Interpolation,
    /** The registers of the vertex whose values the others' are not mixed with. */
    readonly provoking: RegisterFile,
    readonly isFront: boolean,
    /** The number of the primitive in its instance. */
    readonly id: number,
    readonly layer: number,
    readonly viewport: number,
    private readonly minDepth: number,
    private readonly maxDepth: number,
  ) {}

  /** The depth where the interpolation is, within the viewport. */
  depthHere(): number {
    return this.clampDepth(this.interpolation.z);
  }

  /** NaN becomes the least. */
  clampDepth(z: number): number {
    return z > this.minDepth ? Math.min(z, this.maxDepth) : this.minDepth;
  }
}
