import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cg, runCg } from './cg.js';

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cg-litmus-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function fileWith(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const seen = `# A store is seen.
process p1
surface s1 A8R8G8B8 64x64
surface t A8R8G8B8 64x64 plain
map p1 s1
cpu 0 store s1 +4096 16
submit copy s1 -> t
`;

describe('cg litmus', () => {
  it('runs the bundled programs, and prints their titles', async () => {
    const { code, out, err } = await runCg(['litmus']);
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(out).toMatch(/^ok {4}1\.1-store-then-copy +1\.1: a submission reads what/m);
    expect(out).toMatch(/programs, all passed$/m);
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it('runs a file, and prints its counts as JSON', () => {
    expect(cg(['litmus', 'erratum-E1'])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^ok +erratum-E1/) as string,
    });
    const { code, out } = cg(['litmus', '--json', fileWith('seen.litmus', seen)]);
    const [file] = (JSON.parse(out) as { files: { passed: boolean; steps: number; counts: object }[] }).files;
    expect(code).toBe(0);
    expect(file).toMatchObject({ passed: true, steps: 6, counts: { lost: 0, stale: 0, boxes: 1 } });
  });

  it('exit 1 for an expectation that fails, with the actual value', async () => {
    const { code, out } = await runCg(['litmus', fileWith('unmet.litmus', `${seen}expect boxes 7\n`)]);
    expect(code).toBe(1);
    expect(out).toMatch(/^FAIL {2}unmet/m);
    expect(out).toMatch(/expect boxes 7: it is 1/);
  });

  it('shows the posted patches on one screen, and exits 1', async () => {
    const { code, out } = await runCg(['litmus', '--variant', 'posted']);
    expect(code).toBe(1);
    expect(out).toMatch(/^FAIL {2}erratum-D1 +\[\d+ lost\] D1: /m);
    expect(out).toMatch(/^variant posted: \d+ of \d+ programs lose bytes/m);
    expect(out).toMatch(/^ {4}scan +MISSING: no fault or scan found that page 0 of B was written$/m);
    expect(out.split('\n').length).toBeLessThan(45);
  });

  it('finds a variant by random programs, and prints the shrunk program to save', () => {
    const { code, out } = cg(['litmus', '--random', '10', '--seed', '20', '--variant', 'B11', '--jobs', '2']);
    expect(code).toBe(1);
    expect(out).toMatch(/^variant B11: \d+ random programs/m);
    const [, program] = /the same failure:\n\n([\s\S]*?)\n\n/.exec(out)!;
    const saved = fileWith('smallest.litmus', `${program}\n`);
    expect(cg(['litmus', saved, '--variant', 'B11']).code).toBe(1);
    expect(cg(['litmus', saved]).code).toBe(0);
    expect(out).toMatch(/^ +step +cpu 0 .*driver +device$/m);
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it.each([
    ['10 random programs on two threads', ['--random', '10', '--jobs', '2'], 10],
    ['all programs of one step', ['--exhaustive', '1'], 26],
  ])('%s: no byte is wrong; prints the speed and the cost of checking', (_, args, programs) => {
    const { code, out } = cg(['litmus', ...args, '--json']);
    expect(code).toBe(0);
    const number = expect.any(Number) as number;
    const times = { seconds: number, processorSeconds: number };
    const measured = { ...times, checkedStepsPerSecond: number, checkingCost: number };
    expect(JSON.parse(out)).toMatchObject({ failed: 0, programs, ...measured });
  });

  it('--variants prints what finds each posted defect, as a table', () => {
    const { code, out } = cg(['litmus', '--variants', '1']);
    expect(code).toBe(0);
    expect(out).toMatch(/^\| B7 \| pages whose writes .* \| `erratum-B7` yes \| 1 \|$/m);
    expect(out.trimEnd().split('\n')).toHaveLength(27);
  });

  it('runs a program on a device that lags behind', () => {
    const text = seen.replace('process p1', 'machine delay random\nprocess p1');
    expect(cg(['litmus', fileWith('late.litmus', text)])).toMatchObject({ code: 0 });
  });

  it('exit 2 for invalid options, and invalid combinations', async () => {
    for (const args of [
      ['--random', '0'],
      ['--random', '5', '--exhaustive', '2'],
      ['--random', '5', fileWith('seen.litmus', seen)],
      ['--variant', 'Z9'],
      ['--jobs', '0', '--random', '1'],
      ['--exhaustive', '99'],
      ['--races', '--random', '5'],
      ['--variants', '5', '--races'],
    ]) {
      const { code, err } = await runCg(['litmus', ...args]);
      expect([code, err.split('\n').length], args.join(' ')).toEqual([2, 2]);
    }
  });

  it('exit 2 for a file that is not a program, with its line', async () => {
    const { code, err } = await runCg(['litmus', fileWith('bad.litmus', `${seen}cpu 0 stroe s1 +0 1\n`)]);
    expect(code).toBe(2);
    expect(err).toMatch(/bad\.litmus:8: "stroe" is not an operation of a CPU: store, load, runs\n$/);
    expect(await runCg(['litmus', join(folder, 'none.litmus')])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/none\.litmus: no such file/) as string,
    });
  });

  it('exit 2 for an invalid surface, with its line', async () => {
    const path = fileWith('layers.litmus', 'process p1\n\nsurface s1 A8R8G8B8 4x4 layers 9\n');
    const { code, err } = await runCg(['litmus', path]);
    expect(code).toBe(2);
    expect(err).toMatch(/layers\.litmus:3: surface s1 .*\n$/);
  });

  it.each([
    [
      'a box outside its mip',
      'submit copy s1 -> t box 60x0x0 8x8x1',
      /leaves its mip: .* "s1" is 64x64x1 there/,
    ],
    ['an unknown subresource', 'submit copy s1 -> t sub 9 box 0x0x0 8x8x1', /no subresource 9/],
    ['a place outside', 'cpu 0 store s1 +16384 1', /end outside "s1"/],
    ['an unknown CPU', 'cpu 3 load s1 +0 1', /no CPU 3/],
    ['a number beyond all', 'cpu 0 store s1 +99999999999 1', /an offset must be a number from 0/],
    ['an unknown name', 'evict s9', /"s9" is not the name/],
    ['a surface that the device refuses', 'surface u A8R8G8B8 4x4 layers 9', /surface u .*/],
  ])('exit 2 for an invalid operand, with its line: %s', async (_what, line, message) => {
    const path = fileWith('operand.litmus', `${seen}\n# Not this.\n${line}\n`);
    const { code, out, err } = await runCg(['litmus', path]);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(/^cg: .*operand\.litmus:10: .*\n$/);
    expect(err).toMatch(message);
  });

  it('exit 2 for a file without a statement: nothing would be tested', async () => {
    const { code, err } = await runCg(['litmus', fileWith('empty.litmus', '# A title.\n')]);
    expect(code).toBe(2);
    expect(err).toMatch(/empty\.litmus: has no statement\n$/);
  });

  it('exit 2 for an endless file, of which only a part is read', async () => {
    const path = fileWith('long.litmus', '');
    truncateSync(path, 3 * 2 ** 30);
    const { code, err } = await runCg(['litmus', path]);
    expect(code).toBe(2);
    expect(err).toMatch(/^cg: .*long\.litmus: is longer than 16 MiB\n$/);
  });
});
