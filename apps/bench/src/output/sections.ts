import { THIS_BUILD } from '../match.js';
import { worstAgainstItself } from '../measuring/judgement.js';
import type { Measured, Result } from '../measuring/measure-match.js';

/** Results under one heading. */
export interface Section {
  readonly heading: string;
  readonly lines: readonly Line[];
  /** The lowest and the highest A/A figure of its lines; undefined if none was measured. */
  readonly againstItself: readonly [number, number] | undefined;
}

/** A result, and its name within its section. */
interface Line {
  readonly label: string;
  readonly result: Result;
}

/** Groups results under headings. A heading has what its lines have in common. */
export function sectionsOf(results: readonly Result[]): Section[] {
  const byTitle = new Map<string, Result[]>();
  for (const result of results) {
    byTitle.set(result.section, [...(byTitle.get(result.section) ?? []), result]);
  }
  return [...byTitle].map(([title, inSection]) => {
    const [{ names, unit }] = inSection;
    const sameRival = inSection.every((result) => result.names[1] === names[1]);
    const heading = `${title} (${unit}): ${names[0]}${sameRival ? `, against ${names[1]}` : ''}`;
    const lines = inSection.map((result) => ({
      label: sameRival ? result.name : `against ${result.names[1]}`,
      result,
    }));
    return { heading, lines, againstItself: hullOf(inSection) };
  });
}

function hullOf(results: readonly Result[]): [number, number] | undefined {
  const figures = results.flatMap(({ outcome }) =>
    'skipped' in outcome ? [] : [worstAgainstItself(outcome)],
  );
  return figures.length === 0 ? undefined : [Math.min(...figures), Math.max(...figures)];
}

/** The names of the two columns of costs. */
export function headsOf({ names: [first] }: Result): string[] {
  return first === THIS_BUILD ? ['this', 'other'] : ['ours', 'rival'];
}

/** The cells of a measured line: both costs, their ratio, its spread, the A/A figure. */
export function cellsOf(measured: Measured): string[] {
  const { costs, ratio, spread } = measured;
  return [
    threeDigits(costs[0]),
    threeDigits(costs[1]),
    threeDigits(ratio),
    spread.map((one) => threeDigits(one)).join(' to '),
    worstAgainstItself(measured).toFixed(3),
  ];
}

/** A cost with three significant digits; large ones as integers. */
function threeDigits(value: number): string {
  return value >= 1000 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(3);
}
