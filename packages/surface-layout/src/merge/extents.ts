import type { SubresourceBox } from '../box.js';
import type { SurfaceFormat } from '../formats.js';
import type { MipLayout } from '../layout.js';

// One extent, in blocks: origin inclusive, end exclusive.
export const X0 = 0;
export const Y0 = 1;
export const Z0 = 2;
export const X1 = 3;
export const Y1 = 4;
export const Z1 = 5;
/** Numbers in one extent. */
export const EXTENT = 6;

/** The extent at `at`, of a mip, as a box of texels: it starts on a block and ends clipped to its mip. */
export function texelBox(
  format: SurfaceFormat,
  mip: MipLayout,
  subresource: number,
  values: Float64Array | Int32Array,
  at: number,
): SubresourceBox {
  const { blockWidth, blockHeight, blockDepth } = format;
  const x = values[at + X0] * blockWidth;
  const y = values[at + Y0] * blockHeight;
  const z = values[at + Z0] * blockDepth;
  return {
    subresource,
    x,
    y,
    z,
    width: Math.min(values[at + X1] * blockWidth, mip.width) - x,
    height: Math.min(values[at + Y1] * blockHeight, mip.height) - y,
    depth: Math.min(values[at + Z1] * blockDepth, mip.depth) - z,
  };
}

/** A list of extents that keeps its memory: it grows to the longest list it has held. */
export class ExtentList {
  values = new Float64Array(64 * EXTENT);
  count = 0;

  push(x0: number, y0: number, z0: number, x1: number, y1: number, z1: number): void {
    const at = this.count++ * EXTENT;
    if (at === this.values.length) {
      const values = new Float64Array(2 * at);
      values.set(this.values);
      this.values = values;
    }
    const { values } = this;
    values[at + X0] = x0;
    values[at + Y0] = y0;
    values[at + Z0] = z0;
    values[at + X1] = x1;
    values[at + Y1] = y1;
    values[at + Z1] = z1;
  }

  /** Makes this list equal to another one. */
  copyFrom(other: ExtentList): void {
    const length = other.count * EXTENT;
    if (length > this.values.length) {
      this.values = new Float64Array(other.values.length);
    }
    this.values.set(other.values.subarray(0, length));
    this.count = other.count;
  }

  /** Moves its extents to `other` and takes that one's memory, of the same size, in exchange; its content is stale. */
  exchange(other: ExtentList): void {
    const { values } = this;
    this.values = other.values.length < this.count * EXTENT ? new Float64Array(values.length) : other.values;
    other.values = values;
  }

  /** Blocks in the extent at `index`. */
  volume(index: number): number {
    const { values } = this;
    const at = index * EXTENT;
    return (
      (values[at + X1] - values[at + X0]) *
      (values[at + Y1] - values[at + Y0]) *
      (values[at + Z1] - values[at + Z0])
    );
  }
}
