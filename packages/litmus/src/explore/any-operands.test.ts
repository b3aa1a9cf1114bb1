import { preemptionPoints } from '../program/preemption-points.js';
import { faultPointNames } from '@cg/vmwgfx';
import { seeds, seedsTimeout } from '@cg/vitest-config/seeds';
import { expect, it } from 'vitest';
import { LitmusError } from '../errors.js';
import { parseProgram, programOf } from '../program/parse-program.js';
import { RandomNumbers } from './random-numbers.js';
import { runProgram } from './run-program.js';
import type { RunResult } from './run-options.js';

const NUMBERS = [0, 1, 2, 3, 8, 63, 64, 65, 4095, 4096, 4097, 65_535, 2 ** 20, 2 ** 31, 2 ** 31 + 1];
const COUNTS = [0, 1, 1, 1, 2, 2, 3, 4, 6, 7, 12, 64];
const SIDES = [0, 1, 2, 4, 5, 16, 64, 64, 64, 65, 300, 65_536];
const FORMATS =
  'A8R8G8B8 A8R8G8B8 A8R8G8B8 BC1_UNORM NV12 BUFFER Z_D24S8 R8_UNORM YV12 P8 UYVY R1_UNORM'.split(' ');
const SURFACES = ['s1', 's2', 's3', 's4'];
const OBJECTS = [...SURFACES, 'b1', 'b2'];

/** A program of valid statements with random operands. */
function programText(seed: number): string {
  const random = new RandomNumbers(seed);
  const any = <T>(choices: readonly T[]): T => random.pick(choices);
  const maybe = (percent: number, text: string): string => (random.chance(percent) ? text : '');
  const place = (): string => `+${any(NUMBERS)} ${any(NUMBERS)}`;
  const size = (): string =>
    any([`${any(SIDES)}`, `${any(SIDES)}x${any(SIDES)}`, `${any(SIDES)}x${any(SIDES)}x${any(COUNTS)}`]);
  const shape = (): string =>
    [
      `${any(FORMATS)} ${size()}`,
      maybe(30, ` mips ${any(COUNTS)}`),
      maybe(20, ` layers ${any(COUNTS)}`),
      maybe(20, ` samples ${any(COUNTS)}`),
      maybe(20, ' cube'),
    ].join('');
  const shared = shape();
  const surface = (name: string): string =>
    `surface ${name} ${random.chance(75) ? shared : shape()}${any(['', '', ' plain', ` in b1 +${any(NUMBERS)}`])}`;
  const copy = (): string => `copy ${any(SURFACES)} -> ${any(SURFACES)}`;
  const steps: readonly (() => string)[] = [
    () => `cpu ${any([0, 0, 1, 2, 3])} ${any(['store', 'store', 'load'])} ${any(OBJECTS)} ${place()}`,
    () => `submit ${copy()}`,
    () => `submit ${copy()} sub ${any(COUNTS)} box ${size()} ${size()}`,
    () => `submit ${copy()} box 0x0x0 ${size()}`,
    () => `submit switch ${any(SURFACES)} b1, ${copy()}`,
    () => `unmap p1 ${any(OBJECTS)}${maybe(50, ` ${place()}`)}`,
    () => `protect p1 ${any(OBJECTS)} ${any(['none', 'read', 'write'])}`,
    () => `move p1 ${any(OBJECTS)}`,
    () => `evict ${any(OBJECTS)}`,
  ];
  const others: readonly (() => string)[] = [
    () => `map ${any(['p1', 'p2'])} ${any(OBJECTS)}${any(['', '', '', ' private', ' huge'])}`,
    () => `at '${any(preemptionPoints)}' ${any(steps)()}`,
    () => `fail ${any(faultPointNames)} after ${random.below(5)} times ${random.between(1, 3)}`,
    () => any(['check', 'check s1', 'check b1', 'wait', 'expect boxes >= 0', `destroy ${any(OBJECTS)}`]),
    () => any(['exit p1', 'exit p2', 'fork p1 p3', 'fork p2 p4', 'cpu 1 runs p2', 'cpu 3 runs p1']),
  ];
  const machine = [
    `machine cpus ${random.between(1, 4)} method ${any(['auto', 'scan', 'trap'])}`,
    maybe(40, ' dx'),
    maybe(40, ` memory ${any([1, 1, 2, 8])}`),
    maybe(30, ` objects ${any([2, 3, 4, 8])}`),
    maybe(30, ` graphics ${any([2, 3, 8, 40, 65_536])}`),
  ].join('');
  const made = ['process p1', 'process p2', `buffer b1 ${any(NUMBERS)} pages`, 'buffer b2 8 pages'];
  const body = Array.from({ length: random.between(4, 40) }, () => any(random.chance(60) ? steps : others)());
  return [machine, ...made, ...SURFACES.map(surface), ...body].join('\n');
}

/** Runs a program without its refused lines. */
function runWithoutRefused(text: string): { result: RunResult; text: string; refused: number } {
  const lines = text.split('\n');
  for (let refused = 0; ; refused++) {
    try {
      return {
        result: runProgram(programOf(parseProgram(lines.join('\n')))),
        text: lines.join('\n'),
        refused,
      };
    } catch (error) {
      if (!(error instanceof LitmusError) || error.line === undefined) {
        throw error;
      }
      lines.splice(error.line - 1, 1);
    }
  }
}

it(
  'a program with any operands is refused with a line, or runs without a wrong byte',
  () => {
    const sum = { programs: 0, steps: 0, refused: 0 };
    for (const seed of seeds(60)) {
      const { result, text, refused } = runWithoutRefused(programText(seed));
      expect(result.findings, `seed ${seed}:\n${text}`).toEqual([]);
      sum.programs++;
      sum.steps += result.steps;
      sum.refused += refused;
    }
    process.stdout.write(`operands: ${JSON.stringify(sum)}\n`);
    expect(sum.steps).toBeGreaterThan(5 * sum.programs);
    expect(sum.refused).toBeGreaterThan(5 * sum.programs);
  },
  seedsTimeout,
);
