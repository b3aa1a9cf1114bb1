import { median } from '../measuring/quantile.js';

/** A size and what it costs. */
export interface Point {
  readonly size: number;
  /** Nanoseconds. */
  readonly cost: number;
}

/**
 * The exponent of the growth: the median of the slopes between all pairs of points in log-log (Theil and Sen), which a
 * single disturbed point does not change. 1 is in proportion to the size, 0 is constant.
 */
export function slopeOf(points: readonly Point[]): number {
  const slopes = points.flatMap((a, i) =>
    points.slice(i + 1).map((b) => Math.log(b.cost / a.cost) / Math.log(b.size / a.size)),
  );
  return median(slopes);
}
