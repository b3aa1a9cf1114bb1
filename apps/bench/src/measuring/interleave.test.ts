import { describe, expect, it } from 'vitest';
import type { Contender, StepTimes } from '../contender.js';
import { passAtOnce } from '../pass-at-once.js';
import { interleave, WARM_UP_ROUNDS } from './interleave.js';

/** A contender whose steps take `time(step, round)`; warm-up rounds are negative. */
function taking(steps: number, time: (step: number, round: number) => StepTimes): Contender {
  let begun = 0;
  return {
    steps,
    per: 1,
    begin() {
      const round = begun++ - WARM_UP_ROUNDS;
      return { step: (index) => time(index, round), end() {} };
    },
  };
}

describe('slots measured in turn', () => {
  it('run one step each before any runs the next, in changing order', async () => {
    const order: string[] = [];
    const noting = (name: string) =>
      taking(2, (step, round) => {
        if (round >= 0) {
          order.push(`${name}${step}`);
        }
        return [1];
      });
    await interleave([noting('a'), noting('b'), noting('c')], 3);
    expect(order.join(' ')).toBe('a0 b0 c0 b1 c1 a1 b0 c0 a0 c1 a1 b1 c0 a0 b0 a1 b1 c1');
  });

  it('run whole passes each where these are at once, in changing order', async () => {
    const order: string[] = [];
    const noting = (name: string): Contender => {
      const contender = taking(2, (step, round) => {
        if (round >= 0) {
          order.push(`${name}${step}`);
        }
        return [step];
      });
      return { ...contender, begin: async () => passAtOnce(await contender.begin(), 2) };
    };
    expect(await interleave([noting('a'), noting('b')], 2)).toEqual([[1], [1]]);
    expect(order.join(' ')).toBe('a0 a1 b0 b1 b0 b1 a0 a1');
  });

  it('cost the sum of the 25th percentiles of each step over the rounds', async () => {
    // Step 0 is slow in rounds 0 to 2, step 1 in rounds 2 to 4: no whole pass is fast, yet each step is.
    const slow = (step: number, round: number) => (step === 0 ? round <= 2 : round >= 2);
    const contender = taking(2, (step, round) => [slow(step, round) ? 1000 : 10 + step]);
    expect(await interleave([contender], 5)).toEqual([[21]]);
  });

  it('leave warm-up rounds out', async () => {
    expect(await interleave([taking(1, (_, round) => [round < 0 ? 1 : 5])], 1)).toEqual([[5]]);
  });

  it('have as many warm-up rounds as the contender that needs most', async () => {
    let passes = 0;
    const counting = (warmUp?: number): Contender => ({
      steps: 1,
      per: 1,
      ...(warmUp !== undefined && { warmUp }),
      begin: () => ({ step: () => [++passes], end() {} }),
    });
    expect(await interleave([counting(WARM_UP_ROUNDS + 4)], 1)).toEqual([[WARM_UP_ROUNDS + 5]]);
    passes = 0;
    await interleave([counting(), counting(WARM_UP_ROUNDS + 1)], 3);
    expect(passes).toBe(2 * (WARM_UP_ROUNDS + 4));
  });

  it('keep the parts of a step apart', async () => {
    const contender = taking(3, (step) => [step, 10 * step]);
    expect(await interleave([contender], 2)).toEqual([[3, 30]]);
  });

  it('pool the times of equal steps', async () => {
    // The fast quarter of twelve lies in one step.
    const contender = taking(4, (step) => [step === 3 ? 2 : 7]);
    expect(await interleave([{ ...contender, alike: true }], 3)).toEqual([[8]]);
    expect(await interleave([contender], 3)).toEqual([[23]]);
  });

  it('are checked at the end of every pass', async () => {
    let ended = 0;
    const contender: Contender = {
      steps: 1,
      per: 1,
      begin: () => ({ step: () => [1], end: () => void ended++ }),
    };
    await interleave([contender, contender], 4);
    expect(ended).toBe(2 * (WARM_UP_ROUNDS + 4));
  });

  it('EBADMSG: have the same work', async () => {
    const both = [taking(1, () => [1]), taking(2, () => [1])];
    await expect(interleave(both, 1)).rejects.toThrow(expect.objectContaining({ code: 'EBADMSG' }));
  });
});
