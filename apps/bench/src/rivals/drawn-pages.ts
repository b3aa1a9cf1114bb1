import type { SubresourceBox, SurfaceLayout } from '@cg/surface-layout';
import { checksum } from './dirty-pattern.js';

/** First bytes of page-sized ranges, drawn with xorshift32 as rivals/dirty_box.c draws them. */
export function drawPages({ bytes }: SurfaceLayout, count: number, pageSize: number): Float64Array {
  const pages = Math.ceil(bytes / pageSize);
  const starts = new Float64Array(count);
  let state = 0x9e3779b9;
  for (let i = 0; i < count; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    starts[i] = ((state >>> 0) % pages) * pageSize;
  }
  return starts;
}

/** The checksum that rivals/dirty_box.c prints of such boxes. */
export function checksumOfBoxes(boxes: readonly SubresourceBox[]): number {
  const corners = boxes.flatMap(({ x, y, width, height }) => [x, y, x + width, y + height]);
  return checksum(Uint32Array.from(corners));
}
