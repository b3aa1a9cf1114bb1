import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hasTestFailed, testLine, testsAsJson } from './piglit-report.js';
import { piglitCommand, piglitResult, readTests, ReferenceResults } from './piglit-tests.js';
import { ResultFile } from './result-file.js';
import type { PiglitRecord } from './piglit-tests.js';
import { groupCommand, groupResults, groupsOf } from './shader-tests.js';

describe('a test of piglit', () => {
  it('is a program with its arguments, which runs alone and without a window', () => {
    expect(piglitCommand(' bufferstorage-persistent draw  coherent ')).toMatchObject({
      name: 'bufferstorage-persistent draw coherent',
      words: '/usr/lib/i386-linux-gnu/piglit/bin/bufferstorage-persistent draw coherent -auto -fbo'.split(
        ' ',
      ),
    });
    expect(piglitCommand('fbo-clear-formats -fbo').words.slice(1)).toEqual(['-fbo', '-auto']);
    expect(piglitCommand('shader_runner tests/a.shader_test').words[1]).toBe(
      '/usr/lib/i386-linux-gnu/piglit/tests/a.shader_test',
    );
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

  it('is on the command line, or on a line of a file that is no comment', () => {
    const path = join(mkdtempSync(join(tmpdir(), 'cg-piglit-')), 'list');
    writeFileSync(path, '# every second\none two\n\n  three\n');
    expect(readTests(['zero', `@${path}`])).toEqual(['zero', 'one two', 'three']);
    expect(() => readTests(['@/no/such/list'])).toThrow('/no/such/list: cannot be read (ENOENT)');
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

const run: PiglitRecord = {
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
  leftOut: [],
  errors: [],
  frames: undefined,
  shown: undefined,
  pictureHash: undefined,
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

describe('tests of shader_runner', () => {
  const shader = (name: string) => piglitCommand(`shader_runner tests/${name}.shader_test`);

  it('share a process with those beside them, unless two files have the same name', () => {
    const [a, b] = [shader('x/a'), shader('x/b')];
    const other = piglitCommand('fbo-clear-formats');
    expect(groupsOf([other, other, a, b, other, a])).toEqual([[other], [other], [a, b], [other], [a]]);
    expect(groupsOf([a, shader('y/a'), b])).toEqual([[a], [shader('y/a'), b]]);
    const many = Array.from({ length: 50 }, (_, i) => shader(`${i}`));
    expect(groupsOf(many).map(({ length }) => length)).toEqual([20, 20, 10]);
    expect(groupsOf([piglitCommand('shader_runner -glsl'), a])).toHaveLength(2);
  });

  it('have their results as far as the process came', () => {
    const group = [shader('x/a'), shader('x/b'), shader('x/c')];
    expect(groupCommand(group).words.slice(1)).toEqual([
      ...group.map(({ words }) => words[1]),
      '-auto',
      '-fbo',
      '-report-subtests',
    ]);
    const output = [
      'PIGLIT TEST: 0 - a\nPIGLIT: {"subtest": {"a" : "pass"}}',
      'PIGLIT TEST: 1 - b\nPIGLIT: {"result": "skip" }\n',
    ];
    expect(groupResults(group, output.join('\n'))).toEqual(['pass', undefined, undefined]);
  });
});

describe('a file of results', () => {
  const way = { renderer: 'soft', coherent: false };
  const newFile = (): string => join(mkdtempSync(join(tmpdir(), 'cg-piglit-')), 'results.jsonl');

  it('has what was added, of the same renderer and memory, the newest of a test', () => {
    const path = newFile();
    const file = new ResultFile(path, way);
    file.add(run);
    file.add({ ...run, result: 'pass', reference: 'pass' });
    expect(file.get(run.name)).toMatchObject({ result: 'pass' });
    expect(new ResultFile(path, way).get(run.name)).toEqual({ ...run, result: 'pass', reference: 'pass' });
    expect(new ResultFile(path, { ...way, renderer: 'webgpu' }).get(run.name)).toBeUndefined();
    expect(new ResultFile(path, { ...way, coherent: true }).get(run.name)).toBeUndefined();
  });

  it('that ends in the middle of a line is continued behind the last whole one', () => {
    const path = newFile();
    new ResultFile(path, way).add(run);
    appendFileSync(path, '{"renderer":"so');
    new ResultFile(path, way).add({ ...run, name: 'another' });
    const file = new ResultFile(path, way);
    expect([file.get(run.name)?.result, file.get('another')?.result]).toEqual(['fail', 'fail']);
  });

  it.each(['# A title', '# A title\n', '{"tests": []}\n'])(
    'that begins with %j is another file: it stays',
    (text) => {
      const path = newFile();
      writeFileSync(path, text);
      expect(() => new ResultFile(path, way)).toThrow('is not a file of results');
      expect(readFileSync(path, 'utf8')).toBe(text);
    },
  );
});
