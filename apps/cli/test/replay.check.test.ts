import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cg, tracesFolder } from './cg.js';

const traces = readdirSync(tracesFolder).filter((name) => name.endsWith('.cgtrace.gz'));
const paths = traces.map((name) => tracesFolder + name);

const fields = [
  'trace',
  'method',
  'frames',
  'bytesStored',
  'bytesChanged',
  'bytesUploaded',
  'bytesUploadedChanged',
  'bytesOfRectangles',
  'rectangles',
  'bytesFullUpload',
  'pagesDirtied',
  'boxes',
  'commands',
  'readFaults',
  'writeFaults',
  'scans',
  'entriesScanned',
  'methodSwitches',
  'uploadCost',
  'ways',
  'wrongBytes',
];

interface Row {
  [field: string]: number | string;
}

function replays(args: string[]): Row[] {
  const { code, out, err } = cg(['replay', '--json', ...args]);
  expect(err).toBe('');
  expect(code).toBe(0);
  return (JSON.parse(out) as { replays: Row[] }).replays;
}

/** The output of each method for all traces: a replay of them takes a while. */
const byMethod = new Map<string, Row[]>();

function replayAll(method: string): Row[] {
  const rows = byMethod.get(method) ?? replays(['--method', method, ...paths]);
  byMethod.set(method, rows);
  return rows;
}

describe('cg replay', () => {
  it('finds the six recorded traces', () => {
    expect(traces).toHaveLength(6);
  });

  it.each(['scan', 'trap', 'auto'])(
    '1.1–1.4: replays every recorded trace with no wrong byte, method %s',
    (method) => {
      const rows = replayAll(method);
      expect(rows.map(({ trace }) => trace)).toEqual(paths);
      for (const row of rows) {
        expect(Object.keys(row)).toEqual(fields);
        expect(row, String(row.trace)).toMatchObject({ method, wrongBytes: 0 });
        expect(row.bytesUploaded, String(row.trace)).toBeLessThan(row.bytesFullUpload as number);
        expect(row.bytesUploaded, String(row.trace)).toBeGreaterThanOrEqual(row.bytesChanged as number);
        const switches = method === 'auto' ? expect.any(Number) : 0;
        expect(row.methodSwitches).toEqual(switches);
      }
    },
  );

  it('the three methods move the same bytes', () => {
    for (const path of paths) {
      const rows = ['scan', 'trap', 'auto'].map((method) =>
        replayAll(method).find(({ trace }) => trace === path)!,
      );
      for (const field of ['bytesStored', 'bytesChanged', 'bytesUploaded', 'pagesDirtied', 'boxes']) {
        expect(new Set(rows.map((row) => row[field])).size, `${path} ${field}`).toBe(1);
      }
    }
  });

  it('prints a count per line for one trace, a row each for several, within 100 columns, without colours', () => {
    const one = paths.find((name) => name.includes('idle-desktop'))!;
    // Colour libraries treat CI as a terminal.
    const single = cg(['replay', one], { CI: 'true' });
    expect(single.out).toMatch(/wrong bytes +0, in every frame/);
    const several = cg(['replay', one, one]);
    expect(several.out.match(/^idle-desktop +auto/gm)).toHaveLength(4);
    for (const { out, err } of [single, several]) {
      expect(err).toBe('');
      expect(out).not.toContain('\u001b');
      expect(Math.max(...out.split('\n').map((line) => line.trimEnd().length))).toBeLessThanOrEqual(100);
    }
  });
});
