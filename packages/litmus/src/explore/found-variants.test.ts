import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Finding } from '../check/finding.js';
import { LitmusError } from '../errors.js';
import { postedVariants } from '../posted/posted-variants.js';
import { printProgram } from '../program/print-program.js';
import type { Program } from '../program/statement.js';
import { parseProgram, programOf } from '../program/parse-program.js';
import { randomProgram } from './random-program.js';
import { runProgram } from './run-program.js';
import type { RunOptions } from './run-options.js';
import { variantRow, variantTable } from './variant-row.js';
import { smallestFailure } from './smallest-failure.js';

const docs = readFileSync(new URL('../../../../docs/litmus.md', import.meta.url), 'utf8');

/** The rows of the table in docs/litmus.md, which `cg litmus --variants 1000` prints. */
const rows = postedVariants.map((variant) => {
  const row = docs.split('\n').find((line) => line.startsWith(`| ${variant.id} |`)) ?? '';
  const seed = Number(row.split('|').at(-2));
  return { variant, row, seed: Number.isNaN(seed) ? undefined : seed };
});

describe('random programs find the defects of the posted patches', () => {
  it.each(
    rows.filter(({ seed }) => seed !== undefined).map((row) => [row.variant.id, row.seed, row] as const),
  )('%s, by seed %i', (_, seed = 0, { variant, row }) => {
    const program = randomProgram(seed);
    const configure = variant.machineOptions.bind(variant);
    expect(runProgram(program, { configure, stopAtFinding: true }).findings).not.toEqual([]);
    expect(runProgram(program, { stopAtFinding: true }).findings, 'with our part').toEqual([]);
    expect(row).toContain(`| ${variant.behaviour} | \`erratum-${variant.id}\` yes |`);
  });

  it('all except A6 and E2', () => {
    const missing = rows.filter(({ seed }) => seed === undefined).map(({ variant }) => variant.id);
    expect(missing).toEqual(['A6', 'E2']);
  });

  it('variantRow: the first seed, and whether the own program finds it', () => {
    const variant = postedVariants.find(({ id }) => id === 'B7')!;
    const unfit = programOf(parseProgram('process p1\n'));
    const found = variantRow(variant, unfit, 30);
    expect(found).toMatchObject({ id: 'B7', byProgram: false });
    expect(found.firstSeed).toBe(rows.find((row) => row.variant === variant)?.seed);
    expect(variantTable([found])).toContain(
      `| B7 | ${variant.behaviour} | \`erratum-B7\` no | ${found.firstSeed} |`,
    );
  });
});

/** The findings of a program; none if it cannot run. */
function losses(program: Program, configure: NonNullable<RunOptions['configure']>): readonly Finding[] {
  try {
    const { findings } = runProgram(program, { configure, stopAtFinding: true });
    return findings.filter(({ kind }) => kind === 'lost');
  } catch (error) {
    if (error instanceof LitmusError) {
      return [];
    }
    throw error;
  }
}

describe('smallestFailure', () => {
  it('shrinks a program of more than a hundred steps to eleven, which still fails after printing and parsing', () => {
    const variant = postedVariants.find(({ id }) => id === 'E1')!;
    const configure = variant.machineOptions.bind(variant);
    const whole = randomProgram(rows.find((row) => row.variant === variant)?.seed ?? 0);
    const smallest = smallestFailure(whole, 'lost', { configure });
    expect(whole.length).toBeGreaterThan(120);
    expect(smallest.length).toBeLessThanOrEqual(11);
    const again = programOf(parseProgram(printProgram(smallest)));
    expect(again).toEqual(smallest);
    expect(runProgram(again, { configure }).findings[0]).toMatchObject({ kind: 'lost' });
    for (let i = 0; i < smallest.length; i++) {
      const without = smallest.toSpliced(i, 1);
      expect(losses(without, configure), `without step ${i + 1}`).toEqual([]);
    }
  });
});
