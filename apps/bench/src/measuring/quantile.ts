import { BenchError } from '../errors.js';

/**
 * The 25th percentile: one of the values, the (n + 3) / 4-th smallest of n, rounded down. Interruptions only add time,
 * so the fast quarter shows the cost of the work; the minimum would depend on luck. @throws BenchError EINVAL without
 * values
 */
export function lowerQuartile(values: readonly number[]): number {
  return sorted(values)[Math.floor((values.length - 1) / 4)];
}

/**
 * The middle value; for an even number, the mean of the middle two. @throws BenchError EINVAL without values
 */
export function median(values: readonly number[]): number {
  const ascending = sorted(values);
  const middle = Math.floor(ascending.length / 2);
  return ascending.length % 2 === 1 ? ascending[middle] : (ascending[middle - 1] + ascending[middle]) / 2;
}

function sorted(values: readonly number[]): number[] {
  if (values.length === 0) {
    throw new BenchError('EINVAL', 'nothing was measured');
  }
  return values.toSorted((a, b) => a - b);
}
