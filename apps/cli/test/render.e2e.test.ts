import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { DeviceRecorder, SvgaDevice } from '@cg/svga-device';
import { decode } from 'fast-png';
import { afterAll, describe, expect, it } from 'vitest';
import { runCg, tracesFolder } from './cg.js';

const folder = mkdtempSync(join(tmpdir(), 'cg-render-'));
const EXPLICIT = join(tracesFolder, 'gltest.cgrec.gz');
const PIGLIT = join(tracesFolder, 'piglit.cgrec.gz');

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A recording of a device that did nothing. */
function nothing(): string {
  const recorder = new DeviceRecorder();
  const memory = { bytes: 4096, view: () => new Uint8Array(0) };
  expect(new SvgaDevice({ memory, setInterrupt: () => {}, recorder }).isWaiting).toBe(false);
  const path = join(folder, 'nothing');
  writeFileSync(path, recorder.bytes());
  return path;
}

/** Pixels in a row of the programs' windows, and rows. */
const SIZE = 256;

describe('cg render', () => {
  it('writes the picture at a mark', async () => {
    const file = join(folder, 'tri.png');
    const { code, out, err } = await runCg(['render', EXPLICIT, '--at', 'done tri', '--flip', '--png', file]);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^\d+ commands, \d+ draws\n\d+ marks: context info … done tri\n$/);
    const { width, height, data } = decode(readFileSync(file));
    expect([width, height]).toEqual([SIZE, SIZE]);
    expect([...data.subarray(0, 4)]).toEqual([0, 0, 102, 255]);
  });

  it('writes the last picture of a program that has ended, and none of its surfaces is there', async () => {
    const file = join(folder, 'piglit.png');
    const at = 'done glsl-fs-discard-02';
    const { code, err } = await runCg(['render', PIGLIT, '--at', at, '--flip', '--png', file]);
    expect([code, err]).toEqual([0, '']);
    const { data, channels } = decode(readFileSync(file));
    expect([...data.subarray(0, channels)].slice(0, 3)).toEqual([0, 255, 0]);
  });

  it.each<[string, (path: string) => readonly string[], RegExp]>([
    ['a mark that is not there', () => [nothing(), '--at', 'done nothing'], /has no mark «done nothing»/],
    ['no such file', () => [join(folder, 'none')], /no such file/],
    ['a file that is no recording', (path) => [path], /recording is none, or of another version/],
  ])('refuses %s in one line', async (_, args, message) => {
    const path = join(folder, 'other');
    writeFileSync(path, 'something else altogether');
    const { code, out, err } = await runCg(['render', ...args(path)]);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(message);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
  });

  it('names the place of the damage', async () => {
    const path = join(folder, 'damaged');
    writeFileSync(path, gunzipSync(readFileSync(EXPLICIT)).subarray(0, 5000));
    const { code, err } = await runCg(['render', path]);
    expect(code).toBe(2);
    expect(err).toMatch(/^cg: .*damaged: recording at byte \d+ is cut off/);
  });
});
