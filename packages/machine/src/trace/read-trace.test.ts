import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { openTrace, readTrace } from './read-trace.js';
import { bytesOf, frameLine, headerLine, SURFACE_BYTES, syntheticTrace } from './synthetic-trace.fixture.js';
import type { TraceFrame } from './trace.js';

const folder = mkdtempSync(join(tmpdir(), 'cg-trace-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function read(lines: readonly string[], chunk?: number): Promise<TraceFrame[]> {
  const frames: TraceFrame[] = [];
  for await (const frame of (await readTrace(bytesOf(lines, chunk))).frames) {
    frames.push(frame);
  }
  return frames;
}

async function readFile(name: string, bytes: Uint8Array): Promise<number> {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  let frames = 0;
  for await (const { frame } of (await openTrace(path)).frames) {
    frames = frame + 1;
  }
  return frames;
}

const whole = frameLine(0, [[0, SURFACE_BYTES]]);

const largeHeader = headerLine(1, {
  surface: { format: 'B8G8R8X8_UNORM', width: 1024, height: 1024 },
  rowPitch: 4096,
});

function nested(depth: number): string {
  return '['.repeat(depth) + ']'.repeat(depth);
}

describe('readTrace', () => {
  it('gives the frames in order, wherever the chunks end', async () => {
    for (const chunk of [7, 1000, 1e9]) {
      const frames = await read(syntheticTrace(6), chunk);
      expect(frames.map(({ frame }) => frame)).toEqual([0, 1, 2, 3, 4, 5]);
      expect([...frames[1].runs]).toEqual([7 * 512 + 40, 200, 12 * 512, 512]);
      expect(frames[1].data.length).toBe(712);
      expect(frames[1].data[0]).toBe((7 * 512 + 40 + 31 + 1) % 256);
    }
  });

  const refusals: [what: string, lines: string[], line: number, message: RegExp][] = [
    ['nothing', [], 1, /empty/],
    ['what is not JSON', ['hello'], 1, /not JSON/],
    ['another kind', [headerLine(1, { kind: 'other' }), whole], 1, /kind is "other"/],
    ['another version', [headerLine(1, { version: 2 }), whole], 1, /version 2/],
    [
      'an unknown format',
      [headerLine(1, { surface: { format: 'X9', width: 4, height: 4 } }), whole],
      1,
      /"X9"/,
    ],
    [
      'a planar format',
      [headerLine(1, { surface: { format: 'NV12', width: 4, height: 4 } }), whole],
      1,
      /"NV12"/,
    ],
    [
      'an invalid size',
      [headerLine(1, { surface: { format: 'B8G8R8X8_UNORM', width: 0, height: 4 } })],
      1,
      /width/,
    ],
    ['another pitch', [headerLine(1, { rowPitch: 1024 }), whole], 1, /rowPitch 1024/],
    ['no frames', [headerLine(0)], 1, /frames/],
    ['missing frames', [headerLine(3), whole, frameLine(1, [])], 4, /ends after 2 of 3/],
    ['frames out of order', [headerLine(3), whole, frameLine(2, [])], 3, /frame 2 instead of 1/],
    ['more frames', [headerLine(1), whole, frameLine(1, [])], 3, /data after the last/],
    ['a frame 0 in part', [headerLine(1), frameLine(0, [[0, SURFACE_BYTES - 4]])], 2, /4 bytes are missing/],
    [
      'a run outside',
      [headerLine(2), whole, frameLine(1, [[SURFACE_BYTES - 2, 4]])],
      3,
      /outside the surface/,
    ],
    ['a run before the start', [headerLine(2), whole, frameLine(1, [[-4, 4]])], 3, /before the surface/],
    [
      'overlapping runs',
      [
        headerLine(2),
        whole,
        frameLine(1, [
          [0, 8],
          [7, 2],
        ]),
      ],
      3,
      /run 1.*overlaps/,
    ],
    [
      'descending runs',
      [
        headerLine(2),
        whole,
        frameLine(1, [
          [80, 8],
          [7, 2],
        ]),
      ],
      3,
      /run 1.*precedes/,
    ],
    ['a run of fractions', [headerLine(2), whole, frameLine(1, [], { runs: [[0.5, 1]] })], 3, /run 0/],
    ['an empty run', [headerLine(2), whole, frameLine(1, [[8, 0]])], 3, /run 0, \[8,0\], is empty/],
    [
      'more runs than a frame may have',
      [largeHeader, frameLine(0, [], { runs: Array(2 ** 20 + 1).fill(0) })],
      2,
      /1048577 runs are more than 1048576/,
    ],
    [
      'more lists than runs may be',
      [largeHeader, frameLine(0, [], { runs: Array.from({ length: 2 ** 20 + 5000 }, () => []) })],
      2,
      /more than 1048576 lists/,
    ],
    ['lists in lists', [headerLine(1, { kind: 0 }).replace(':0', `:${nested(30_000)}`)], 1, /kind is a list/],
    [
      'lists in lists for a run',
      [headerLine(2), whole, frameLine(1, [], { runs: 0 }).replace('"runs":0', `"runs":${nested(10_000)}`)],
      3,
      /run 0 must be \[offset, length\], not a list/,
    ],
    [
      'more fields than a line may have',
      [headerLine(2), whole, frameLine(1, [], Object.fromEntries(Array(5000).fill(0).entries()))],
      3,
      /more than 4096 fields/,
    ],
    ['more frames than a trace may have', [headerLine(1_000_001)], 1, /frames must be at most 1000000/],
    ['runs that are not a list', [headerLine(2), whole, frameLine(1, [], { runs: 'x' })], 3, /list/],
    [
      'too little data',
      [headerLine(2), whole, frameLine(1, [[0, 8]], { data: 'AAAA' })],
      3,
      /holds 3 bytes, the runs 8/,
    ],
    [
      'data that is not base64',
      [headerLine(2), whole, frameLine(1, [[0, 3]], { data: 'A!A?AA' })],
      3,
      /data/,
    ],
    ['data that is not a string', [headerLine(2), whole, frameLine(1, [[0, 3]], { data: 5 })], 3, /base64/],
    ['an endless header', ['x'.repeat(100_000)], 1, /longer than/],
    [
      'a huge surface',
      [headerLine(1, { surface: { format: 'B8G8R8X8_UNORM', width: 2 ** 52, height: 2 ** 52 } })],
      1,
      /is invalid/,
    ],
  ];
  it.each(refusals)('refuses %s, with the line', async (_what, lines, line, message) => {
    await expect(read(lines)).rejects.toMatchObject({
      code: 'EBADMSG',
      line,
      message: expect.stringMatching(message),
    });
  });

  // Long base64 is decoded from the line's bytes; what looks like it in a line with escapes is not.
  it.each([
    ['as JSON has it', (line: string) => line],
    ['with a title that escapes a quote', (line: string) => line.replace('{', '{"title":"a\\"b",')],
    ['with an escape in the data', (line: string) => line.replaceAll('/', '\\/')],
    [
      'with another long string before it',
      (line: string) => line.replace('{', `{"source":"${'A'.repeat(9000)}",`),
    ],
    ["with a mark of the line's own", (line: string) => line.replace('{', '{"source":"\u007f0",')],
  ])('reads long data %s', async (_how, change) => {
    const [frame] = await read([headerLine(1), change(whole)]);
    expect(frame.data.every((byte, i) => byte === (i + 1) % 256)).toBe(true);
    expect(frame.data.length).toBe(SURFACE_BYTES);
  });

  it('reads long data of any length, as Buffer decodes it', async () => {
    for (let length = 9000; length < 9003; length++) {
      const [, frame] = await read([headerLine(2), whole, frameLine(1, [[40, length]])]);
      expect(frame.data.length).toBe(length);
      expect(frame.data.every((byte, i) => byte === (40 + i + 31 + 1) % 256)).toBe(true);
    }
  });

  it('refuses long data with one character that is not base64', async () => {
    const changed = whole.replace(/(?<="data":".{9000})./u, '!');
    await expect(read([headerLine(1), changed])).rejects.toMatchObject({ code: 'EBADMSG', line: 2 });
  });

  it('shows the start of a long string that stands for something else', async () => {
    const line = frameLine(0, [], { runs: 'A'.repeat(9000) });
    await expect(read([headerLine(1), line])).rejects.toMatchObject({
      message: /^runs must be a list, not "A{30,40}…$/,
    });
  });

  it('refuses data with padding all over', async () => {
    const data = `${Buffer.alloc(SURFACE_BYTES).toString('base64')}${'='.repeat(200_000)}B`;
    await expect(read([headerLine(1), frameLine(0, [[0, SURFACE_BYTES]], { data })])).rejects.toMatchObject({
      line: 2,
    });
  });

  it('keeps control characters out of the title', async () => {
    const { header } = await readTrace(
      bytesOf([headerLine(1, { title: '\u001b[31mred\u0007 and a long one'.repeat(9) })]),
    );
    expect(header.title).toMatch(/^\[31mred and a long one/);
    expect(header.title.length).toBe(80);
  });

  it('refuses text that is not UTF-8', async () => {
    async function* bytes() {
      yield new Uint8Array([0x22, 0xff, 0xfe, 0x22, 0x0a]);
    }
    await expect(readTrace(bytes())).rejects.toMatchObject({ code: 'EBADMSG', line: 1 });
  });
});

describe('openTrace', () => {
  const good = gzipSync(syntheticTrace(12).join('\n'));

  it('reads a gzip file', async () => {
    await expect(readFile('good.cgtrace.gz', good)).resolves.toBe(12);
  });

  it('distinguishes not gzip, truncated and damaged', async () => {
    await expect(readFile('plain', Buffer.from(syntheticTrace(2).join('\n')))).rejects.toMatchObject({
      code: 'EBADMSG',
      line: 1,
      message: 'not gzip data',
    });
    await expect(readFile('cut', good.subarray(0, good.length - 20))).rejects.toMatchObject({
      code: 'EBADMSG',
      message: 'the gzip data is truncated',
    });
    await expect(readFile('empty', Buffer.alloc(0))).rejects.toMatchObject({ code: 'EBADMSG', line: 1 });
    const damaged = Buffer.from(good);
    damaged.fill(0xff, 40, 60);
    await expect(readFile('damaged', damaged)).rejects.toMatchObject({ code: 'EBADMSG' });
  });

  it('passes on errors of the file system', async () => {
    await expect(openTrace(join(folder, 'missing'))).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(openTrace(folder)).rejects.toMatchObject({ code: 'EISDIR' });
  });
});
