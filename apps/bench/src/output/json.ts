import type { RowResult } from '../row.js';

/** The machine-readable form: one line, the fields in this order. */
export function resultsAsJson(results: readonly RowResult[]): string {
  const rows = results.map(({ name, unit, ours, rival, median, rivalMedian, ratio, skipped }) => ({
    name,
    unit,
    ours,
    rival,
    median,
    rivalMedian,
    ratio,
    ...(skipped === undefined ? {} : { skipped }),
  }));
  return `${JSON.stringify({ rows })}\n`;
}
