import type { MeasureOptions } from '../measuring/measure-match.js';

/** How the figures came about, for below them. */
export function footerOf({ rounds, starts }: MeasureOptions): string {
  return [
    `The 25th percentile of each step over ${rounds} interleaved rounds, added up; median of ${starts} starts.`,
    'ratio: below 1 the first is faster. A/A: a contender against itself; no verdict where it is off by over 3 %.',
  ].join('\n');
}
