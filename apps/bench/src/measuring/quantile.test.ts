import { describe, expect, it } from 'vitest';
import { lowerQuartile, median } from './quantile.js';

describe('the 25th percentile', () => {
  it.each([
    [[5], 5],
    [[2, 1], 1],
    [[9, 3, 1, 7, 5], 3],
    [[8, 7, 6, 5, 4, 3, 2, 1, 9], 3],
    [[10, 9, 100, 8], 8],
  ])('of %j is %d', (values, expected) => {
    expect(lowerQuartile(values)).toBe(expected);
  });

  it('does not depend on the slow half', () => {
    expect(lowerQuartile([1, 2, 3, 4, 5])).toBe(lowerQuartile([1, 2, 3e6, 4e6, 5e6]));
  });
});

describe('the median', () => {
  it.each([
    [[5], 5],
    [[3, 1, 2], 2],
    [[4, 1, 3, 2], 2.5],
    [[10, 9, 100], 10],
  ])('of %j is %d', (values, expected) => {
    expect(median(values)).toBe(expected);
  });
});

describe.each([lowerQuartile, median])('%o', (quantile) => {
  it('EINVAL: without values', () => {
    expect(() => quantile([])).toThrow(expect.objectContaining({ code: 'EINVAL' }));
  });

  it('does not change its argument', () => {
    const values = [3, 1, 2];
    quantile(values);
    expect(values).toEqual([3, 1, 2]);
  });
});
