import type { SamplePlaces } from '../samples.js';
import { WORK, type WorkBudget } from '../work-budget.js';
import type { Bounds, QuadSink } from './bounds.js';
import type { WindowVertex } from './interpolation.js';

/** Places in a pixel, in each direction. */
export const SUBPIXELS = 256;

/** An edge: places with a × x + b × y + c ≥ 0 are inside, or on an edge that belongs to the triangle. */
interface Edge {
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/**
 * From a corner to the next one, clockwise. A place on the edge is covered by the triangle whose left or (horizontal)
 * top edge it is. All numbers are whole and less than 2^53.
 */
function edgeOf(from: WindowVertex, to: WindowVertex): Edge {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const isTopLeft = dy < 0 || (dy === 0 && dx > 0);
  return { a: -dy, b: dx, c: dy * from.x - dx * from.y - (isTopLeft ? 0 : 1) };
}

/** Twice the area of a triangle: positive if its corners go clockwise, as seen with y downwards. */
export function doubleArea(a: WindowVertex, b: WindowVertex, c: WindowVertex): number {
  return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

const pixel = (place: number) => Math.floor(place / SUBPIXELS);

/** Gives out the quads that a triangle with its corners clockwise covers. */
export function coverTriangle(
  [a, b, c]: readonly [WindowVertex, WindowVertex, WindowVertex],
  samples: SamplePlaces,
  bounds: Bounds,
  budget: WorkBudget,
  take: QuadSink,
): void {
  const edges = [edgeOf(a, b), edgeOf(b, c), edgeOf(c, a)];
  const masks = new Int32Array(4);
  const top = Math.max(bounds.top, pixel(Math.min(a.y, b.y, c.y)));
  const bottom = Math.min(bounds.bottom, pixel(Math.max(a.y, b.y, c.y)) + 1);
  const least = Math.max(bounds.left, pixel(Math.min(a.x, b.x, c.x)));
  const most = Math.min(bounds.right, pixel(Math.max(a.x, b.x, c.x)) + 1);
  for (let y = top & ~1; y < bottom && !budget.isSpent; y += 2) {
    budget.spend(WORK.ROW);
    let [left, right] = [least, most];
    for (const edge of edges) {
      // Over the two rows, the edge's value is at most this plus a × x.
      const rest = edge.b * SUBPIXELS * (edge.b > 0 ? y + 2 : y) + edge.c;
      if (edge.a > 0) {
        left = Math.max(left, pixel(-rest / edge.a) - 1);
      } else if (edge.a < 0) {
        right = Math.min(right, pixel(rest / -edge.a) + 2);
      } else if (rest < 0) {
        right = left;
      }
    }
    for (let x = left & ~1; x < right && !budget.isSpent; x += 2) {
      budget.spend(WORK.QUAD);
      if (coverQuad(x, y, edges, samples, bounds, masks)) {
        take(x, y, masks);
      }
    }
  }
}

function coverQuad(
  left: number,
  top: number,
  edges: readonly Edge[],
  samples: SamplePlaces,
  bounds: Bounds,
  masks: Int32Array,
): boolean {
  let any = 0;
  for (let lane = 0; lane < 4; lane++) {
    const x = left + (lane & 1);
    const y = top + (lane >> 1);
    masks[lane] =
      x >= bounds.left && x < bounds.right && y >= bounds.top && y < bounds.bottom
        ? coverPixel(SUBPIXELS * x, SUBPIXELS * y, edges, samples)
        : 0;
    any |= masks[lane];
  }
  return any !== 0;
}

function coverPixel(
  left: number,
  top: number,
  [first, second, third]: readonly Edge[],
  samples: SamplePlaces,
): number {
  let mask = 0;
  for (let sample = 0; sample < samples.x.length; sample++) {
    const x = left + samples.x[sample];
    const y = top + samples.y[sample];
    if (
      first.a * x + first.b * y + first.c >= 0 &&
      second.a * x + second.b * y + second.c >= 0 &&
      third.a * x + third.b * y + third.c >= 0
    ) {
      mask |= 1 << sample;
    }
  }
  return mask;
}
