import type { Program } from '../program/statement.js';
import { countEnumerated, enumeratedProgram } from './enumerated-programs.js';
import { raceCount, raceProgram } from './race-programs.js';
import { randomProgram, type RandomProgramOptions } from './random-program.js';

/** Programs by number: of random seeds, all of a small alphabet up to a length, or all races. Plain data. */
export type ProgramSource =
  | (RandomProgramOptions & { readonly kind: 'random' })
  | { readonly kind: 'exhaustive'; readonly length: number }
  | { readonly kind: 'races' };

/** The program of a number; undefined if it repeats another one, or cannot be a race. */
export function programAt(source: ProgramSource, number: number): Program | undefined {
  switch (source.kind) {
    case 'random':
      return randomProgram(number, source);
    case 'exhaustive':
      return enumeratedProgram(number, source.length);
    case 'races':
      return raceProgram(number);
  }
}

/** The count of numbers of a source. */
export function programCount(source: ProgramSource): number {
  switch (source.kind) {
    case 'random':
      return 2 ** 32;
    case 'exhaustive':
      return countEnumerated(source.length);
    case 'races':
      return raceCount;
  }
}
