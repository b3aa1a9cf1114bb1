import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { builtModule, ownFolder } from '../src/places.js';

interface PrintedRow {
  readonly name: string;
  readonly ratio: number | null;
  readonly spread: readonly [number, number] | null;
  readonly againstItself: number | null;
  readonly verdict: string | null;
  readonly skipped?: string;
}

/** The built benchmark: one round, one start. */
function bench(...args: string[]) {
  const program = fileURLToPath(builtModule('main.js'));
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [program, '--rounds', '1', '--starts', '1', ...args],
    { encoding: 'utf8' },
  );
  return { status, stdout, stderr };
}

function rowsOf(printed: string): PrintedRow[] {
  return (JSON.parse(printed) as { rows: PrintedRow[] }).rows;
}

describe('the built benchmark', () => {
  it('measures rows in threads', () => {
    const { status, stdout, stderr } = bench('--json', '--filter', 'clean resources');
    expect(stderr).toBe('');
    expect(status).toBe(0);
    const [row] = rowsOf(stdout);
    expect(row.ratio).toBeGreaterThan(0);
    expect(row.spread).toEqual([row.ratio, row.ratio]);
    expect(row.againstItself).toBeGreaterThan(0);
  });
});

describe('another build', () => {
  let other = '';

  /** A build with two packages: this pagetable with another CPU, and an empty machine. */
  beforeEach(() => {
    other = mkdtempSync(join(tmpdir(), 'cg-bench-other-'));
    writePackage('machine', '');
  });
  afterEach(() => rmSync(other, { recursive: true, force: true }));

  function writePackage(name: string, source: string): void {
    const folder = join(other, 'packages', name);
    mkdirSync(join(folder, 'dist'), { recursive: true });
    const manifest = { name: `@cg/${name}`, type: 'module', exports: './dist/index.js' };
    writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
    writeFileSync(join(folder, 'dist', 'index.js'), source);
  }

  /** @param store the code of its store32 */
  function writePagetable(store: string): void {
    const own = pathToFileURL(join(ownFolder, 'packages', 'pagetable', 'dist', 'index.js')).href;
    writePackage(
      'pagetable',
      `import { Cpu as Own } from '${own}';
       export * from '${own}';
       export class Cpu extends Own { store32(address, value) { ${store} } }`,
    );
  }

  it('is measured against this one', () => {
    writePagetable('super.store32(address, value);');
    const { status, stdout, stderr } = bench('--against', other, '--filter', 'scalar', '--json');
    expect(stderr).toBe('');
    expect(status).toBe(0);
    const [{ name, ratio }] = rowsOf(stdout);
    expect(name).toBe('scalar stores');
    expect(ratio).toBeGreaterThan(0);
  });

  it('does the work with its own packages, and its results are checked', () => {
    writePagetable('super.store32(address, value + 1);');
    const { status, stderr } = bench('--against', other, '--filter', 'scalar');
    expect(stderr).toMatch(/^bench: the other build: cpu\.store32 stored \d+ as word 0, not \d+\n$/);
    expect(status).toBe(1);
  });

  it.each([
    ['a package', 'there is no package @cg/pagetable', undefined],
    ['an export', 'does not provide an export named', 'export const PAGE_SIZE = 4096;'],
  ])('that lacks %s of a row does not have that row: one line, exit code 2', (_, message, source) => {
    if (source !== undefined) {
      writePackage('pagetable', source);
    }
    const { status, stdout, stderr } = bench('--against', other, '--filter', 'scalar');
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^bench: [^\n]+\n$/);
    expect(stdout).toBe('');
    expect(status).toBe(2);
  });

  it('whose code throws does not have the row either', () => {
    writePagetable("throw new TypeError('not here');");
    const { status, stderr } = bench('--against', other, '--filter', 'scalar');
    expect(stderr).toMatch(/^bench: .*not here\n$/);
    expect(status).toBe(2);
  });
});
