import { describe, expect, it } from 'vitest';
import type { Contender } from '../contender.js';
import type { Match } from '../match.js';
import { rowOf } from '../row.fixture.js';
import { matchesOfRows } from '../match.js';
import { measureMatch, type Measured } from './measure-match.js';

const [match] = matchesOfRows([{ row: rowOf('row'), group: 'group', index: 0 }]);

/** A contender with these times of passes in its two slots, for each start. */
function slots(starts: [number, number][], per = 1): () => Contender {
  return () => {
    const times = starts.shift() ?? [Number.NaN, Number.NaN];
    let begun = 0;
    return {
      steps: 1,
      per,
      begin() {
        // The first slot changes, so a slot is identified by its first value.
        const time = times[begun++ % 2];
        return { step: () => [time], end() {} };
      },
    };
  };
}

async function measure(ours: () => Contender, rival: () => Contender, starts: number): Promise<Measured> {
  const open = async ({ side }: { side: string }) => (side === 'ours' ? ours() : rival());
  const [{ outcome }] = await measureMatch(match, open, { rounds: 1, starts });
  if ('skipped' in outcome) {
    throw new Error(outcome.skipped);
  }
  return outcome;
}

describe('a match', () => {
  it('has costs in its unit, and their ratio', async () => {
    const found = await measure(slots([[20, 20]], 10), slots([[80, 80]], 10), 1);
    expect(found).toEqual({ costs: [2, 8], ratio: 0.25, spread: [0.25, 0.25], againstItself: [1, 1] });
  });

  it('is the median of its starts, with the lowest and the highest', async () => {
    const ours = slots([
      [1, 1],
      [2, 2],
      [9, 9],
    ]);
    const rival = slots([
      [1, 1],
      [1, 1],
      [1, 1],
    ]);
    expect(await measure(ours, rival, 3)).toMatchObject({ costs: [2, 1], ratio: 2, spread: [1, 9] });
  });

  it('compares each contender with itself', async () => {
    const { againstItself } = await measure(slots([[10, 10]]), slots([[10, 12]]), 1);
    expect(againstItself[0]).toBe(1);
    expect(Math.max(againstItself[1], 1 / againstItself[1])).toBeCloseTo(1.2, 10);
  });

  it('that is skipped has a reason and no numbers', async () => {
    const results = await measureMatch(match, async () => ({ skipped: 'no C compiler' }), {
      rounds: 1,
      starts: 1,
    });
    expect(results.map(({ outcome }) => outcome)).toEqual([{ skipped: 'no C compiler' }]);
  });

  it('has a result for each figure, from its parts', async () => {
    const figures = [{ name: 'all' }, { name: 'second', parts: [1] }];
    const several: Match = { ...match, figures };
    const open = async (): Promise<Contender> => ({
      steps: 1,
      per: 1,
      begin: () => ({ step: () => [3, 4], end() {} }),
    });
    const results = await measureMatch(several, open, { rounds: 1, starts: 1 });
    expect(results.map(({ name, outcome }) => [name, (outcome as Measured).costs])).toEqual([
      ['all', [7, 7]],
      ['second', [4, 4]],
    ]);
  });

  it('closes its contenders, even if one fails', async () => {
    let closed = 0;
    const open = async ({ side }: { side: string }): Promise<Contender> => {
      if (side === 'rival') {
        throw new Error('no rival');
      }
      return { ...slots([[1, 1]])(), close: () => void closed++ };
    };
    await expect(measureMatch(match, open, { rounds: 1, starts: 1 })).rejects.toThrow('no rival');
    expect(closed).toBe(1);
  });
});
