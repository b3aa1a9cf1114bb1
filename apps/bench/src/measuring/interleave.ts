import type { Contender, Pass } from '../contender.js';
import { BenchError } from '../errors.js';
import { lowerQuartile } from './quantile.js';

/** Rounds whose times are discarded, while code is compiled and caches fill; a contender may ask for more. */
export const WARM_UP_ROUNDS = 6;

/**
 * Submissions that a contender which submits asks for before anything is counted. Code that runs once a frame is
 * compiled late: for the last time after 3,000 to 10,000 runs, and a submission takes two to five times as long until
 * then.
 */
export const WARM_UP_SUBMISSIONS = 4000;

/** The times of one slot: by part, then by step (pooled if steps are equal), then by round. */
type SlotTimes = number[][][];

/**
 * Measures interleaved slots. In each round every slot makes one pass, a step at a time, so that a slow moment of the
 * host affects all of them; the first slot changes with every step and round. A contender may have several slots, which
 * differ by noise only. @returns for each slot the nanoseconds of each part of a pass: the sum of the 25th percentiles
 * of every step over the rounds @throws BenchError EBADMSG if a contender's result is wrong
 */
export async function interleave(slots: readonly Contender[], rounds: number): Promise<number[][]> {
  const [{ steps, alike = false }] = slots;
  if (slots.some((slot) => slot.steps !== steps)) {
    throw new BenchError('EBADMSG', `the contenders have ${slots.map((slot) => slot.steps)} steps`);
  }
  const times: SlotTimes[] = slots.map(() => []);
  const warmUp = Math.max(...slots.map((slot) => slot.warmUp ?? WARM_UP_ROUNDS));
  for (let round = -warmUp; round < rounds; round++) {
    const passes: Pass[] = [];
    for (const slot of turn(slots.length, round)) {
      passes[slot] = await slots[slot].begin();
    }
    for (let step = 0; step < steps; step++) {
      for (const slot of turn(slots.length, round + step)) {
        const taken = await passes[slot].step(step);
        if (round >= 0) {
          const place = alike ? 0 : step;
          taken.forEach((time, part) => ((times[slot][part] ??= [])[place] ??= []).push(time));
        }
      }
    }
    for (const pass of passes) {
      await pass.end();
    }
  }
  const weight = alike ? steps : 1;
  return times.map((parts) => parts.map((ofSteps) => weight * sum(ofSteps.map(lowerQuartile))));
}

/** The order of the slots in a turn: each is first in one turn of `count`. */
function turn(count: number, number: number): number[] {
  const first = ((number % count) + count) % count;
  return Array.from({ length: count }, (_, i) => (first + i) % count);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
