import type { MeasureOptions } from '../measuring/measure-match.js';

/** A note on the method, below the figures. */
export function footerOf({ rounds, starts }: MeasureOptions): string {
  return [
    `The 25th percentile of each step over ${rounds} interleaved rounds, summed; median of ${starts} starts.`,
    'ratio: below 1 the first is faster. A/A: a contender against itself; no verdict if it is off by over 3 %.',
  ].join('\n');
}
