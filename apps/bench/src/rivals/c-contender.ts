import { BATCHES, REPETITIONS, type Contender, type Pass } from '../contender.js';
import type { Skipped } from '../row.js';
import { CProgram } from './c-program.js';

/** A program of rivals/: a batch has REPETITIONS timed repetitions, and its answer begins with their nanoseconds. */
export interface CRival {
  readonly source: string;
  readonly args: readonly number[];
  readonly compiler: string;
  /** Divisor of a repetition's nanoseconds. */
  readonly per: number;
  /** The count of numbers after the nanoseconds. */
  readonly results: number;
  /** @throws BenchError EBADMSG if the results are wrong */
  check(results: readonly number[]): void;
}

/** A program in C as a contender whose steps are batches. */
export function startRival(rival: CRival): Contender | Skipped {
  const program = CProgram.start(rival.source, rival.args, rival.compiler);
  if ('skipped' in program) {
    return program;
  }
  const pass: Pass = {
    async step() {
      const [nanoseconds, ...results] = await program.batch(1 + rival.results);
      rival.check(results);
      return [nanoseconds / REPETITIONS];
    },
    end() {},
  };
  const { per } = rival;
  return {
    steps: BATCHES,
    alike: true,
    per: per * BATCHES,
    begin: () => pass,
    close: () => program.close(),
  };
}
