import { describe, expect, it } from 'vitest';
import { BATCHES, batchesOf, REPETITIONS } from './contender.js';

describe('a batch of short work', () => {
  it('times the work alone, without setup and the first repetition', async () => {
    let now = 0;
    let repetition = 0;
    const contender = batchesOf(() => now, 1, {
      prepare: () => void (now += 1000),
      work: () => void (now += repetition++ === 0 ? 500 : 7),
      check: () => void (now += 1000),
    });
    expect(await (await contender.begin()).step(0)).toEqual([7]);
    expect(repetition).toBe(REPETITIONS + 1);
  });

  it('prepares before and checks after each repetition', async () => {
    const order: string[] = [];
    const note = (what: string) => () => void order.push(what);
    const work = { prepare: note('p'), work: note('w'), check: note('c') };
    await (await batchesOf(() => 0, 1, work, 3).begin()).step(0);
    expect(order.join('')).toBe('pwc'.repeat(4));
  });

  it('is one of a pass of equal steps', () => {
    const contender = batchesOf(() => 0, 5, { prepare() {}, work() {}, check() {} });
    expect(contender).toMatchObject({ steps: BATCHES, alike: true, per: 5 * BATCHES });
  });
});
