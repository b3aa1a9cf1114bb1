import { performance } from 'node:perf_hooks';
import { median } from './median.js';

/** Nanoseconds since some moment; never goes back. */
export type Clock = () => number;

/** The host's own. */
export const hostClock: Clock = () => performance.now() * 1e6;

/** Timed passes within one sample of the short rows. */
export const PASSES = 9;

/** Work that takes microseconds to milliseconds, and what surrounds it. */
export interface ShortWork {
  /** Sets up the state that the work starts from. Not timed. */
  prepare(): void;
  work(): void;
  /**
   * Uses the result, so that nothing can be optimised away. Not timed.
   * @throws BenchError EBADMSG where it is wrong
   */
  check(): void;
}

/**
 * One sample of short work: a pass that is not counted, as the other contender has just had the caches, then
 * `count` counted ones.
 * @returns nanoseconds of the median pass
 */
export function medianPass(clock: Clock, { prepare, work, check }: ShortWork, count = PASSES): number {
  const passes: number[] = [];
  for (let pass = 0; pass <= count; pass++) {
    prepare();
    const before = clock();
    work();
    const after = clock();
    check();
    if (pass > 0) {
      passes.push(after - before);
    }
  }
  return median(passes);
}
