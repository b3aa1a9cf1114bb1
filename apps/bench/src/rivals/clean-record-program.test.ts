import { mkdtempSync, readdirSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { findCc } from './c-program.js';
import { CleanRecordProgram } from './clean-record-program.js';
import { drawDirty, expectedRecord } from './dirty-pattern.js';

const TABLES = 4;
const compiler = findCc();
let program: CleanRecordProgram | undefined;

afterEach(() => program?.close());

describe('the C rival', () => {
  it.skipIf(compiler === undefined).each([0, 1, 100, 5000, 10_000])(
    'records just the entries that the pattern makes dirty, %i in 10,000',
    (per10000) => {
      program = new CleanRecordProgram(findCc);
      expect(program.prepare()).toBeUndefined();
      const { nanoseconds, ...recorded } = program.run(TABLES, per10000, 3);
      expect(nanoseconds).toBeGreaterThan(0);
      expect(recorded).toEqual(expectedRecord(drawDirty(TABLES * 512, { said: '', per10000 })));
    },
  );

  it.skipIf(compiler === undefined)('is compiled once, and gone after close', () => {
    let asked = 0;
    const parent = mkdtempSync(join(tmpdir(), 'cg-bench-test-'));
    const find = () => {
      asked++;
      return compiler;
    };
    program = new CleanRecordProgram(find, parent);
    program.prepare();
    program.prepare();
    program.run(1, 0, 1);
    expect(asked).toBe(1);
    expect(readdirSync(parent)).toHaveLength(1);
    program.close();
    expect(readdirSync(parent)).toEqual([]);
    rmdirSync(parent);
  });

  it('is skipped where there is no compiler', () => {
    program = new CleanRecordProgram(() => undefined);
    expect(program.prepare()).toEqual({ skipped: 'no C compiler' });
  });

  it('is skipped where the compiler fails, and says how', () => {
    program = new CleanRecordProgram(() => process.execPath);
    expect(program.prepare()?.skipped).toMatch(/^the C compiler failed: /);
  });

  it.skipIf(compiler === undefined)('EBADMSG: a program that does not end well is no result', () => {
    program = new CleanRecordProgram(findCc);
    expect(() => program?.run(0, 0, 1)).toThrow(expect.objectContaining({ code: 'EBADMSG' }));
  });
});

describe('the pattern of dirty entries', () => {
  it('gives an empty record the empty hull (B2)', () => {
    expect(expectedRecord(new Uint8Array(512))).toMatchObject({ entries: 0, start: 512, end: 0 });
  });

  it('gives a tight hull', () => {
    const dirty = new Uint8Array(512);
    dirty[33] = 1;
    dirty[500] = 1;
    expect(expectedRecord(dirty)).toMatchObject({ entries: 2, start: 33, end: 501 });
  });
});
