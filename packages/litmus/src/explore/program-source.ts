import type { Program } from '../program/statement.js';
import { countEnumerated, enumeratedProgram } from './enumerated-programs.js';
import { randomProgram, type RandomProgramOptions } from './random-program.js';

/** Programs by number: of random seeds, or all of a small alphabet up to a length. Plain data. */
export type ProgramSource =
  | (RandomProgramOptions & { readonly kind: 'random' })
  | { readonly kind: 'exhaustive'; readonly length: number };

/** The program of a number; undefined if it repeats another one. */
export function programAt(source: ProgramSource, number: number): Program | undefined {
  return source.kind === 'random' ? randomProgram(number, source) : enumeratedProgram(number, source.length);
}

/** The count of numbers of a source. */
export function programCount(source: ProgramSource): number {
  return source.kind === 'random' ? 2 ** 32 : countEnumerated(source.length);
}
