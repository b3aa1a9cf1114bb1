import type { DawnProcess } from '@cg/dawn';
import { seeds, seedsTimeout } from '@cg/vitest-config/seeds';
import { afterAll, describe, expect, it } from 'vitest';
import { OPERAND_WORDS, runInInterpreter, runOnDawn } from './arithmetic-runs.js';
import { startShaders } from './dawn/dawn-shaders.js';
import { randomShader } from './random-programs.js';
import { Random } from './words.js';

const RUNS = 64;
const PROGRAMS = 12;

const { processes, missing } = await startShaders();
const real = processes.filter(({ adapter }) => adapter.isReal);
afterAll(() => processes.forEach((dawn) => dawn.kill()));

it('finds a driver for Dawn', ({ skip }) => {
  if (real.length === 0) {
    skip([...new Set(missing)].join('; '));
  }
  expect(real).toHaveLength(1);
});

describe.each(real)('on $adapter.name', (dawn: DawnProcess) => {
  it(
    'random programs with control flow have the interpreter’s results',
    async () => {
      let programs = 0;
      for (const seed of seeds(PROGRAMS)) {
        const random = new Random(seed);
        const { code, program } = randomShader(random, 10 + random.below(40));
        const operands = Uint32Array.from({ length: OPERAND_WORDS * RUNS }, () => random.operand());
        const [got, want] = [await runOnDawn(dawn, program, operands), runInInterpreter(program, operands)];
        const wrong = [...got.keys()].filter((i) => got[i] !== want[i]);
        expect(
          wrong
            .slice(0, 3)
            .map(
              (i) => `run ${i >> 3}, word ${i & 7}: 0x${got[i].toString(16)}, not 0x${want[i].toString(16)}`,
            ),
          `seed ${seed}:\n${code}`,
        ).toEqual([]);
        programs++;
      }
      process.stdout.write(`programs on Dawn: ${programs} equal\n`);
    },
    seedsTimeout,
  );
});
