import { expect, it } from 'vitest';
import type { MachineOptions } from '@cg/machine';
import { preemptionPoints } from '../program/preemption-points.js';
import type { Program, Statement } from '../program/statement.js';
import { findingText } from './describe-finding.js';
import { explorePrograms } from './explore-programs.js';
import { programAt, programCount } from './program-source.js';
import { runProgram } from './run-program.js';

const random = { kind: 'random' } as const;

// `npm run soak litmus` runs as many as time permits.
it('1.1–1.5: sixty random programs have no lost and no stale byte', { timeout: 120_000 }, () => {
  const { failures, counts } = explorePrograms(random, 1, 61);
  const told = failures.map(({ number }) => {
    const program = programAt(random, number)!;
    return `seed ${number}: ${findingText(runProgram(program).findings[0], program)}`;
  });
  expect(told).toEqual([]);
  expect(counts.blocked, 'blocked races').toBeGreaterThan(0);
  expect(counts.failed, 'injected failures').toBeGreaterThan(0);
});

it.each([0, 4096])('1.1–1.5: and none with boxes at a price of %i a box', { timeout: 120_000 }, (perBox) => {
  for (let seed = 1; seed <= 60; seed++) {
    const configure = (base: MachineOptions): MachineOptions => ({
      ...base,
      driver: { ...base.driver, boxes: { perByte: 1, perBox } },
    });
    const { findings } = runProgram(programAt(random, seed)!, { configure });
    expect(findings, `seed ${seed}`).toEqual([]);
  }
});

it('1.2, 8.1: on a device that takes time random programs see what they see on one that takes none', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const [machine, ...steps] = programAt(random, seed)!;
    const withDelay = (delay: number | 'random'): Program => [{ ...machine, delay } as Statement, ...steps];
    for (const delay of [1, 3, 'random'] as const) {
      expect(runProgram(withDelay(delay)).findings, `seed ${seed}, delay ${delay}`).toEqual([]);
    }
  }
});

it('1.1–1.5: all programs of up to two steps of the alphabet', { timeout: 120_000 }, () => {
  const source = { kind: 'exhaustive', length: 2 } as const;
  const { programs, failures } = explorePrograms(source, 0, programCount(source));
  expect(failures).toEqual([]);
  expect([programs, programCount(source)]).toEqual([356, 420]);
});

/** Races of the last family, whose points the others do not reach. */
const HUGE_RACES = 2280;

it('8.4: each preemption point has a race', { timeout: 120_000 }, () => {
  const source = { kind: 'races' } as const;
  const count = programCount(source);
  const missing = new Set<string>(preemptionPoints);
  const look = (number: number): void => {
    const race = programAt(source, number)?.find(({ kind }) => kind === 'at') as
      { point: string } | undefined;
    missing.delete(race?.point ?? '');
  };
  for (let number = count - HUGE_RACES; number < count; number++) {
    look(number);
  }
  // A prime steps through all numbers in another order.
  for (let i = 0; i < 40_000 && missing.size > 0; i++) {
    look((i * 104_729) % count);
  }
  expect([...missing]).toEqual([]);
});

// `npm run soak races` runs all.
it('8.4, 8.5: every 181st race', { timeout: 120_000 }, () => {
  const source = { kind: 'races' } as const;
  const failed: string[] = [];
  let races = 0;
  for (let number = 0; number < programCount(source); number += 181) {
    const program = programAt(source, number);
    if (program !== undefined) {
      races++;
      const { findings } = runProgram(program, { stopAtFinding: true });
      failed.push(...findings.map((finding) => `race ${number}: ${findingText(finding, program)}`));
    }
  }
  expect(failed).toEqual([]);
  expect(races).toBeGreaterThan(30);
});
