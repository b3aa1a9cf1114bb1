import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Finding } from '../check/finding.js';
import { LitmusError } from '../errors.js';
import { postedVariants } from '../posted/posted-variants.js';
import { printProgram } from '../program/print-program.js';
import type { Program } from '../program/statement.js';
import { parseProgram, programOf } from '../program/parse-program.js';
import { firstSeedThatFinds } from './found-variants.fixture.js';
import { randomProgram } from './random-program.js';
import { runProgram } from './run-program.js';
import type { RunOptions } from './run-options.js';
import { smallestFailure } from './smallest-failure.js';

const variants = postedVariants.filter(({ id }) => id in firstSeedThatFinds);

describe('random programs find the defects of the posted patches', () => {
  it.each(variants.map((variant) => [variant.id, firstSeedThatFinds[variant.id], variant] as const))(
    '%s, by seed %i',
    (_, seed, variant) => {
      const program = randomProgram(seed);
      const configure = variant.machineOptions.bind(variant);
      expect(runProgram(program, { configure, stopAtFinding: true }).findings).not.toEqual([]);
      expect(runProgram(program, { stopAtFinding: true }).findings, 'with our part').toEqual([]);
    },
  );

  it('all except A6 and E2', () => {
    const missing = postedVariants.filter(({ id }) => !(id in firstSeedThatFinds));
    expect(missing.map(({ id }) => id)).toEqual(['A6', 'E2']);
  });

  it('in as many runs as docs/litmus.md says', () => {
    const table = readFileSync(new URL('../../../../docs/litmus.md', import.meta.url), 'utf8');
    for (const { id } of variants) {
      expect(table).toMatch(new RegExp(`^\\| ${id} \\|.*\\| ${firstSeedThatFinds[id]} \\|`, 'm'));
    }
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
    const whole = randomProgram(firstSeedThatFinds.E1);
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
