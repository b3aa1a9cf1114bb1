import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { run } from '../program.js';
import { growthCommand } from './growth-command.js';
import type { Measurement } from './measurements.js';

const folder = mkdtempSync(join(tmpdir(), 'cg-growth-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Nothing is measured: the work is empty. */
const of: Measurement[] = [
  { name: 'one', sizes: [1, 2, 4], open: () => () => {} },
  { name: 'other', sizes: [10, 100], open: () => () => {} },
];

function output(watched = false) {
  const written = { out: '', err: '' };
  const terminal = {
    out: (text: string) => void (written.out += text),
    err: (text: string) => void (written.err += text),
    watched,
    coloured: false,
  };
  return { written, terminal };
}

function growth(args: string[], watched = false) {
  const { written, terminal } = output(watched);
  growthCommand(terminal, of).parse(args, { from: 'user' });
  return written;
}

it('prints a slope for each, and its progress on a terminal only', { timeout: 30_000 }, () => {
  const { out, err } = growth([]);
  expect(out).toMatch(/^one +-?\d\.\d\d\nother +-?\d\.\d\d\n$/);
  expect(err).toBe('');
  expect(growth([], true).err).toBe('bench: one, 1 2 4\nbench: other, 10 100\n');
});

it('--json prints points and slopes, --svg writes a picture', { timeout: 30_000 }, () => {
  const svg = join(folder, 'growth.svg');
  const { out } = growth(['--json', '--svg', svg]);
  const points = [1, 2, 4].map((size) => ({ size, cost: expect.any(Number) as number }));
  expect(JSON.parse(out)).toMatchObject({ growth: [{ name: 'one', points }, { name: 'other' }] });
  expect(readFileSync(svg, 'utf8')).toMatch(/^<svg .*other: .*<\/svg>\n$/s);
});

it('bench growth --help, and a line and exit code 2 for what cannot be, before anything is measured', async () => {
  const help = output();
  expect(await run(['growth', '--help'], help.terminal)).toBe(0);
  expect(help.written.out).toMatch(/--svg <file>/);
  const nowhere = join(folder, 'none', 'growth.svg');
  for (const args of [['--sgv', 'a'], ['--svg'], ['--svg', nowhere], ['more']]) {
    const { written, terminal } = output();
    expect(await run(['growth', ...args], terminal), args.join(' ')).toBe(2);
    expect(written.err).toMatch(/^bench: [^\n]+\n$/);
    expect(written.out).toBe('');
  }
});
