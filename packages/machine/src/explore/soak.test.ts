import { expect, it } from 'vitest';
import { findingText } from './describe-finding.js';
import { explorePrograms, checkingCost, joinExplored, nothingExplored } from './explore-programs.js';
import { programAt, programCount } from './program-source.js';
import { runProgram } from './run-program.js';

const SOAK_MS = 10_000;
const random = { kind: 'random' } as const;

it('1.1–1.5: ten seconds of random programs lose no byte, and leave none stale', { timeout: 60_000 }, () => {
  let explored = nothingExplored;
  const start = performance.now();
  for (let seed = 1; performance.now() - start < SOAK_MS && explored.failed === 0; seed += 5) {
    explored = joinExplored(explored, explorePrograms(random, seed, seed + 5));
  }
  const told = explored.failures.map(({ number }) => {
    const program = programAt(random, number)!;
    return `seed ${number}: ${findingText(runProgram(program).findings[0], program)}`;
  });
  expect(told).toEqual([]);
  expect(explored.counts.blocked, 'races that had to wait').toBeGreaterThan(0);
  expect(explored.counts.failed, 'failures that were ordered').toBeGreaterThan(0);
  expect(checkingCost(explored)).toBeLessThan(10);
});

it('1.1–1.5: all programs of up to two steps of the alphabet', () => {
  const source = { kind: 'exhaustive', length: 2 } as const;
  const { programs, failures } = explorePrograms(source, 0, programCount(source));
  expect(failures).toEqual([]);
  expect([programs, programCount(source)]).toEqual([412, 420]);
});
