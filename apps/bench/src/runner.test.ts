import { describe, expect, it } from 'vitest';
import { median } from './median.js';
import type { Contest, Row, Skipped } from './row.js';
import { measureRow, WARM_UP_ROUNDS } from './runner.js';

function rowOf(opened: Contest | Skipped): Row {
  return { name: 'row', unit: 'ns/thing', ours: 'us', rival: 'them', open: () => Promise.resolve(opened) };
}

describe('a row', () => {
  it('is measured in turn, and who goes first alternates', async () => {
    const order: string[] = [];
    const take = (who: string) => () => order.push(who);
    await measureRow(rowOf({ ours: take('o'), rival: take('r') }), 4);
    expect(order.join('')).toBe('orro'.repeat((WARM_UP_ROUNDS + 4) / 2));
  });

  it('reports medians of the counted rounds, and their ratio', async () => {
    const slow = Array.from({ length: WARM_UP_ROUNDS }, () => 900);
    const ours = [...slow, 3, 1, 2];
    const rivals = [...slow, 10, 8, 6];
    const contest = { ours: () => ours.shift() as number, rival: () => rivals.shift() as number };
    expect(await measureRow(rowOf(contest), 3)).toEqual({
      name: 'row',
      unit: 'ns/thing',
      ours: 'us',
      rival: 'them',
      median: 2,
      rivalMedian: 8,
      ratio: 0.25,
    });
  });

  it('keeps apart whose sample is whose, in every round', async () => {
    const result = await measureRow(rowOf({ ours: () => 1, rival: () => 2 }), 5);
    expect(result).toMatchObject({ median: 1, rivalMedian: 2, ratio: 0.5 });
  });

  it('that cannot be had has no numbers and a reason', async () => {
    const result = await measureRow(rowOf({ skipped: 'no C compiler' }), 5);
    expect(result).toMatchObject({ median: null, rivalMedian: null, ratio: null, skipped: 'no C compiler' });
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

  it('EINVAL: of nothing is none', () => {
    expect(() => median([])).toThrow(expect.objectContaining({ code: 'EINVAL' }));
  });

  it('leaves its argument as it was', () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });
});
