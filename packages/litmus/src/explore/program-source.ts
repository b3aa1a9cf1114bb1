import type { Program } from '../program/statement.js';
import { countEnumerated, enumeratedProgram } from './enumerated-programs.js';
import { randomProgram, type RandomProgramOptions } from './random-program.js';

/** Programs by number: those of random seeds, or all of a small alphabet up to a length. Plain data. */
export type ProgramSource =
  | (RandomProgramOptions & { readonly kind: 'random' })
  | { readonly kind: 'exhaustive'; readonly length: number };

/** The program of a number; undefined where that only repeats another one's. */
export function programAt(source: ProgramSource, number: number): Program | undefined {
  return source.kind === 'random' ? randomProgram(number, source) : enumeratedProgram(number, source.length);
}

/** How many numbers a source has. */
export function programCount(source: ProgramSource): number {
  return source.kind === 'random' ? 2 ** 32 : countEnumerated(source.length);
}
