import type { FindingKind } from '../check/finding.js';
import type { CountedName } from '../program/statement.js';
import { programAt, type ProgramSource } from './program-source.js';
import { runProgram } from './run-program.js';
import type { RunOptions } from './run-options.js';

/** The most failures that are kept; all are counted. */
const MAX_FAILURES = 20;
/** Of a range, the first program and one in this many also run without the oracle. */
const SAMPLED = 32;

/** A program that fails. */
export interface ExploredFailure {
  /** Its number in the source: the seed of a random one. */
  readonly number: number;
  readonly kind: FindingKind;
}

/** The results of a range of programs. Plain data. */
export interface Explored {
  readonly programs: number;
  readonly steps: number;
  /** Bytes compared. */
  readonly compared: number;
  readonly counts: Partial<Record<CountedName, number>>;
  readonly failed: number;
  /** The first of them. */
  readonly failures: readonly ExploredFailure[];
  /** Milliseconds of each sampled program with the oracle and without, in direct succession. */
  readonly sampled: readonly (readonly [checked: number, unchecked: number])[];
}

export const nothingExplored: Explored = {
  programs: 0,
  steps: 0,
  compared: 0,
  counts: {},
  failed: 0,
  failures: [],
  sampled: [],
};

/** Runs the programs from one number to before another, each to its first finding. */
export function explorePrograms(
  source: ProgramSource,
  from: number,
  end: number,
  options: Pick<RunOptions, 'configure'> = {},
): Explored {
  const counts: Partial<Record<CountedName, number>> = {};
  const failures: ExploredFailure[] = [];
  const sampled: [number, number][] = [];
  let [programs, steps, compared, failed] = [0, 0, 0, 0];
  for (let number = from; number < end; number++) {
    const program = programAt(source, number);
    if (program === undefined) {
      continue;
    }
    const isSampled = programs % SAMPLED === 0;
    const unchecked = isSampled
      ? timed(() => runProgram(program, { ...options, checked: false }))
      : undefined;
    const checked = timed(() => runProgram(program, { ...options, stopAtFinding: true }));
    const { result, milliseconds } = checked;
    programs++;
    steps += result.steps;
    compared += result.compared;
    for (const [name, value] of Object.entries(result.counts) as [CountedName, number][]) {
      counts[name] = (counts[name] ?? 0) + value;
    }
    const [finding] = result.findings;
    if (finding !== undefined) {
      failed++;
      if (failures.length < MAX_FAILURES) {
        failures.push({ number, kind: finding.kind });
      }
    } else if (unchecked !== undefined) {
      sampled.push([milliseconds, unchecked.milliseconds]);
    }
  }
  return { programs, steps, compared, counts, failed, failures, sampled };
}

/** The joined results of two ranges. */
export function joinExplored(a: Explored, b: Explored): Explored {
  const counts = { ...a.counts };
  for (const [name, value] of Object.entries(b.counts) as [CountedName, number][]) {
    counts[name] = (counts[name] ?? 0) + value;
  }
  const failures = [...a.failures, ...b.failures].toSorted((x, y) => x.number - y.number);
  return {
    programs: a.programs + b.programs,
    steps: a.steps + b.steps,
    compared: a.compared + b.compared,
    counts,
    failed: a.failed + b.failed,
    failures: failures.slice(0, MAX_FAILURES),
    sampled: [...a.sampled, ...b.sampled].slice(-10_000),
  };
}

/** The time with the oracle divided by that without: the ratio of the medians of the sample. */
export function checkingCost({ sampled }: Explored): number | undefined {
  const checked = median(sampled.map(([milliseconds]) => milliseconds));
  const unchecked = median(sampled.map(([, milliseconds]) => milliseconds));
  return checked === undefined || unchecked === undefined ? undefined : checked / unchecked;
}

function median(numbers: readonly number[]): number | undefined {
  return numbers.toSorted((a, b) => a - b).at(Math.floor(numbers.length / 2));
}

function timed<T>(act: () => T): { result: T; milliseconds: number } {
  const start = performance.now();
  const result = act();
  return { result, milliseconds: performance.now() - start };
}
