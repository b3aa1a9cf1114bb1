import type { PostedVariant } from '../posted/variant.js';
import type { Program } from '../program/statement.js';
import { randomProgram } from './random-program.js';
import { runProgram } from './run-program.js';

/** What finds a posted defect. */
export interface VariantRow {
  readonly id: string;
  readonly behaviour: string;
  /** Whether its own litmus program does. */
  readonly byProgram: boolean;
  /** The first seed whose random program does, from 1; undefined if none does. */
  readonly firstSeed: number | undefined;
}

/** @param program the variant's litmus program @param seeds the number of random programs to try */
export function variantRow(variant: PostedVariant, program: Program, seeds: number): VariantRow {
  const { id, behaviour } = variant;
  const isFound = (tried: Program): boolean => {
    const configure = variant.machineOptions.bind(variant);
    const { findings, unmet } = runProgram(tried, { configure, stopAtFinding: true });
    return findings.length + unmet.length > 0;
  };
  let firstSeed: number | undefined;
  for (let seed = 1; seed <= seeds && firstSeed === undefined; seed++) {
    firstSeed = isFound(randomProgram(seed)) ? seed : undefined;
  }
  return { id, behaviour, byProgram: isFound(program), firstSeed };
}

/** The rows as a table in Markdown. */
export function variantTable(rows: readonly VariantRow[]): string {
  const lines = rows.map(
    ({ id, behaviour, byProgram, firstSeed }) =>
      `| ${id} | ${behaviour} | \`erratum-${id}\` ${byProgram ? 'yes' : 'no'} | ${firstSeed ?? 'no'} |`,
  );
  const head = '| id | defect | found by its litmus program | random runs |';
  return [head, '|---|---|---|---|', ...lines, ''].join('\n');
}
