import type { Clock } from './clock.js';

/** Nanoseconds that each timed part of a step took. */
export type StepTimes = readonly number[];

/** One time through a contender's work. */
export interface Pass {
  /** Does step `index`; the steps of a pass come in order, each once. */
  step(index: number): StepTimes | Promise<StepTimes>;
  /**
   * Uses the result of the whole pass. Not timed.
   * @throws BenchError EBADMSG where it is wrong
   */
  end(): void | Promise<void>;
}

/** One side of a comparison. Two of its passes may be under way at a time. */
export interface Contender {
  /** Steps of a pass: the frames of a replay, the batches of short work. */
  readonly steps: number;
  /** All steps are the same work, so their times can be put together. */
  readonly alike?: true;
  /** Nanoseconds of a pass divided by this are a cost in the row's unit. */
  readonly per: number;
  /** Sets up what a pass starts from. Not timed. */
  begin(): Pass | Promise<Pass>;
  /** Gives back what outlives the passes. */
  close?(): void;
}

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

/** Batches in a pass of short work. */
export const BATCHES = 8;
/** Timed repetitions in a batch. */
export const REPETITIONS = 2;

/**
 * A contender whose steps are batches of short work. A batch is one repetition that is not timed, as another contender
 * has just had the caches, then `repetitions` timed ones.
 * @param per what a repetition's nanoseconds are divided by
 */
export function batchesOf(
  clock: Clock,
  per: number,
  { prepare, work, check }: ShortWork,
  repetitions = REPETITIONS,
): Contender {
  const step = (): StepTimes => {
    let taken = 0;
    for (let repetition = 0; repetition <= repetitions; repetition++) {
      prepare();
      const before = clock();
      work();
      const after = clock();
      check();
      taken += repetition === 0 ? 0 : after - before;
    }
    return [taken / repetitions];
  };
  const pass: Pass = { step, end() {} };
  return { steps: BATCHES, alike: true, per: per * BATCHES, begin: () => pass };
}
