import { expect, it } from 'vitest';
import { pricedWays, waysText } from './upload-ways.js';

const ways = [
  { way: 'single boxes', bytes: 10_000, boxes: 10 },
  { way: 'cheapest boxes', bytes: 4000, boxes: 30 },
  { way: 'more bytes', bytes: 11_000, boxes: 1 },
  { way: 'less of both', bytes: 9000, boxes: 9 },
];

it('finds the price of a box below which a way is cheaper than single boxes', () => {
  const priced = pricedWays(ways, { perByte: 1, perBox: 299 });
  expect(priced.map(({ cost }) => cost)).toEqual([12_990, 12_970, 11_299, 11_691]);
  expect(priced.map(({ cheaperBelow }) => cheaperBelow)).toEqual([0, 300, 0, Infinity]);
  const [single, cheapest] = pricedWays(ways, { perByte: 1, perBox: 301 });
  expect(cheapest.cost).toBeGreaterThan(single.cost);
});

it('says it in words, within 100 columns', () => {
  const huge = ways.map((way) => ({ ...way, bytes: way.bytes * 1e8, boxes: way.boxes * 1e4 }));
  const text = waysText(
    [
      { name: 'a-very-long-name-…', ways: huge },
      { name: 'small', ways },
    ],
    { perByte: 1, perBox: 4096 },
  );
  expect(text).toMatch(/cheapest boxes .*less than 300 bytes\n/);
  expect(text).toMatch(/more bytes .* never\n.*less of both .* anything\n/);
  for (const line of text.split('\n')) {
    expect(line.length, line).toBeLessThanOrEqual(100);
  }
});
