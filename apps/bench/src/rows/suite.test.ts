import { isSoak } from '@cg/vitest-config/seeds';
import { afterAll, describe, expect, it } from 'vitest';
import { tabulateResults } from '../output/table.js';
import { findCc } from '../rivals/c-program.js';
import { pickRows } from '../row.js';
import { measureRow } from '../runner.js';
import { makeSuite } from './suite.js';

const tiny = { tables: 2, windowPages: 16, resources: 1000, frames: 3 };
const suite = makeSuite(tiny);

afterAll(() => suite.close());

/** Rows of other traces do the same work on more frames: `npm run soak bench` runs them, too. */
const otherTraces = /gears|idle-desktop|terminal-scroll|video-window|window-drag/;

describe('every row', () => {
  // The contenders check their own results, and throw where these are wrong.
  for (const row of suite.rows) {
    const needsCompiler = row.rival.startsWith('C,') && findCc() === undefined;
    const isLong = otherTraces.test(row.name);
    it.skipIf(needsCompiler || (isLong && !isSoak))(
      `${row.name}, against ${row.rival}: both contenders do the work`,
      async () => {
        const { median, rivalMedian, ratio } = await measureRow(row, 1);
        expect(median).toBeGreaterThan(0);
        expect(rivalMedian).toBeGreaterThan(0);
        expect(ratio).toBe((median as number) / (rivalMedian as number));
      },
    );
  }

  it('has a name and rival that no other row has', () => {
    const said = suite.rows.map(({ name, rival }) => `${name} ${rival}`);
    expect(new Set(said).size).toBe(said.length);
  });

  it('fits into 100 columns', () => {
    const results = suite.rows.map(({ name, rival, unit, ours }) => {
      return { name, rival, unit, ours, median: 12_345, rivalMedian: 12_345, ratio: 0.0123 };
    });
    const lines = tabulateResults(results, 1000, false).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
  });
});

describe('without a C compiler', () => {
  it('the rows with a C rival are skipped and say why', async () => {
    const without = makeSuite({ ...tiny, findCompiler: () => undefined });
    const rows = pickRows(without.rows, 'C, ');
    expect(rows).toHaveLength(5);
    for (const row of rows) {
      expect(await measureRow(row, 1)).toMatchObject({ median: null, ratio: null, skipped: 'no C compiler' });
    }
  });
});
