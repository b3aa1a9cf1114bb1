import { describe, expect, it } from 'vitest';
import type { ComparedCase } from '../cases/compare-cases.js';
import type { GuestReport } from '../run-guest.js';
import { caseLine, describeGuests, hasFailed } from './report-text.js';

const compared: ComparedCase = {
  id: 3,
  name: 'a program with a name that is longer than the column it is in',
  submissions: 11,
  asRecorded: 11,
  oursEqual: 10,
  differences: { E1: 0, E2: 0, D1: 1, D5: 0 },
  lostBytes: 4,
  wrong: [],
};

const box = [0, 1, 2, 3, 4, 5, 6] as const;
const wrong = [{ step: 2, what: 'it is wrong', kernel: [box], recorded: [], ours: [box, box, box, box] }];

const report: GuestReport = {
  flavour: '686-pae',
  dx: false,
  restored: true,
  bootSeconds: 0,
  loadSeconds: 0.5,
  cases: [compared],
  console: { width: 1280, height: 800, wrongPixels: 0 },
  memory: [{ way: 'DMA through VRAM', wrongBytes: 0 }],
  context: { executed: { DX_DEFINE_CONTEXT: 1 }, missing: [] },
  runExitCode: 0,
  commands: 100,
  perCommand: { FENCE: 100 },
  refused: 0,
  lastError: undefined,
  screen: undefined,
};

describe('the report', () => {
  it('has a row for a case, with the bytes that the kernel lost, within 100 columns, and one head', () => {
    const lines = caseLine({ ...compared, differences: { E1: 2, E2: 0, D1: 0, D5: 1 } }, true).split('\n');
    expect(lines[0]).toContain('as recorded');
    expect(lines[1]).toMatch(/^ {3}3 {2}a program.*… +11 +11 +10 {2}E1×2 D5×1; 4 bytes$/);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
    expect(caseLine(compared, false)).not.toContain('as recorded');
  });

  it('shows the boxes of a wrong step: the kernel’s, the recorded ones and ours', () => {
    expect(
      caseLine({ ...compared, wrong }, false)
        .split('\n')
        .slice(1),
    ).toEqual([
      '      step 2: it is wrong',
      '        kernel [0,1,2,3,4,5,6]',
      '        recorded none',
      '        ours [0,1,2,3,4,5,6] [0,1,2,3,4,5,6] [0,1,2,3,4,5,6] …',
      '',
    ]);
  });

  it('sums the cases up', () => {
    const text = describeGuests([report, report]);
    expect(text).toContain('  submissions                 22\n');
    expect(text).toContain('the kernel loses writes     2 (E1 0, D1 2), all uploaded here');
    expect(text).toContain('left to the first use (E2)  0, taken by the device');
    expect(text).toContain('wrong                       0, in boxes');
  });

  it.each<[string, Partial<GuestReport>]>([
    ['a case is wrong', { cases: [{ ...compared, wrong }] }],
    ['the picture is not as stored', { console: { width: 1, height: 1, wrongPixels: 1 } }],
    ['bytes are wrong', { memory: [{ way: 'DMA', wrongBytes: 1 }] }],
    ['a context lacks a command', { context: { executed: {}, missing: ['DX_SET_COTABLE'] } }],
    ['the device refused a command', { refused: 1, lastError: 'why' }],
    ['the command failed', { runExitCode: 1 }],
  ])('has failed if %s, and shows it', (_what, change) => {
    expect(hasFailed(report)).toBe(false);
    expect(hasFailed({ ...report, ...change })).toBe(true);
    expect(describeGuests([{ ...report, ...change }])).not.toBe(describeGuests([report]));
  });
});
