import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runProgram } from '../explore/run-program.js';
import type { RunResult } from '../explore/run-options.js';
import { parseProgram, programOf } from '../program/parse-program.js';
import { allPosted, postedVariants } from './posted-variants.js';

/** Variants that no program can show (a test of the walks constructs the case), or that lose nothing on this device. */
const outOfReach = new Set(['A6', ...postedVariants.filter((each) => each.losesNothing).map(({ id }) => id)]);

function programFor(id: string) {
  const file = new URL(`../../programs/erratum-${id}.litmus`, import.meta.url);
  return parseProgram(readFileSync(file, 'utf8'));
}

function isWrong({ findings, unmet }: RunResult): boolean {
  return findings.length + unmet.length > 0;
}

describe.each(postedVariants.map((variant) => [variant.id, variant] as const))('litmus %s', (id, variant) => {
  it('is named by its erratum, and right with our parts', () => {
    const { title, ...text } = programFor(id);
    expect(title[0]).toMatch(new RegExp(`^${id}: `));
    const { findings, unmet } = runProgram(programOf({ title, ...text }));
    expect({ findings, unmet }).toEqual({ findings: [], unmet: [] });
  });

  it.skipIf(outOfReach.has(id))('finds the part as posted', () => {
    const program = programOf(programFor(id));
    const result = runProgram(program, { configure: (base) => variant.machineOptions(base) });
    expect(isWrong(result)).toBe(true);
    const kinds = new Set(result.findings.map(({ kind }) => kind));
    // D7 is not silent: the device refuses a face that does not exist.
    expect([...kinds].every((kind) => (id === 'D7' ? ['crash'] : ['lost', 'stale']).includes(kind))).toBe(
      true,
    );
  });
});

it('E2: loses nothing on a device that takes the content of a surface at the first use (9.1)', () => {
  const variant = postedVariants.find(({ id }) => id === 'E2')!;
  const program = programOf(programFor('E2'));
  const { findings, counts } = runProgram(program, { configure: (base) => variant.machineOptions(base) });
  expect(findings).toEqual([]);
  expect(counts.boxes).toBe(0);
  expect(runProgram(program).counts.boxes).toBe(1);
});

it('all parts as posted: wrong in every program that a posted part is wrong in', () => {
  const right = postedVariants.filter(({ id }) => {
    return !isWrong(runProgram(programOf(programFor(id)), { configure: allPosted }));
  });
  // No program reaches A6, C8 is right as posted (`allPosted`), E2 loses nothing on this device.
  expect(right.map(({ id }) => id)).toEqual(['A6', 'C8', 'E2']);
});
