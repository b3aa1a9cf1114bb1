import { describe, expect, it } from 'vitest';
import { fuzzOnce } from '../test/fuzz.js';

// `npm run fuzz -- --seconds 600 --seed 7` sets these.
const seconds = Number(process.env.CG_FUZZ_SECONDS ?? 2);
const firstSeed = Number(process.env.CG_FUZZ_SEED ?? 1);

describe('the fuzzer', () => {
  it(
    'finds nothing that throws out of the device, or reaches outside guest memory',
    () => {
      const end = Date.now() + 1000 * seconds;
      const sum = { guests: 0, commands: 0, refused: 0, notExecuted: 0, bytesMoved: 0 };
      for (let seed = firstSeed; Date.now() < end; seed++) {
        try {
          const result = fuzzOnce(seed);
          sum.guests++;
          sum.commands += result.commands;
          sum.refused += result.refused;
          sum.notExecuted += result.notExecuted;
          sum.bytesMoved += result.bytesMoved;
        } catch (error) {
          throw new Error(`seed ${seed}: ${(error as Error).stack}`, { cause: error });
        }
      }
      if (process.env.CG_FUZZ_SECONDS !== undefined) {
        console.log(`fuzz from seed ${firstSeed}: ${JSON.stringify(sum)}`);
      }
      // It must get to the dangerous parts to say anything.
      expect(sum.commands).toBeGreaterThan(100 * seconds);
      expect(sum.bytesMoved).toBeGreaterThan(1000);
    },
    (seconds + 60) * 1000,
  );
});
