import { seeds, seedsTimeout } from '@cg/vitest-config/seeds';
import { expect, it } from 'vitest';
import { fuzzOnce } from '../test/fuzz.js';

it(
  'the fuzzer finds nothing that throws out of the device, or reaches outside guest memory',
  () => {
    const sum = { guests: 0, commands: 0, refused: 0, notExecuted: 0, draws: 0, bytesMoved: 0 };
    for (const seed of seeds(60)) {
      try {
        const result = fuzzOnce(seed);
        sum.guests++;
        sum.commands += result.commands;
        sum.refused += result.refused;
        sum.notExecuted += result.notExecuted;
        sum.draws += result.draws;
        sum.bytesMoved += result.bytesMoved;
      } catch (error) {
        throw new Error(`seed ${seed}: ${(error as Error).stack}`, { cause: error });
      }
    }
    process.stdout.write(`fuzz: ${JSON.stringify(sum)}\n`);
    // The fuzzing must reach the dangerous parts to be meaningful.
    expect(sum.commands).toBeGreaterThan(10 * sum.guests);
    expect(sum.draws).toBeGreaterThan(sum.guests / 3);
    expect(sum.bytesMoved).toBeGreaterThan(100 * sum.guests);
  },
  seedsTimeout,
);
