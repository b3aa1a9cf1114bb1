import { readFileSync } from 'node:fs';
import type { DawnProcess } from '@cg/dawn';
import { seeds, seedsTimeout } from '@cg/vitest-config/seeds';
import { afterAll, describe, expect, it } from 'vitest';
import { allowedDifferences, isAllowed } from './allowed-differences.js';
import { OPERAND_WORDS, runInInterpreter, runOnDawn, RUNS, vertexShader } from './arithmetic-runs.js';
import { startShaders } from './dawn/dawn-shaders.js';
import { cornerWords, floatOf, isNaNWord, Random } from './words.js';
import { usualCases } from './usual-cases.js';

const { processes, missing } = await startShaders();
const real = processes.filter(({ adapter }) => adapter.isReal);
afterAll(() => processes.forEach((dawn) => dawn.kill()));

it('finds a driver for Dawn', ({ skip }) => {
  if (real.length === 0) {
    skip([...new Set(missing)].join('; '));
  }
  expect(real).toHaveLength(1);
});

it('the README has a row for each difference that is allowed', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  expect(allowedDifferences.filter(({ what }) => !readme.includes(`| ${what} |`))).toEqual([]);
});

/** The instructions by their mnemonics: how many sources and destinations they have. */
const instructions: Readonly<Record<string, readonly [sources: number, destinations: 1 | 2]>> = {
  ...Object.fromEntries(
    'mov sqrt rsq exp log frc round_ne round_ni round_pi round_z'.split(' ').map((name) => [name, [1, 1]]),
  ),
  ...Object.fromEntries('ineg not itof utof ftoi ftou'.split(' ').map((name) => [name, [1, 1]])),
  ...Object.fromEntries(
    'add mul div min max dp2 dp3 dp4 lt ge eq ne'.split(' ').map((name) => [name, [2, 1]]),
  ),
  ...Object.fromEntries(
    'ieq ine ilt ige ult uge iadd imax imin umax umin'.split(' ').map((name) => [name, [2, 1]]),
  ),
  ...Object.fromEntries('and or xor ishl ishr ushr'.split(' ').map((name) => [name, [2, 1]])),
  ...Object.fromEntries('mad imad umad movc'.split(' ').map((name) => [name, [3, 1]])),
  ...Object.fromEntries('udiv umul imul idiv'.split(' ').map((name) => [name, [2, 2]])),
  sincos: [1, 2],
};

/** Every corner against every other one, then any words. */
function operandsOf(random: Random): Uint32Array {
  const operands = new Uint32Array(OPERAND_WORDS * RUNS);
  const pairs = cornerWords.length ** 2;
  for (let run = 0; run < RUNS; run++) {
    for (let i = 0; i < OPERAND_WORDS; i++) {
      operands[OPERAND_WORDS * run + i] = random.operand();
    }
    if (run < pairs) {
      operands.fill(cornerWords[run % cornerWords.length], OPERAND_WORDS * run, OPERAND_WORDS * run + 4);
      operands.fill(
        cornerWords[Math.floor(run / cornerWords.length)],
        OPERAND_WORDS * run + 4,
        OPERAND_WORDS * run + 8,
      );
    }
  }
  return operands;
}

const modifiers = ['v1.xyzw', '-v1.xyzw', '|v1.xyzw|', '-|v1.xyzw|'];

/** The first operand of an instruction as its modifier makes it a float. */
function modified(word: number, code: string): number {
  const absolute = code.includes('|') ? word & 0x7fffffff : word;
  return code.includes(' -') ? (absolute ^ 0x80000000) >>> 0 : absolute;
}

/** What is wrong with an instruction, with the operands. */
async function faults(
  dawn: DawnProcess,
  mnemonic: string,
  code: string,
  operands: Uint32Array,
): Promise<string[]> {
  const program = vertexShader(code, 'dcl_temps 4');
  const [got, want] = [await runOnDawn(dawn, program, operands), runInInterpreter(program, operands)];
  const wrong: string[] = [];
  got.forEach((word, i) => {
    const first = OPERAND_WORDS * (i >> 3) + (i & 3);
    const own = [operands[first], operands[first + 4], operands[first + 8]];
    const [a, ...others] = own;
    if (!isAllowed(mnemonic, word, want[i], [modified(a, code), ...others])) {
      const shown = [...own, word, want[i]].map((value) => `0x${value.toString(16)} (${floatOf(value)})`);
      wrong.push(`${code}, of ${shown.slice(0, 3).join(', ')}: ${shown[3]}, not ${shown[4]}`);
    }
  });
  return wrong;
}

