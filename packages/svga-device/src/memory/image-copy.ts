import type { BoxRows } from '@cg/surface-layout';
import { copyBytes } from './byte-copy.js';

/** Source and destination runs of a copy, of the same number and lengths. */
export interface CopyRuns {
  readonly from: BoxRows;
  readonly to: BoxRows;
}

/** True if two sets of runs have the same number and length. */
export function sameShape(from: BoxRows, to: BoxRows): boolean {
  return from.rowBytes === to.rowBytes && from.rows === to.rows && from.images === to.images;
}

/**
 * Copies between images. A copy within one image to higher addresses begins at the far end, so that an overlapped
 * source is read before it is overwritten.
 */
export function copyImage({ from, to }: CopyRuns, source: Uint8Array, target: Uint8Array): void {
  const backwards = source === target && to.offset > from.offset;
  const { rows, rowBytes } = from;
  const count = rows * from.images;
  for (let i = 0; i < count; i++) {
    const run = backwards ? count - 1 - i : i;
    const y = run % rows;
    const z = (run - y) / rows;
    const start = from.offset + z * from.imageStride + y * from.rowStride;
    copyBytes(source, start, target, to.offset + z * to.imageStride + y * to.rowStride, rowBytes);
  }
}
