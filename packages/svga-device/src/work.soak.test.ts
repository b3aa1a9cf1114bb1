import { expect, it } from 'vitest';
import { costlyBuffers } from '../test/costly-buffers.js';
import { CostlyGuest } from '../test/costly-guest.js';
import { fuzzOnce } from '../test/fuzz.js';
import { WorkMeter } from '../test/work-meter.js';
import { commandNames, SVGA_CB_STATUS } from '@cg/svga-protocol';
import type { CommandName } from '@cg/svga-protocol';

const seconds = Number(process.env.CG_SOAK_SECONDS ?? 0);
const firstSeed = Number(process.env.CG_SOAK_SEED ?? 1);
const isSoak = seconds > 0;

/** What `maxWorkBytes` is by default. */
const DEFAULT_WORK = 2 ** 32;

/** Lives per choice of favoured commands, and the number of these. */
const LIVES = 20;
const FAVOURED = 8;

/** Seconds of CPU time that this process has used. Other programs on the machine change it less than the clock. */
function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Runs a costly buffer on a guest of its own. */
function run(name: string): { spent: number; work: number; commands: number; ended: string | undefined } {
  const buffer = costlyBuffers.find((one) => one.name === name);
  const guest = new CostlyGuest();
  buffer?.prepare?.(guest);
  const { statistics } = guest.device;
  const [start, before] = [cpuSeconds(), statistics.work];
  const { status, commands } = guest.submitFull(buffer?.steps ?? []);
  const spent = cpuSeconds() - start;
  // Where nothing is newer on the device, a read-back would cost nothing.
  expect(statistics.bytesReadBack > 0 || !name.startsWith('read-backs of ')).toBe(true);
  const ended = status === SVGA_CB_STATUS.COMPLETED ? 'by itself' : guest.device.lastError?.message;
  return { spent, work: statistics.work - before, commands, ended };
}

it.skipIf(!isSoak)(
  'every kind of costly command buffer ends by itself or by its work, and says how long it took',
  () => {
    const rows = costlyBuffers.map(({ name }) => {
      const runs = [run(name), run(name)]; // the first warms up the code
      expect(runs[1].ended).toMatch(/by itself|too much work/);
      const { spent, work, commands } = runs[1].spent < runs[0].spent ? runs[1] : runs[0];
      return { name, spent, commands, perUnit: (1e9 * spent) / work };
    });
    const lines = rows
      .toSorted((a, b) => b.spent - a.spent)
      .map(({ name, spent, commands, perUnit }) => {
        const rate = `${spent.toFixed(3).padStart(7)} s ${perUnit.toFixed(3)} ns/unit`;
        return `${rate} ${String(commands).padStart(7)} × ${name}`;
      });
    process.stdout.write(`command buffers with default limits, CPU time:\n${lines.join('\n')}\n`);
  },
  3_600_000,
);

it(
  'hostile guests that favour the commands with the most time for their charged work find nothing either',
  () => {
    // To repeat a failure: its seed, and CG_SOAK_FAVOURED with its commands.
    const given = process.env.CG_SOAK_FAVOURED?.split(',') as CommandName[] | undefined;
    expect(given?.filter((name) => !commandNames.includes(name)) ?? []).toEqual([]);
    const meter = new WorkMeter();
    const end = Date.now() + 1000 * seconds;
    let favoured: readonly CommandName[] = given ?? [];
    let lives = 0;
    for (let seed = firstSeed; isSoak ? Date.now() < end : lives < 8; seed++) {
      try {
        fuzzOnce(seed, { favoured, meter });
      } catch (error) {
        throw new Error(`seed ${seed}, favoured ${favoured.join(',')}: ${(error as Error).stack}`, {
          cause: error,
        });
      }
      if (++lives % LIVES === 0 && given === undefined) {
        favoured = meter
          .rates()
          .slice(0, FAVOURED)
          .map(({ name }) => name);
      }
    }
    const lines = meter
      .rates()
      .slice(0, 2 * FAVOURED)
      .map(({ name, count, nanosecondsPerUnit: rate }) => {
        return `${rate.toFixed(3)} ns/unit, ${((rate * DEFAULT_WORK) / 1e9).toFixed(1)} s a budget, ${count} × ${name}`;
      });
    if (isSoak) {
      process.stdout.write(`${lives} hostile guests from seed ${firstSeed}:\n${lines.join('\n')}\n`);
    }
  },
  (seconds + 120) * 1000,
);
