import { expect, it } from 'vitest';
import { growthAsSvg } from './growth-svg.js';
import { slopeOf } from './slope.js';

const sizes = [1, 2, 4, 8, 16, 32];

it.each([0, 1, 1.5, 2])('finds the exponent %d, with one point disturbed', (exponent) => {
  const points = sizes.map((size) => ({ size, cost: size === 8 ? 1e6 : 3 * size ** exponent }));
  expect(slopeOf(points)).toBeCloseTo(exponent);
});

it('draws a line for each series, inside the picture', () => {
  const points = sizes.map((size) => ({ size, cost: size }));
  const svg = growthAsSvg([
    { name: 'pages', points, slope: 1 },
    { name: 'CPUs', points, slope: 1 },
  ]);
  expect(svg.match(/<polyline/g)).toHaveLength(2);
  expect(svg).toContain('pages: 1.00');
});
