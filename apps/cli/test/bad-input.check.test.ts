import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { cg, runCg, tracesFolder } from './cg.js';

const folder = mkdtempSync(join(tmpdir(), 'cg-bad-'));
afterAll(() => rmSync(folder, { recursive: true }));

const good = join(tracesFolder, 'idle-desktop.cgtrace.gz');
const lines = gunzipSync(readFileSync(good)).toString().split('\n');
const header = JSON.parse(lines[0]) as Record<string, unknown>;

function file(name: string, bytes: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

/** A gzipped trace in which lines, counted from 1, are replaced. */
function changed(name: string, replaced: Record<number, object>): string {
  const text = lines
    .map((line, i) => (i + 1 in replaced ? JSON.stringify(replaced[i + 1]) : line))
    .join('\n');
  return file(name, gzipSync(text, { level: 1 }));
}

const surface = { format: 'B8G8R8X8_UNORM', width: 8000, height: 8000 };

const cases: [what: string, path: string, line: number, message: string][] = [
  ['not gzip', file('plain.cgtrace.gz', lines.slice(0, 3).join('\n')), 1, 'not gzip data'],
  ['another kind', changed('kind.cgtrace.gz', { 1: { ...header, kind: 'x' } }), 1, 'kind is "x"'],
  ['another version', changed('version.cgtrace.gz', { 1: { ...header, version: 9 } }), 1, 'version 9'],
  ['a truncated file', file('cut.cgtrace.gz', readFileSync(good).subarray(0, 15000)), 196, 'truncated'],
  [
    'missing frames',
    file('short.cgtrace.gz', gzipSync(lines.slice(0, 4).join('\n'))),
    5,
    'ends after 3 of 240',
  ],
  [
    'a run outside',
    changed('outside.cgtrace.gz', { 3: { frame: 1, runs: [[3686399, 2]], data: 'AAA=' } }),
    3,
    'outside',
  ],
  [
    'overlapping runs',
    changed('overlap.cgtrace.gz', {
      4: {
        frame: 2,
        runs: [
          [0, 2],
          [1, 1],
        ],
        data: 'AAAA',
      },
    }),
    4,
    'overlaps',
  ],
  [
    'a wrong data length',
    changed('data.cgtrace.gz', { 3: { frame: 1, runs: [[0, 9]], data: 'AAAA' } }),
    3,
    'holds 3 bytes',
  ],
  [
    'a surface too large',
    changed('large.cgtrace.gz', { 1: { ...header, surface, rowPitch: 32000 } }),
    1,
    'do not fit',
  ],
];

describe('cg replay, bad input', () => {
  it.each(cases)('%s: one line that names file and line, exit code 2', async (_what, path, line, message) => {
    for (const json of [[], ['--json']]) {
      const { code, out, err } = await runCg(['replay', ...json, path]);
      expect(code).toBe(2);
      expect(out).toBe('');
      expect(err.startsWith(`cg: ${path}:${line}: `), err).toBe(true);
      expect(err).toContain(message);
      expect(err.trimEnd()).not.toContain('\n');
    }
  });

  it('a missing file, or a folder: one line, exit code 2', async () => {
    expect(await runCg(['replay', join(folder, 'nothing')])).toEqual({
      code: 2,
      out: '',
      err: `cg: ${join(folder, 'nothing')}: no such file\n`,
    });
    expect(await runCg(['replay', folder])).toMatchObject({
      code: 2,
      err: `cg: ${folder}: is a directory\n`,
    });
  });

  it('a system error for a file that cannot be opened: one line, exit code 2', async () => {
    const name = 'a'.repeat(300);
    expect(await runCg(['replay', name])).toEqual({ code: 2, out: '', err: `cg: ${name}: name too long\n` });
  });

  it('one bad trace among good ones: the good ones are replayed, the bad one is reported, exit code 2', () => {
    const { code, out, err } = cg(['replay', '--json', cases[1][1], good]);
    expect(code).toBe(2);
    expect((JSON.parse(out) as { replays: object[] }).replays).toHaveLength(1);
    expect(err.split('\n')).toHaveLength(2);
  });

  it('too little memory for the surfaces', async () => {
    const { code, err } = await runCg(['replay', '--memory', '8', good]);
    expect(code).toBe(2);
    expect(err).toMatch(/:1: three surfaces of 1280x720, 3686400 bytes do not fit/);
  });

  it.each([
    [['replay', '--method', 'guess', good]],
    [['replay', '--memory', '0', good]],
    [['replay', '--nonsense', good]],
    [['nonsense']],
  ])('invalid arguments (%j): one line, exit code 2', async (args) => {
    const { code, out, err } = await runCg(args);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toMatch(/^cg: /);
    expect(err).not.toMatch(/ at .*\.js:\d/);
  });

  it('help and version: exit code 0, within 100 columns', () => {
    const commands = [...cg(['--help']).out.matchAll(/^ {2}([a-z]+) .*/gm)].map(([, name]) => name);
    expect(commands).toEqual(expect.arrayContaining(['replay', 'render', 'guest']));
    const helps = commands.map((name) => [name, '--help']);
    for (const args of [['--help'], ...helps, ['help', 'replay'], ['--version']]) {
      const { code, out, err } = cg(args);
      expect([code, err]).toEqual([0, '']);
      expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
    }
  });
});
