import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { CProgram } from './c-program.js';
import { drawDirty, expectedRecord } from './dirty-pattern.js';

const TABLES = 4;
const hasCompiler = spawnSync('cc', ['--version'], { stdio: 'ignore' }).status === 0;
let program: CProgram | undefined;

afterEach(() => {
  program?.close();
  program = undefined;
});

function start(args: readonly number[], compiler = 'cc', parent?: string) {
  const started = CProgram.start('clean_record.c', args, compiler, parent);
  program = 'skipped' in started ? undefined : started;
  return started;
}

describe('the C rival', () => {
  it.skipIf(!hasCompiler).each([0, 1, 100, 5000, 10_000])(
    'records in every batch exactly the dirty entries of the pattern, %i in 10,000',
    async (per10000) => {
      start([TABLES, per10000, 3]);
      const { entries, ...hull } = expectedRecord(drawDirty(TABLES * 512, { name: '', per10000 }));
      for (let batch = 0; batch < 2; batch++) {
        const [nanoseconds = 0, ...recorded] = (await program?.batch(6)) ?? [];
        expect(nanoseconds).toBeGreaterThan(0);
        expect(recorded).toEqual([entries, hull.start, hull.end, hull.checksum, hull.left]);
      }
    },
  );

  it.skipIf(!hasCompiler)('leaves no listeners behind, after any number of batches', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error) => void warnings.push(warning);
    process.on('warning', note);
    start([1, 0, 1]);
    for (let batch = 0; batch < 20; batch++) {
      await program?.batch(6);
    }
    await new Promise(setImmediate);
    process.off('warning', note);
    expect(warnings).toEqual([]);
  });

  it.skipIf(!hasCompiler)('is gone after close', () => {
    const parent = mkdtempSync(join(tmpdir(), 'cg-bench-test-'));
    start([1, 0, 1], 'cc', parent);
    expect(readdirSync(parent)).toHaveLength(1);
    program?.close();
    expect(readdirSync(parent)).toEqual([]);
    rmdirSync(parent);
  });

  it('is skipped without a compiler', () => {
    expect(start([1, 0, 1], 'no-such-compiler')).toEqual({ skipped: 'no C compiler' });
  });

  it('is skipped with the message if the compiler fails, and leaves nothing behind', () => {
    const parent = mkdtempSync(join(tmpdir(), 'cg-bench-test-'));
    const started = start([1, 0, 1], process.execPath, parent);
    expect('skipped' in started && started.skipped).toMatch(/^the C compiler failed: /);
    expect(readdirSync(parent)).toEqual([]);
    rmdirSync(parent);
  });

  it.skipIf(!hasCompiler)('EBADMSG: a program that ends, or gives another answer', async () => {
    start([0, 0, 1]);
    const bad = expect.objectContaining({ code: 'EBADMSG' }) as Error;
    await expect(program?.batch(6)).rejects.toThrow(bad);
    program?.close();
    start([1, 0, 1]);
    await expect(program?.batch(5)).rejects.toThrow(bad);
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
