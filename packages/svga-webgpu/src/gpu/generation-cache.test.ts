import { expect, it } from 'vitest';
import { GenerationCache } from './generation-cache.js';

it('keeps what was used last, of twice the capacity', () => {
  const dropped: number[] = [];
  const cache = new GenerationCache<number, number>(4, (value) => dropped.push(value));
  for (let i = 1; i <= 40; i++) {
    cache.set(i, i);
    expect(cache.get(1)).toBe(1);
  }
  expect(cache.get(40)).toBe(40);
  expect(cache.get(20)).toBeUndefined();
  expect(dropped).toContain(20);
  expect(40 - dropped.length).toBeLessThanOrEqual(8);
});
