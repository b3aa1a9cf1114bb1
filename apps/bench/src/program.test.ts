import { describe, expect, it } from 'vitest';
import type { Contender } from './contender.js';
import { BenchError } from './errors.js';
import type { OpenContender } from './measuring/measure-match.js';
import { run } from './program.js';
import { rowOf } from './row.fixture.js';
import type { Row, Skipped } from './row.js';
import { ownFolder } from './places.js';

/** The times of each side of a row, or the reason why it is skipped. */
type Times = Readonly<Record<string, readonly [number, number] | Skipped>>;

const rows: readonly Row[] = [
  rowOf('bulk stores', 'memcpy'),
  rowOf('scalar stores', 'plain array'),
  { ...rowOf('clean + record', 'C'), section: 'Walks' },
];
const times: Times = {
  'bulk stores': [2, 1],
  'scalar stores': [1, 2],
  'clean + record': { skipped: 'no C compiler' },
};

function taking(time: number): Contender {
  return { steps: 1, per: 1, begin: () => ({ step: () => [time], end() {} }) };
}

const openOf =
  (found: Times): OpenContender =>
  async ({ at, side }) => {
    const known = found[at.row.name] ?? [1, 1];
    return 'skipped' in known ? known : taking(known[side === 'ours' ? 0 : 1]);
  };

interface Surroundings {
  readonly open?: OpenContender;
  readonly coloured?: boolean;
  readonly watched?: boolean;
}

async function bench(args: string[], options: Surroundings = {}) {
  let out = '';
  let err = '';
  const { coloured = false, watched = false, open = openOf(times) } = options;
  const terminal = {
    out: (text: string) => void (out += text),
    err: (text: string) => void (err += text),
    coloured,
    watched,
  };
  const places = rows.map((row, index) => ({ row, group: 'group', index }));
  const code = await run(args, terminal, { rows: places, openerFor: () => open });
  return { code, out, err };
}

function names(json: string): string[] {
  return (JSON.parse(json) as { rows: { name: string }[] }).rows.map(({ name }) => name);
}

/** A contender that takes twice as long in its second slot, in a single round. */
function restless(): Contender {
  let begun = 0;
  return { ...taking(1), begin: () => ({ step: () => [1 + (begun++ % 2)], end() {} }) };
}

