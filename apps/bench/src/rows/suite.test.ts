import { isSoak } from '@cg/vitest-config/seeds';
import { describe, expect, it } from 'vitest';
import type { Contender } from '../contender.js';
import { matchesOfBuilds, matchesOfRows } from '../match.js';
import { tabulateResults } from '../output/table.js';
import type { Result } from '../measuring/measure-match.js';
import type { RowSettings } from './settings.js';
import { fullSettings, suiteOf } from './suite.js';

const tiny: RowSettings = {
  ...fullSettings,
  tables: 2,
  windowPages: 16,
  resources: 1000,
  updates: 100,
  ids: 1000,
  commands: 2000,
  freshPages: 64,
  frames: 3,
};
const suite = suiteOf(tiny);
const options = { rounds: 1000, starts: 100 };

/** One pass, with the check of its result. @returns the nanoseconds of all its steps */
async function passOf(contender: Contender): Promise<number> {
  const pass = await contender.begin();
  let taken = 0;
  for (let step = 0; step < contender.steps; step++) {
    taken += (await pass.step(step)).reduce((sum, time) => sum + time, 0);
  }
  await pass.end();
  return taken;
}

describe('every row', () => {
  for (const { row } of suite) {
    const title = `${row.name}, against ${row.rival}: both contenders do the same number of steps, with right results`;
    // `npm run soak bench`, which CI does as well.
    it.runIf(isSoak)(title, async () => {
      const steps = [];
      for (const side of ['ours', 'rival'] as const) {
        const contender = await row.open(side);
        if ('skipped' in contender) {
          expect(contender.skipped).toMatch(/^no (?:C compiler|driver for Dawn)/);
          continue;
        }
        expect(await passOf(contender)).toBeGreaterThan(0);
        steps.push(contender.steps);
        contender.close?.();
      }
      expect(new Set(steps).size).toBe(1);
    });
  }

  it('has a unique name and rival, and another name in comparisons of builds', () => {
    const named = matchesOfRows(suite).flatMap(({ figures, names }) =>
      figures.map(({ name }) => `${name} ${names[1]}`),
    );
    expect(new Set(named).size).toBe(named.length);
    const compared = matchesOfBuilds(suite).flatMap(({ figures }) => figures.map(({ name }) => name));
    expect(new Set(compared).size).toBe(compared.length);
  });

  it.each([
    ['against its rival', matchesOfRows(suite)],
    ['against another build', matchesOfBuilds(suite)],
  ])('%s fits into 120 columns', (_, matches) => {
    const measured = {
      costs: [12_345, 12_345],
      ratio: 0.0123,
      spread: [0.5, 2],
      againstItself: [1.123, 1],
    } as const;
    const results: Result[] = matches.flatMap(({ section, unit, names, figures }) =>
      figures.map(({ name }) => ({ section, name, unit, names, outcome: measured })),
    );
    const lines = tabulateResults(results, options, false).split('\n');
    expect(lines.filter((line) => line.length > 120)).toEqual([]);
  });
});

describe('without a C compiler', () => {
  it('the rivals in C are skipped with a reason', async () => {
    const rivals = suiteOf({ ...tiny, compiler: 'no-such-compiler' }).filter(({ row }) =>
      row.rival.startsWith('C, '),
    );
    expect(rivals).toHaveLength(5);
    for (const { row } of rivals) {
      expect(await row.open('rival')).toEqual({ skipped: 'no C compiler' });
    }
  });
});
