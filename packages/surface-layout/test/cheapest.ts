import type { SubresourceBox } from '../src/index.js';

/** What boxes of one subresource cost, in blocks and boxes; blocks are texels. */
export function costOf(boxes: readonly SubresourceBox[], perBox: number): number {
  return boxes.reduce((sum, { width, height, depth }) => sum + width * height * depth + perBox, 0);
}

/**
 * The least cost of covering every pattern of a `width` × `height` grid by any boxes at all, found by trying
 * all of them: bit y × width + x of the index stands for a block.
 */
export function leastCosts(width: number, height: number, perBox: number): Float64Array {
  const boxes: [pattern: number, blocks: number][] = [];
  for (let x0 = 0; x0 < width; x0++) {
    for (let x1 = x0 + 1; x1 <= width; x1++) {
      for (let y0 = 0; y0 < height; y0++) {
        for (let y1 = y0 + 1; y1 <= height; y1++) {
          let pattern = 0;
          for (let bit = 0; bit < width * height; bit++) {
            const [x, y] = [bit % width, Math.floor(bit / width)];
            pattern |= x >= x0 && x < x1 && y >= y0 && y < y1 ? 1 << bit : 0;
          }
          boxes.push([pattern, (x1 - x0) * (y1 - y0)]);
        }
      }
    }
  }
  const least = new Float64Array(2 ** (width * height)).fill(Infinity);
  least[0] = 0;
  for (let pattern = 1; pattern < least.length; pattern++) {
    const lowest = pattern & -pattern;
    for (const [covered, blocks] of boxes) {
      if ((covered & lowest) !== 0) {
        least[pattern] = Math.min(least[pattern], least[pattern & ~covered] + blocks + perBox);
      }
    }
  }
  return least;
}
