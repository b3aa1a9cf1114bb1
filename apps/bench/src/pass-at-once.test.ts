import { expect, it } from 'vitest';
import { passAtOnce } from './pass-at-once.js';

it('A pass at once runs its steps in order when it is asked for the first, and returns the times of each', async () => {
  const ran: number[] = [];
  let ended = 0;
  const pass = passAtOnce(
    {
      step(index) {
        ran.push(index);
        return index === 1 ? Promise.resolve([10, 11]) : [index];
      },
      end: () => void ended++,
    },
    3,
  );
  expect(await pass.step(0)).toEqual([0]);
  expect(ran).toEqual([0, 1, 2]);
  expect(await pass.step(1)).toEqual([10, 11]);
  expect(await pass.step(2)).toEqual([2]);
  expect(ran).toEqual([0, 1, 2]);
  await pass.end();
  expect(ended).toBe(1);
});
