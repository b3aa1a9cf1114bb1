import type { Contender } from '../contender.js';
import { BenchError } from '../errors.js';
import type { ContenderPlace, Match } from '../match.js';
import type { Figure, Skipped } from '../row.js';
import { interleave } from './interleave.js';
import type { Comparison } from './judgement.js';
import { median } from './quantile.js';

/** Opens a contender in a separate thread, so that each start compiles its code again. */
export type OpenContender = (place: ContenderPlace) => Promise<Contender | Skipped>;

export interface MeasureOptions {
  /** Counted rounds of each start. */
  readonly rounds: number;
  /** The number of measurements with newly opened contenders. */
  readonly starts: number;
}

/** A figure with its numbers: costs in its unit. */
export interface Measured extends Comparison {
  readonly costs: readonly [number, number];
}

/** A figure, and its result. */
export interface Result {
  readonly section: string;
  readonly name: string;
  readonly unit: string;
  readonly names: readonly [string, string];
  readonly outcome: Measured | Skipped;
}

/** For one start and each contender, the costs in its two slots. */
type StartCosts = readonly (readonly [number, number])[];

/**
 * Measures a match. Each contender has two of four slots: those of different contenders give the ratio, those of one
 * give A/A. Compilation and memory placement vary, so there are several starts; a figure is their median. @throws
 * BenchError EBADMSG if a contender's result is wrong; a failure with ENODATA skips the row
 */
export async function measureMatch(
  match: Match,
  open: OpenContender,
  { rounds, starts }: MeasureOptions,
): Promise<Result[]> {
  const { section, unit, names, figures, places } = match;
  const resultsWith = (outcomes: readonly (Measured | Skipped)[]): Result[] =>
    figures.map(({ name }, i) => ({ section, name, unit, names, outcome: outcomes[i] }));
  const costs: StartCosts[][] = figures.map(() => []);
  for (let start = 0; start < starts; start++) {
    const opened: Contender[] = [];
    try {
      for (const place of places) {
        const contender = await open(place);
        if ('skipped' in contender) {
          return resultsWith(figures.map(() => contender));
        }
        opened.push(contender);
      }
      const nanoseconds = await interleave([...opened, ...opened], rounds);
      figures.forEach((figure, i) => costs[i].push(costsOf(figure, opened, nanoseconds)));
    } catch (error) {
      if (error instanceof BenchError && error.code === 'ENODATA') {
        const { message: skipped } = error;
        return resultsWith(figures.map(() => ({ skipped, lacking: true as const })));
      }
      throw error;
    } finally {
      opened.forEach((contender) => contender.close?.());
    }
  }
  return resultsWith(costs.map(combine));
}

/** `nanoseconds` holds the parts of each slot: the first contender's, the second's, and the same again. */
function costsOf(
  { parts }: Figure,
  opened: readonly Contender[],
  nanoseconds: readonly (readonly number[])[],
): StartCosts {
  const cost = (slot: number, per: number) => {
    const times = nanoseconds[slot];
    return (parts?.map((part) => times[part]) ?? times).reduce((sum, time) => sum + time, 0) / per;
  };
  return opened.map(({ per }, i) => [cost(i, per), cost(i + opened.length, per)] as const);
}

function combine(starts: readonly StartCosts[]): Measured {
  const costOf = (contender: number) =>
    starts.map((start) => (start[contender][0] + start[contender][1]) / 2);
  const [costs, rivals] = [costOf(0), costOf(1)];
  const ratios = costs.map((cost, i) => cost / rivals[i]);
  const itself = (contender: number) =>
    median(starts.map((start) => start[contender][1] / start[contender][0]));
  return {
    costs: [median(costs), median(rivals)],
    ratio: median(ratios),
    spread: [Math.min(...ratios), Math.max(...ratios)],
    againstItself: [itself(0), itself(1)],
  };
}