describe('bench --json', () => {
  it('prints one object with the rows, and nothing else', async () => {
    const { code, out, err } = await bench(['--json']);
    expect(code).toBe(0);
    expect(err).toBe('');
    expect(out.endsWith('}\n')).toBe(true);
    const row = { section: 'Section', unit: 'ns/thing', ours: 'ours' };
    const quiet = { againstItself: 1 };
    const bulk = { name: 'bulk stores', rival: 'memcpy', cost: 2, rivalCost: 1, ratio: 2, spread: [2, 2] };
    const scalar = {
      name: 'scalar stores',
      rival: 'plain array',
      cost: 1,
      rivalCost: 2,
      ratio: 0.5,
      spread: [0.5, 0.5],
    };
    const none = {
      cost: null,
      rivalCost: null,
      ratio: null,
      spread: null,
      againstItself: null,
      verdict: null,
    };
    expect(JSON.parse(out)).toEqual({
      rows: [
        { ...row, ...bulk, ...quiet, verdict: 'slower' },
        { ...row, ...scalar, ...quiet, verdict: 'faster' },
        { ...row, section: 'Walks', name: 'clean + record', rival: 'C', ...none, skipped: 'no C compiler' },
      ],
    });
  });

  it('prints the A/A figure of a contender that differs from itself, without a verdict', async () => {
    const { out } = await bench(['--json', '--filter', 'bulk', '--rounds', '1'], {
      open: async () => restless(),
    });
    const { rows: found } = JSON.parse(out) as { rows: { againstItself: number; verdict: string }[] };
    expect(found[0].againstItself).toSatisfy((figure) => figure !== 1);
    expect(found[0].verdict).toMatch(/^not judged: A\/A off by \d+ %$/);
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

  it('opens only the rows that it picks', async () => {
    const opened: string[] = [];
    const open: OpenContender = async ({ at }) => {
      opened.push(at.row.name);
      return taking(1);
    };
    await bench(['--filter', 'bulk', '--starts', '1'], { open });
    expect(opened).toEqual(['bulk stores', 'bulk stores']);
  });

  it('that matches nothing is one line and exit code 2', async () => {
    const { code, out, err } = await bench(['--filter', 'nosuchrow']);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toMatch(/^bench: .*nosuchrow.*\n$/);
  });
});

describe('the table', () => {
  it('has a section for each heading, with a line for each row and one for A against A', async () => {
    const { code, out } = await bench(['--rounds', '3', '--starts', '2']);
    expect(code).toBe(0);
    expect(out).toMatch(/^Section \(ns\/thing\): ours$/m);
    expect(out).toMatch(/^ +against memcpy +2\.00 +1\.00 +2\.00 +1\.000 +slower$/m);
    expect(out).toMatch(/^Walks \(ns\/thing\): ours, against C$/m);
    expect(out).toMatch(/^ +clean \+ record +skipped: no C compiler$/m);
    expect(out).toMatch(/^ +A\/A +1\.000 to 1\.000$/m);
    expect(out).toMatch(/^ +A\/A +not measured$/m);
    expect(out).toContain('over 3 interleaved rounds, summed; median of 2 starts');
  });

  it('gives no verdict if a contender differs from itself', async () => {
    const { out } = await bench(['--filter', 'bulk', '--rounds', '1'], { open: async () => restless() });
    expect(out).toMatch(/bulk stores .* not judged: A\/A off by \d+ %$/m);
  });

  it('has no colours unless asked', async () => {
    const escape = String.fromCodePoint(27);
    expect((await bench([])).out).not.toContain(escape);
    expect((await bench([], { coloured: true })).out).toContain(escape);
  });

  it('is announced row by row on a terminal', async () => {
    const { err } = await bench([], { watched: true });
    expect(err.split('\n')[1]).toBe('bench: 2/3 scalar stores, against plain array');
  });
});

describe('bench --markdown', () => {
  it('prints a table for each section, with the spread and A against A', async () => {
    const { code, out } = await bench(['--markdown']);
    expect(code).toBe(0);
    expect(out).toContain('| against memcpy | 2.00 | 1.00 | 2.00 | 2.00 to 2.00 | 1.000 | slower |\n');
    expect(out).toContain('| clean + record |  |  |  |  |  | skipped: no C compiler |\n');
    expect(out).toContain('| A/A |  |  |  |  | 1.000 to 1.000 |  |\n');
  });
});

describe('bench --list', () => {
  it('lists every row and its rival, and measures nothing', async () => {
    const { code, out } = await bench(['--list'], { open: () => Promise.reject(new Error('opened')) });
    expect(code).toBe(0);
    expect(out.split('\n')).toHaveLength(4);
    expect(out).toContain('scalar stores   against plain array\n');
  });
});

describe('bench --against', () => {
  it.each([
    ['/nosuch/folder', /is not a folder/],
    [import.meta.dirname, /is not a checkout of this repository/],
  ])('%s: one line, exit code 2, nothing on standard output', async (folder, message) => {
    const { code, out, err } = await bench(['--against', folder]);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toMatch(/^bench: [^\n]+\n$/);
    expect(err).toMatch(message);
  });

  it('names the rows that the other build does not have', async () => {
    const open: OpenContender = async ({ at, build }) => {
      if (at.row.name === 'bulk stores' && build === 'other') {
        throw new BenchError('ENODATA', 'the other build lacks it');
      }
      return taking(1);
    };
    const { code, out } = await bench(['--against', ownFolder, '--json'], { open });
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      rows: [
        { name: 'bulk stores', ratio: null, skipped: 'the other build lacks it' },
        { name: 'scalar stores', ours: 'this build', rival: 'other build', ratio: 1, verdict: 'even' },
        { name: 'clean + record', ratio: 1 },
      ],
    });
  });

  it('is one line and exit code 2 if it has none of them', async () => {
    const open = () => Promise.reject(new BenchError('ENODATA', 'the other build lacks it'));
    const { code, out, err } = await bench(['--against', ownFolder], { open });
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toMatch(/^bench: «.*» has none of these rows: the other build lacks it\n$/);
  });
});

describe('arguments', () => {
  it.each([
    [['--rounds', '0']],
    [['--rounds', 'many']],
    [['--rounds', '1e9']],
    [['--rounds']],
    [['--starts', '0']],
    [['--against']],
    [['--nosuch']],
    [['--jsn']],
    [['extra']],
    [['--json', '--list']],
    [['--json', '--markdown']],
  ])('%j: one line, exit code 2, nothing on standard output', async (args) => {
    const { code, out, err } = await bench(args);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toMatch(/^bench: [^\n]+\n$/);
  });

  it('--help has examples', async () => {
    const { code, out } = await bench(['--help']);
    expect(code).toBe(0);
    expect(out).toContain('npm run -s bench -- --against');
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });
});

describe('a contender with a wrong result', () => {
  it('ends the run with one line and exit code 1', async () => {
    const open: OpenContender = () =>
      Promise.reject(new BenchError('EBADMSG', 'two and two are five', 'ours'));
    const { code, out, err } = await bench(['--json'], { open });
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(err).toBe('bench: two and two are five\n');
  });
});
