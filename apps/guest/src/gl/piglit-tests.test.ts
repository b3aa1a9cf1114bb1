import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hasTestFailed, testLine, testsAsJson } from './piglit-report.js';
import { piglitCommand, piglitResult, ReferenceResults } from './piglit-tests.js';
import type { PiglitRun } from './run-piglit.js';

describe('a test of piglit', () => {
  it('is a program with its arguments, which runs alone and without a window', () => {
    expect(piglitCommand(' bufferstorage-persistent draw  coherent ')).toMatchObject({
      name: 'bufferstorage-persistent draw coherent',
      words: '/usr/lib/i386-linux-gnu/piglit/bin/bufferstorage-persistent draw coherent -auto -fbo'.split(
        ' ',
      ),
    });
    expect(piglitCommand('fbo-clear-formats -fbo').words.slice(1)).toEqual(['-fbo', '-auto']);
    expect(() => piglitCommand('../bin/x')).toThrow('«../bin/x» is no test of piglit');
    expect(() => piglitCommand('')).toThrow('no test of piglit');
  });

  it.each([
    ['PIGLIT: {"result": "pass" }\n', 0, 'pass'],
    ['PIGLIT: {"subtest": {"a" : "fail"}}\nPIGLIT: {"result": "fail" }\n', 1, 'fail'],
    ['PIGLIT: {"result": "skip" }\r\n', 0, 'skip'],
    ['PIGLIT: {"result": "pass" }\n', 139, 'crash'],
    ['', 127, 'fail'],
    ['PIGLIT: {"result": "pass" }\n', null, 'timeout'],
  ])('that prints %j and ends with %j: %s', (output, exitCode, result) => {
    expect(piglitResult(output, exitCode)).toBe(result);
  });

  it('has a result of llvmpipe once, for each disk; a damaged list is none', () => {
    const cache = mkdtempSync(join(tmpdir(), 'cg-piglit-'));
    try {
      new ReferenceResults(cache, 'one').set('a test', 'pass');
      expect(new ReferenceResults(cache, 'one').get('a test')).toBe('pass');
      expect(new ReferenceResults(cache, 'two').get('a test')).toBeUndefined();
      writeFileSync(join(cache, 'piglit-llvmpipe-one.json'), '{"a te');
      expect(new ReferenceResults(cache, 'one').get('a test')).toBeUndefined();
    } finally {
      rmSync(cache, { recursive: true });
    }
  });
});

const run: PiglitRun = {
  name: 'fbo-clear-formats',
  result: 'fail',
  reference: undefined,
  output: 'Probe color at (0,0)\nPIGLIT: {"result": "fail" }\n',
  exitCode: 1,
  seconds: 8,
  commands: 1,
  draws: 1,
  bytesUploaded: 1,
  bytesReadBack: 1,
  refused: 0,
  lastError: undefined,
  left: {},
  warnings: [],
  errors: [],
  frames: undefined,
  shown: undefined,
  pictureHash: undefined,
  picture: undefined,
};

describe('the report of a test', () => {
  it('has what the test said where it failed', () => {
    expect(testLine(run)).toBe(
      'fail     fbo-clear-formats (8.0 s)\n  Probe color at (0,0)\n  PIGLIT: {"result": "fail" }\n',
    );
    expect(testLine({ ...run, result: 'pass', reference: 'pass' })).toBe(
      'pass     fbo-clear-formats (8.0 s, llvmpipe: pass)\n',
    );
    expect(JSON.parse(testsAsJson([run]))).toMatchObject({ tests: [{ result: 'fail' }] });
  });

  it('fails with the test, unless llvmpipe fails too; and with a complaint of the device', () => {
    expect(hasTestFailed(run)).toBe(true);
    expect(hasTestFailed({ ...run, reference: 'pass' })).toBe(true);
    expect(hasTestFailed({ ...run, reference: 'crash' })).toBe(false);
    expect(hasTestFailed({ ...run, result: 'skip' })).toBe(false);
    expect(hasTestFailed({ ...run, result: 'pass', refused: 1 })).toBe(true);
  });
});
