import { BenchError } from './errors.js';

/**
 * The middle value; of an even number, the mean of the middle two.
 * @throws BenchError EINVAL where there is none
 */
export function median(values: readonly number[]): number {
  if (values.length === 0) {
    throw new BenchError('EINVAL', 'nothing was measured');
  }
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
