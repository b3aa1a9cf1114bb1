import { expect, it } from 'vitest';
import { median, spreadOf } from './quantiles.js';

it.each([
  [[5], 5],
  [[3, 1], 2],
  [[9, 1, 4], 4],
  [[1, 2, 10, 30], 6],
])('the median of %j is %d', (values, expected) => {
  expect(median(values)).toBe(expected);
});

it('a spread has the median and the quartiles, in any order of the figures', () => {
  expect(spreadOf([50, 10, 40, 20, 30])).toEqual({ median: 30, lower: 20, upper: 40 });
  expect(spreadOf([4, 1])).toEqual({ median: 2.5, lower: 1.75, upper: 3.25 });
  expect(spreadOf([7])).toEqual({ median: 7, lower: 7, upper: 7 });
});
