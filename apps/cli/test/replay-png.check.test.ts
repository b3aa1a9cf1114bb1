import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openTrace } from '@cg/machine/trace';
import { decode } from 'fast-png';
import { afterAll, describe, expect, it } from 'vitest';
import { runCg, tracesFolder } from './cg.js';

const folder = mkdtempSync(join(tmpdir(), 'cg-png-'));
const trace = join(tracesFolder, 'window-drag.cgtrace.gz');

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The final content of the program: blue, green, red and a byte that is not shown. */
async function lastFrame(path: string): Promise<Uint8Array> {
  const { header, frames } = await openTrace(path);
  const bytes = new Uint8Array(header.surfaceBytes);
  for await (const { runs, data } of frames) {
    let from = 0;
    for (let i = 0; i < runs.length; i += 2) {
      bytes.set(data.subarray(from, from + runs[i + 1]), runs[i]);
      from += runs[i + 1];
    }
  }
  return bytes;
}

describe('cg replay --png', () => {
  it('writes the device’s screen target: every pixel that the program drew', async () => {
    const file = join(folder, 'last.png');
    const { code, out } = await runCg(['replay', '--png', file, trace]);
    expect(code).toBe(0);
    expect(out).toBe((await runCg(['replay', trace])).out);
    const { width, height, channels, data } = decode(readFileSync(file));
    expect([width, height, channels]).toEqual([1280, 720, 4]);
    const drawn = await lastFrame(trace);
    const expected = new Uint8Array(data.length);
    for (let at = 0; at < drawn.length; at += 4) {
      expected.set([drawn[at + 2], drawn[at + 1], drawn[at], 255], at);
    }
    expect(Buffer.compare(Uint8Array.from(data), expected)).toBe(0);
  });

  it('a file that cannot be written: one line, exit code 2, and the counts', async () => {
    const { code, out, err } = await runCg(['replay', '--png', join(folder, 'no', 'file.png'), trace]);
    expect([code, err.trim().split('\n').length]).toEqual([2, 1]);
    expect(err).toMatch(/file\.png: cannot be written \(ENOENT\)/);
    expect(out).toMatch(/wrong bytes +0/);
  });

  it('more than one trace: one line, exit code 2, nothing replayed', async () => {
    const file = join(folder, 'two.png');
    const { code, out, err } = await runCg(['replay', '--png', file, trace, trace]);
    expect([code, out, err]).toEqual([2, '', 'cg: --png is for one trace\n']);
    expect(existsSync(file)).toBe(false);
  });
});
