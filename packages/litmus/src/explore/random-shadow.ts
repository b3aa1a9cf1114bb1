import type { Program, Statement } from '../program/statement.js';
import { RandomNumbers } from './random-numbers.js';

/** Makes a second sequence of random numbers of a seed: what is not chosen by it stays the same. */
const OTHERS = 0x2545f491;
/** Percent of the programs. */
const SHADOWED = 30;
/** Percent of their stores, and the values that these repeat. */
const REPEATED = 80;
const VALUES = 3;

/**
 * Gives some programs a shadow (rule 7.7). That goes by values, so most of their stores repeat one of a few: a byte is
 * often what it was before.
 */
export function withRandomShadow(program: Program, seed: number): Program {
  const random = new RandomNumbers(seed ^ OTHERS);
  return random.chance(SHADOWED) ? program.map((statement) => shadowed(statement, random)) : program;
}

function shadowed(statement: Statement, random: RandomNumbers): Statement {
  switch (statement.kind) {
    case 'machine':
      return { ...statement, shadow: true };
    case 'store': {
      const { kind, cpu, name, offset, bytes } = statement;
      return random.chance(REPEATED)
        ? { kind, cpu, name, offset, bytes, value: random.below(VALUES) }
        : statement;
    }
    case 'at':
      return { ...statement, step: shadowed(statement.step, random) };
    default:
      return statement;
  }
}
