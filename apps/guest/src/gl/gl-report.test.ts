import { describe, expect, it } from 'vitest';
import { describeGl, glAsJson, hasProgramFailed, programLine } from './gl-report.js';
import type { ProgramRun } from './run-program.js';

const run: ProgramRun = {
  name: 'cube',
  exitCode: 0,
  seconds: 1.25,
  commands: 253,
  draws: 6,
  bytesUploaded: 69_904,
  bytesReadBack: 262_144,
  refused: 0,
  lastError: undefined,
  left: {},
  warnings: [],
  leftOut: [],
  errors: [],
  frames: { frames: 3, first: 80, each: 12.34 },
  shown: undefined,
  pictureHash: 'b35b076b',
  picture: { width: 1, height: 1, pixels: new Uint8ClampedArray(4) },
};

describe('the report of a program', () => {
  it('is a line with its time, what the device did, and the time of a frame', () => {
    expect(programLine(run)).toBe(
      'cube         1.3 s: 253 commands, 6 draws, 69904 bytes uploaded, 12.3 ms a frame\n',
    );
    expect(programLine({ ...run, frames: undefined })).toMatch(/uploaded\n$/);
    const shown = { frames: 60, perSecond: 12.345 };
    expect(programLine({ ...run, frames: undefined, shown })).toMatch(/, 60 frames shown, 12.3 a second\n$/);
  });

  it.each<[Partial<ProgramRun>, string]>([
    [{ exitCode: 139 }, 'it ends with 139'],
    [{ exitCode: null }, 'it does not end in time'],
    [
      { refused: 2, lastError: 'unknown command' },
      'the device refused 2 commands, the last: unknown command',
    ],
    [{ warnings: ['[   50.0] Command buffer error.'] }, 'kernel: [   50.0] Command buffer error.'],
    [{ left: { surfaces: 3 } }, 'left on the device: 3 surfaces'],
    [{ errors: ['cube frame 0x502'] }, 'cube frame 0x502'],
  ])('has failed with %j, and says so', (change, line) => {
    expect(hasProgramFailed(run)).toBe(false);
    expect(hasProgramFailed({ ...run, ...change })).toBe(true);
    expect(programLine({ ...run, ...change }).split('\n')[1]).toBe(`  ${line}`);
  });

  it('says what was not drawn, which is no failure', () => {
    const part = { ...run, leftOut: ['not drawn, 2 times: the rest of a draw that costs too much'] };
    expect(hasProgramFailed(part)).toBe(false);
    expect(programLine(part)).toMatch(/\n {2}not drawn, 2 times: the rest of a draw that costs too much\n$/);
  });

  it('is in the JSON without the picture', () => {
    const report = { renderer: 'soft', coherent: true, restored: true, startSeconds: 1, programs: [run] };
    expect(JSON.parse(glAsJson(report))).toMatchObject({
      coherent: true,
      programs: [{ name: 'cube', draws: 6 }],
    });
    expect(glAsJson(report)).not.toContain('"picture"');
    expect(describeGl(report)).toBe('guest continued in 1.0 s, renderer soft, coherent memory\n');
  });
});