describe.each(real)('on $adapter.name', (dawn: DawnProcess) => {
  function check(mnemonic: string, first: string, seed: number): Promise<string[]> {
    const [sources, destinations] = instructions[mnemonic];
    const rest = ['v2.xyzw', 'v3.xyzw'].slice(0, sources - 1);
    const outputs = ['o1.xyzw', 'o2.xyzw'].slice(0, destinations);
    const code = `${mnemonic} ${[...outputs, first, ...rest].join(', ')}`;
    return faults(dawn, mnemonic, code, operandsOf(new Random(seed)));
  }

  it.each(Object.keys(instructions))('%s: corners and any words', async (mnemonic) => {
    expect((await check(mnemonic, 'v1.xyzw', 1)).slice(0, 3)).toEqual([]);
  });

  it(
    'any instruction with any modifier, of corners and any words',
    async () => {
      for (const seed of seeds(2)) {
        const random = new Random(seed);
        const wrong = await check(random.pick(Object.keys(instructions)), random.pick(modifiers), seed);
        expect(wrong.slice(0, 3), `seed ${seed}: ${wrong.length} components`).toEqual([]);
      }
    },
    seedsTimeout,
  );

  it.each(usualCases(Object.entries(instructions)))(
    '%s: every modifier, saturation, masks and swizzles',
    async (mnemonic, [sources, destinations]) => {
      const isFloat = /^(?!i|u|and|or|xor|not)/.test(mnemonic);
      const saturates = mnemonic !== 'idiv';
      const random = new Random(mnemonic.length);
      const swizzle = (): string => Array.from({ length: 4 }, () => random.pick([...'xyzw'])).join('');
      const lines: string[] = [];
      for (const [mask, modifier] of [
        ['x', '-'],
        ['yz', '|'],
        ['xw', '-|'],
        ['yzw', ''],
      ] as const) {
        const source = (register: string, change: string): string => {
          const text = `${register}.${swizzle()}`;
          return change.endsWith('|') ? `${change}${text}|` : `${change}${text}`;
        };
        const operandsText = ['v1', 'v2', 'v3']
          .slice(0, sources)
          .map((register, i) => source(register, i === 0 || isFloat ? modifier : ''));
        const suffix = saturates && mask === 'xw' ? '_sat' : '';
        const outputs = ['r0', 'r1'].slice(0, destinations).map((register) => `${register}.${mask}`);
        lines.push(`${mnemonic}${suffix} ${[...outputs, ...operandsText].join(', ')}`);
      }
      const isExact = !/^(rsq|sqrt|exp|log|sincos|div|add|mul|mad|dp.)$/.test(mnemonic);
      const code = `${lines.join('\n')}\nmov o1.xyzw, r0.xyzw\nmov o2.xyzw, r1.xyzw`;
      const operands = isExact ? operandsOf(new Random(2)) : usualOperands(new Random(2));
      const program = vertexShader(code, 'dcl_temps 2');
      const [got, want] = [await runOnDawn(dawn, program, operands), runInInterpreter(program, operands)];
      const wrong = [...got.keys()].filter(
        (i) => got[i] !== want[i] && (isExact || !isNear(got[i], want[i])),
      );
      expect(
        wrong.slice(0, 3).map((i) => [i, got[i].toString(16), want[i].toString(16)]),
        code,
      ).toEqual([]);
    },
  );
});

/** Near enough to show that the right operands were taken. */
function isNear(got: number, want: number): boolean {
  const [a, b] = [floatOf(got), floatOf(want)];
  return Math.abs(a - b) <= 1e-3 * Math.max(1, Math.abs(b)) || (isNaNWord(got) && isNaNWord(want));
}

/** Floats of usual sizes. */
function usualOperands(random: Random): Uint32Array {
  const floats = Float32Array.from(
    { length: OPERAND_WORDS * RUNS },
    () => (random.below(20_001) - 10_000) / 1000,
  );
  return new Uint32Array(floats.buffer);
}
