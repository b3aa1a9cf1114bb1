import { figuresOf, type Figure, type Side } from './row.js';
import type { SuiteRow } from './rows/suite.js';

/** The name of this build in comparisons of two. */
export const THIS_BUILD = 'this build';

/** The build whose packages a contender uses. */
type Build = 'this' | 'other';

/** One contender: a side of a row, on a build. */
export interface ContenderPlace {
  readonly at: SuiteRow;
  readonly side: Side;
  readonly build: Build;
}

/** A measurement: a contender and the one it is compared with, on the same work. */
export interface Match {
  readonly section: string;
  readonly unit: string;
  readonly names: readonly [string, string];
  readonly figures: readonly Figure[];
  readonly places: readonly [ContenderPlace, ContenderPlace];
}

/** Each row's two sides against each other. */
export function matchesOfRows(rows: readonly SuiteRow[]): Match[] {
  return rows.map((at) => ({
    section: at.row.section,
    unit: at.row.unit,
    names: [at.row.ours, at.row.rival],
    figures: figuresOf(at.row),
    places: [
      { at, side: 'ours', build: 'this' },
      { at, side: 'rival', build: 'this' },
    ],
  }));
}

/** Every contender that consists of package code, on this build against the other, each once. */
export function matchesOfBuilds(rows: readonly SuiteRow[]): Match[] {
  const matches = new Map<string, Match>();
  for (const at of rows) {
    const { row } = at;
    const sides: Side[] = row.rivalOfPackages === true ? ['ours', 'rival'] : ['ours'];
    for (const side of sides) {
      const figures = figuresOf(row).map((figure) => ({
        ...figure,
        name: side === 'ours' ? figure.name : `${figure.name}: ${row[side]}`,
      }));
      const match: Match = {
        section: row.section,
        unit: row.unit,
        names: [THIS_BUILD, 'other build'],
        figures,
        places: [
          { at, side, build: 'this' },
          { at, side, build: 'other' },
        ],
      };
      const [{ name }] = figures;
      if (!matches.has(name)) {
        matches.set(name, match);
      }
    }
  }
  return [...matches.values()];
}

/** The matches with a figure or a contender whose name contains `text`, with only those figures. */
export function pickMatches(matches: readonly Match[], text: string): Match[] {
  return matches.flatMap((match) => {
    if (match.names.some((name, i) => i > 0 && name.includes(text))) {
      return [match];
    }
    const figures = match.figures.filter(({ name }) => name.includes(text));
    return figures.length === 0 ? [] : [{ ...match, figures }];
  });
}
