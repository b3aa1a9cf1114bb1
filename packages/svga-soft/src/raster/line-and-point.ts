import type { SamplePlaces } from '../samples.js';
import { WORK, type WorkBudget } from '../work-budget.js';
import type { Bounds, QuadSink } from './bounds.js';
import type { WindowVertex } from './interpolation.js';
import { SUBPIXELS } from './triangle.js';

const HALF = SUBPIXELS / 2;

/** Gives out one pixel as a quad. */
function takePixel(
  x: number,
  y: number,
  mask: number,
  { left, top, right, bottom }: Bounds,
  take: QuadSink,
): void {
  if (mask !== 0 && x >= left && x < right && y >= top && y < bottom) {
    const masks = new Int32Array(4);
    masks[(x & 1) + 2 * (y & 1)] = mask;
    take(x & ~1, y & ~1, masks);
  }
}

/** The point in axes along which the line goes forwards (u) and sideways (v). */
interface Axes {
  readonly u: number;
  readonly v: number;
}

/**
 * Whether a place is in the diamond around a pixel's centre; its lower edges and its lower corner belong to it, and of
 * steep lines its right corner.
 */
function isInDiamond(x: number, y: number, isSteep: boolean): boolean {
  const distance = Math.abs(x) + Math.abs(y);
  return distance < HALF || (distance === HALF && (y > 0 || (isSteep && y === 0 && x > 0)));
}

/**
 * Gives out the pixels of a line, with all their samples: those whose diamond it leaves. A line leaves no diamond
 * between columns (of a steep line, rows), so that at the centre of each the nearest pixel counts; on the border
 * between two of them the upper one, or of a steep line the left one.
 */
export function coverLine(
  from: WindowVertex,
  to: WindowVertex,
  samples: SamplePlaces,
  bounds: Bounds,
  budget: WorkBudget,
  take: QuadSink,
): void {
  const isSteep = Math.abs(to.y - from.y) > Math.abs(to.x - from.x);
  const axes = ({ x, y }: WindowVertex): Axes => (isSteep ? { u: y, v: x } : { u: x, v: y });
  const [start, end] = [axes(from), axes(to)];
  const length = end.u - start.u;
  if (length === 0) {
    return;
  }
  const forwards = Math.sign(length);
  const slope = end.v - start.v;
  const all = (1 << samples.x.length) - 1;
  const [low, high] = isSteep ? [bounds.top, bounds.bottom] : [bounds.left, bounds.right];
  const first = Math.max(Math.floor(Math.min(start.u, end.u) / SUBPIXELS), low);
  const last = Math.min(Math.floor(Math.max(start.u, end.u) / SUBPIXELS), high - 1);
  const inDiamond = (place: Axes, column: number, row: number): boolean => {
    const u = place.u - column * SUBPIXELS - HALF;
    const v = place.v - row * SUBPIXELS - HALF;
    return isSteep ? isInDiamond(v, u, true) : isInDiamond(u, v, false);
  };
  for (let column = first; column <= last && !budget.isSpent; column++) {
    budget.spend(WORK.ROW);
    const centre = column * SUBPIXELS + HALF;
    const isBehindStart = (centre - start.u) * forwards < 0;
    const isBeforeEnd = (end.u - centre) * forwards > 0;
    // Exact up to the division; the quotient only decides which pixel is near.
    const v = isBehindStart ? start.v : start.v + (slope * (centre - start.u)) / length;
    const row = Math.ceil(v / SUBPIXELS) - 1;
    const startsInside = isBehindStart ? inDiamond(start, column, row) : true;
    const endsInside = !isBeforeEnd || inDiamond(end, column, row);
    if (startsInside && !endsInside) {
      const [x, y] = isSteep ? [row, column] : [column, row];
      takePixel(x, y, all, bounds, take);
    }
  }
}

/** Gives out the samples in the square of a pixel's size around a point; its left and upper edge belong to it. */
export function coverPoint(
  { x, y }: WindowVertex,
  samples: SamplePlaces,
  bounds: Bounds,
  take: QuadSink,
): void {
  const [left, top] = [x - HALF, y - HALF];
  for (let row = Math.floor(top / SUBPIXELS); row * SUBPIXELS < top + SUBPIXELS; row++) {
    for (let column = Math.floor(left / SUBPIXELS); column * SUBPIXELS < left + SUBPIXELS; column++) {
      let mask = 0;
      for (let sample = 0; sample < samples.x.length; sample++) {
        const dx = column * SUBPIXELS + samples.x[sample] - left;
        const dy = row * SUBPIXELS + samples.y[sample] - top;
        mask |= dx >= 0 && dx < SUBPIXELS && dy >= 0 && dy < SUBPIXELS ? 1 << sample : 0;
      }
      takePixel(column, row, mask, bounds, take);
    }
  }
}
