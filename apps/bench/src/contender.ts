import type { Clock } from './clock.js';

/** Nanoseconds of each timed part of a step. */
export type StepTimes = readonly number[];

/** One pass of a contender's work. */
export interface Pass {
  /** Runs step `index`; the steps of a pass run in order, each once. */
  step(index: number): StepTimes | Promise<StepTimes>;
  /**
   * Checks the result of the whole pass. Not timed. @throws BenchError EBADMSG if it is wrong
   */
  end(): void | Promise<void>;
}

/** One side of a comparison. Two of its passes may run interleaved. */
export interface Contender {
  /** Steps of a pass: the frames of a replay, the batches of short work. */
  readonly steps: number;
  /** All steps are the same work, so their times can be pooled. */
  readonly alike?: true;
  /** Rounds to discard, where its code needs more than the usual number until it is compiled. */
  readonly warmUp?: number;
  /** Nanoseconds of a pass divided by this are a cost in the row's unit. */
  readonly per: number;
  /** Sets up the initial state of a pass. Not timed. */
  begin(): Pass | Promise<Pass>;
  /** Releases resources that outlive the passes. */
  close?(): void;
}

/** Work of microseconds to milliseconds, with its setup and check. */
export interface ShortWork {
  /** Sets up the initial state of the work. Not timed. */
  prepare(): void;
  work(): void;
  /**
   * Checks the result, so that nothing can be optimised away. Not timed. @throws BenchError EBADMSG if it is wrong
   */
  check(): void;
}

/** Batches in a pass of short work. */
export const BATCHES = 8;
/** Timed repetitions in a batch. */
export const REPETITIONS = 2;

/** The rounds in which short work runs so often. */
export function roundsOf(runs: number): number {
  return Math.ceil(runs / (BATCHES * (1 + REPETITIONS)));
}

/**
 * A contender whose steps are batches of short work. A batch is one untimed repetition, because another contender has
 * just used the caches, then `repetitions` timed ones. @param per divisor of a repetition's nanoseconds
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
