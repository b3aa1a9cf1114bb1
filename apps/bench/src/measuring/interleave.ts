import type { Contender, Pass } from '../contender.js';
import { BenchError } from '../errors.js';
import { lowerQuartile } from './quantile.js';

/** Rounds whose times are thrown away: code is compiled and caches fill. */
export const WARM_UP_ROUNDS = 6;

/** The times of one slot: by part, then by step (all in one place where they are alike), then by round. */
type SlotTimes = number[][][];

/**
 * Measures slots in turn. In each round every slot makes one pass, a step at a time, so that a slow moment of the host
 * meets all of them; the slot that goes first changes with every step and round. A contender may hold several slots:
 * these differ by noise only.
 * @returns of each slot the nanoseconds of each part of a pass: the 25th percentile of every step over the rounds,
 *   added up
 * @throws BenchError EBADMSG where a contender's result is wrong
 */
export async function interleave(slots: readonly Contender[], rounds: number): Promise<number[][]> {
  const [{ steps, alike = false }] = slots;
  if (slots.some((slot) => slot.steps !== steps)) {
    throw new BenchError('EBADMSG', `the contenders make ${slots.map((slot) => slot.steps)} steps`);
  }
  const times: SlotTimes[] = slots.map(() => []);
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
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

/** The slots in the order of a turn: each goes first in one turn of `count`. */
function turn(count: number, number: number): number[] {
  const first = ((number % count) + count) % count;
  return Array.from({ length: count }, (_, i) => (first + i) % count);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
