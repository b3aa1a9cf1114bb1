import { median } from './median.js';
import type { Contest, Row, RowResult } from './row.js';

/** Rounds whose samples are thrown away: code is compiled and caches fill. */
export const WARM_UP_ROUNDS = 6;

/**
 * Makes a row ready and measures it: warm-up rounds, then `rounds` counted ones. In each, both contenders
 * take one sample, and who goes first alternates, so that a slow moment of the host meets both.
 * @throws BenchError EBADMSG where a contender's result is wrong
 */
export async function measureRow(row: Row, rounds: number): Promise<RowResult> {
  const { name, unit, ours, rival } = row;
  const opened = await row.open();
  if ('skipped' in opened) {
    const { skipped } = opened;
    return { name, unit, ours, rival, median: null, rivalMedian: null, ratio: null, skipped };
  }
  return { name, unit, ours, rival, ...compete(opened, rounds) };
}

function compete(contest: Contest, rounds: number): { median: number; rivalMedian: number; ratio: number } {
  const ours: number[] = [];
  const rivals: number[] = [];
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
    const oursFirst = round % 2 === 0;
    const first = oursFirst ? contest.ours() : contest.rival();
    const second = oursFirst ? contest.rival() : contest.ours();
    if (round >= 0) {
      ours.push(oursFirst ? first : second);
      rivals.push(oursFirst ? second : first);
    }
  }
  const oursMedian = median(ours);
  const rivalMedian = median(rivals);
  return { median: oursMedian, rivalMedian, ratio: oursMedian / rivalMedian };
}
