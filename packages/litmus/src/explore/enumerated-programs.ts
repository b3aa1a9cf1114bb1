import type { PreemptionPoint } from '../program/preemption-points.js';
import type { Program, Statement } from '../program/statement.js';
import { statementsOf } from './statements-of.js';

/** The start of every enumerated program, without the method. */
const PREPARATION = `
process p1
buffer b1 6 pages
buffer b2 3 pages
surface s1 A8R8G8B8 1024x2 in b1 +0
surface s2 A8R8G8B8 1024x2 in b1 +8192
surface s3 A8R8G8B8 1024x2 in b1 +4096
map p1 b1
map p1 s1
`;

/**
 * The alphabet: each letter is a step, or a few. Two adjacent surfaces of two pages, and a third over half of both.
 */
const LETTERS = [
  'cpu 0 store s1 +0 1',
  'cpu 1 store b1 +4096 1',
  'cpu 0 load b1 +4096 1',
  'submit copy s1 -> s2',
  'submit copy s2 -> s1',
  'submit copy s3 -> s2',
  'unmap p1 s1\nmap p1 s1',
  'protect p1 b1 read',
  'protect p1 b1 write',
  'evict b1',
  'switch s1 b2',
  "at 'clean: between entries and flush' cpu 1 store s1 +0 1",
  "at 'fault: between recorded write and writable entry' submit copy s1 -> s2",
  "at 'submit: between scan and transfer' cpu 1 store b1 +4096 1",
] as const;

const METHODS = ['scan', 'trap'] as const;

/** The letters as statements. */
const letters: readonly Program[] = LETTERS.map((text) => statementsOf(text, PREPARATION));

const preparation = statementsOf(PREPARATION, '');

/** A point of the alphabet that a method never reaches: its letter does nothing. */
const UNREACHED = {
  scan: 'fault: between recorded write and writable entry',
  trap: 'clean: between entries and flush',
} as const satisfies Record<(typeof METHODS)[number], PreemptionPoint>;

/** Idempotent letters: the load, changes of permission, eviction. */
const IDEMPOTENT = new Set([2, 7, 8, 9]);

export const letterCount = LETTERS.length;

/** The number of programs of up to `length` letters, with either method. */
export function countEnumerated(length: number): number {
  let count = 0;
  for (let i = 1; i <= length; i++) {
    count += LETTERS.length ** i;
  }
  return count * METHODS.length;
}

/**
 * The program of a number, of all up to a length; undefined for one that is a shorter one, with a letter that does
 * nothing or is repeated and idempotent.
 */
export function enumeratedProgram(number: number, length: number): Program | undefined {
  const method = METHODS[number % METHODS.length];
  const word = wordAt(Math.floor(number / METHODS.length), length);
  if (word === undefined || repeatsAnother(word) || word.some((letter) => isUnreached(letter, method))) {
    return undefined;
  }
  const statements: Statement[] = word.flatMap((letter) => [...letters[letter]]);
  return [{ kind: 'machine', cpus: 2, method }, ...preparation, ...statements, { kind: 'check' }];
}

/** The letters of a word: all of one letter come first, then all of two. */
function wordAt(number: number, length: number): number[] | undefined {
  let left = number;
  for (let size = 1; size <= length; size++) {
    const words = LETTERS.length ** size;
    if (left < words) {
      return Array.from({ length: size }, (_, i) => Math.floor(left / LETTERS.length ** i) % LETTERS.length);
    }
    left -= words;
  }
  return undefined;
}

function isUnreached(letter: number, method: (typeof METHODS)[number]): boolean {
  const [statement] = letters[letter];
  return statement.kind === 'at' && statement.point === UNREACHED[method];
}

function repeatsAnother(word: readonly number[]): boolean {
  return word.some((letter, i) => IDEMPOTENT.has(letter) && word[i + 1] === letter);
}
