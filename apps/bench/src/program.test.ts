import { describe, expect, it } from 'vitest';
import { BenchError } from './errors.js';
import { run } from './program.js';
import type { Row } from './row.js';

function fakeRow(name: string, rival: string, open: Row['open']): Row {
  return { name, unit: 'ns/thing', ours: 'ours', rival, open };
}

const twice = () => Promise.resolve({ ours: () => 2, rival: () => 1 });
const half = () => Promise.resolve({ ours: () => 1, rival: () => 2 });
const rows: readonly Row[] = [
  fakeRow('bulk stores', 'memcpy', twice),
  fakeRow('scalar stores', 'plain array', half),
  fakeRow('clean + record', 'C', () => Promise.resolve({ skipped: 'no C compiler' })),
];

interface Surroundings {
  readonly rows?: readonly Row[];
  readonly coloured?: boolean;
  readonly watched?: boolean;
}

async function bench(args: string[], options: Surroundings = {}) {
  let out = '';
  let err = '';
  let closed = 0;
  const { coloured = false, watched = false } = options;
  const terminal = {
    out: (text: string) => void (out += text),
    err: (text: string) => void (err += text),
    coloured,
    watched,
  };
  const suite = { rows: options.rows ?? rows, close: () => void closed++ };
  const code = await run(args, terminal, suite);
  expect(closed, 'the suite is closed, whatever happens').toBe(1);
  return { code, out, err };
}

function names(json: string): string[] {
  return (JSON.parse(json) as { rows: { name: string }[] }).rows.map(({ name }) => name);
}

describe('bench --json', () => {
  it('prints one object with the rows, and nothing else', async () => {
    const { code, out, err } = await bench(['--json']);
    expect(code).toBe(0);
    expect(err).toBe('');
    expect(out.endsWith('}\n')).toBe(true);
    const said = { unit: 'ns/thing', ours: 'ours' };
    expect(JSON.parse(out)).toEqual({
      rows: [
        { ...said, name: 'bulk stores', rival: 'memcpy', median: 2, rivalMedian: 1, ratio: 2 },
        { ...said, name: 'scalar stores', rival: 'plain array', median: 1, rivalMedian: 2, ratio: 0.5 },
        {
          ...said,
          name: 'clean + record',
          rival: 'C',
          median: null,
          rivalMedian: null,
          ratio: null,
          skipped: 'no C compiler',
        },
      ],
    });
  });
});

describe('bench --filter', () => {
  it('picks rows by name', async () => {
    const { out } = await bench(['--json', '--filter', 'stores']);
    expect(names(out)).toEqual(['bulk stores', 'scalar stores']);
  });

  it('picks rows by rival', async () => {
    expect(names((await bench(['--json', '--filter', 'memcpy'])).out)).toEqual(['bulk stores']);
  });

  it('opens no row that it does not pick', async () => {
    const trap = fakeRow('other', 'x', () => Promise.reject(new Error('opened')));
    expect((await bench(['--filter', 'bulk'], { rows: [...rows, trap] })).code).toBe(0);
  });

  it('that matches nothing is one line and exit code 2', async () => {
    const { code, out, err } = await bench(['--filter', 'nosuchrow']);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toMatch(/^bench: .*nosuchrow.*\n$/);
  });
});

describe('the table', () => {
  it('has a line for each row, with the reason where it was skipped', async () => {
    const { code, out } = await bench(['--rounds', '3']);
    expect(code).toBe(0);
    expect(out).toMatch(/^bulk stores +memcpy +ns\/thing +2\.00 +1\.00 +2\.00$/m);
    expect(out).toMatch(/^clean \+ record +C +skipped: no C compiler$/m);
    expect(out).toContain('Medians of 3 interleaved rounds');
  });

  it('has no colours unless asked', async () => {
    const escape = String.fromCodePoint(27);
    expect((await bench([])).out).not.toContain(escape);
    expect((await bench([], { coloured: true })).out).toContain(escape);
  });

  it('is announced row by row to who watches', async () => {
    const { err } = await bench([], { watched: true });
    expect(err.split('\n')[1]).toBe('bench: 2/3 scalar stores, against plain array');
  });
});

describe('bench --list', () => {
  it('names every row and its rival, and measures nothing', async () => {
    const trap = fakeRow('other', 'x', () => Promise.reject(new Error('opened')));
    const { code, out } = await bench(['--list'], { rows: [...rows, trap] });
    expect(code).toBe(0);
    expect(out.split('\n')).toHaveLength(5);
    expect(out).toContain('scalar stores   against plain array\n');
  });
});

describe('arguments', () => {
  it.each([
    [['--rounds', '0']],
    [['--rounds', 'many']],
    [['--rounds', '1e9']],
    [['--rounds']],
    [['--nosuch']],
    [['--jsn']],
    [['extra']],
    [['--json', '--list']],
  ])('%j: one line, exit code 2, nothing on standard output', async (args) => {
    const { code, out, err } = await bench(args);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toMatch(/^bench: [^\n]+\n$/);
  });

  it('--help teaches by example', async () => {
    const { code, out } = await bench(['--help']);
    expect(code).toBe(0);
    expect(out).toContain('npm run -s bench -- --filter');
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });
});

describe('a contender that gets its work wrong', () => {
  it('ends the run with one line and exit code 1', async () => {
    const wrong = fakeRow('wrong', 'x', () =>
      Promise.resolve({
        ours: () => {
          throw new BenchError('EBADMSG', 'two and two are five', 'ours');
        },
        rival: () => 1,
      }),
    );
    const { code, out, err } = await bench(['--json'], { rows: [wrong] });
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(err).toBe('bench: two and two are five\n');
  });
});
