import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isSoak } from '@cg/vitest-config/seeds';
import { beforeAll, describe, expect, it } from 'vitest';
import { defaultCacheFolder } from '../src/boot/guest-files.js';
import { chooseCostPrograms } from '../src/cost/cost-programs.js';
import { describeCost, hasCostFailed, timesLlvmpipe } from '../src/cost/cost-report.js';
import { measureCost, type CostReport } from '../src/cost/measure-cost.js';
import { GuestError } from '../src/guest-error.js';
import { scene, startGlGuest } from '../src/gl/gl-guest.js';
import type { RendererName } from '../src/gl/renderer-names.js';
import { makeRenderer } from '../src/gl/renderers.js';
import { runProgram } from '../src/gl/run-program.js';
import { soakGuest } from './soak-guest.js';

const MILLISECONDS = 1_800_000;

/** A guest that is run only where `cg guest --gl` has made its disk: nothing is fetched. */
const isMade = existsSync(join(defaultCacheFolder(), 'debian-i386-mesa', 'packages.json'));
const reason = [
  isSoak ? '' : 'npm run soak -- cost runs it',
  isMade ? '' : 'cg guest --gl tri has not made its disk',
]
  .filter(Boolean)
  .join('; ');

/** Bytes that a frame uploads, explicit and with coherent memory. */
const BYTES: Readonly<Record<string, readonly [explicit: number, coherent: number]>> = {
  texquad: [1024, 8192],
  persist: [8192, 8192],
  many: [12_800, 16_384],
};

function print(text: string): void {
  process.stderr.write(`\n${text}\n`);
}

describe.skipIf(reason !== '')(`the cost of coherence ${reason}`.trim(), () => {
  it(
    'is measured: equal pictures, and the bytes that are known; the model uploads no more than the kernel',
    { timeout: MILLISECONDS },
    async () => {
      const report = await measure('soft');
      expect(report.programs.filter(hasCostFailed)).toEqual([]);
      for (const { scene: name, explicit, coherent } of report.programs) {
        const { changed, modelled, bytesUploaded } = coherent.aFrame;
        if (BYTES[name] !== undefined) {
          expect([name, explicit.aFrame.bytesUploaded, bytesUploaded]).toEqual([name, ...BYTES[name]]);
        }
        expect(changed, name).toBeLessThanOrEqual(modelled);
        expect(modelled, name).toBeLessThanOrEqual(bytesUploaded);
      }
    },
  );

  it(
    'WebGPU, where there is a driver, draws many at least 5 times as fast as llvmpipe in the guest',
    {
      timeout: MILLISECONDS,
    },
    async ({ skip }) => {
      const report = await measure('webgpu', ['many']).catch((error: unknown) => {
        if (error instanceof GuestError && error.message.startsWith('there is no WebGPU')) {
          skip(error.message);
        }
        throw error;
      });
      expect(timesLlvmpipe(report.rivalry)).toBeGreaterThanOrEqual(5);
    },
  );

  describe('the first program', () => {
    let fromPowerOn: number;

    beforeAll(async () => {
      const renderer = await makeRenderer('soft');
      // It is booted, and runs a program; then a state is saved, unless there is one.
      fromPowerOn = await secondsOf(async () => startGlGuest({ ...soakGuest, renderer, useStates: false }));
      await secondsOf(async () => startGlGuest({ ...soakGuest, renderer, useStates: true }));
    }, MILLISECONDS);

    it(
      'ends in less than a fifth of the time from power-on in a saved guest',
      { timeout: MILLISECONDS },
      async () => {
        const renderer = await makeRenderer('soft');
        const fromState = await secondsOf(async () => {
          const started = await startGlGuest({ ...soakGuest, renderer, useStates: true });
          expect(started.restored).toBe(true);
          const run = await runProgram(started.guest, scene('tri'), { coherent: false, seconds: 300 });
          expect(run.exitCode).toBe(0);
          return started;
        });
        print(
          `first program: ${fromState.toFixed(1)} s from the saved state, ${fromPowerOn.toFixed(1)} s from power-on: ` +
            `${(fromState / fromPowerOn).toFixed(2)} of it`,
        );
        expect(fromState / fromPowerOn).toBeLessThan(0.2);
      },
    );
  });
});

async function measure(renderer: RendererName, names: readonly string[] = []): Promise<CostReport> {
  const request = {
    ...soakGuest,
    renderer,
    programs: chooseCostPrograms(names),
    useStates: true,
    rounds: 3,
    seconds: 0.3,
  };
  const report = await measureCost({ ...request, onProgram: () => {} });
  print(describeCost(report));
  return report;
}

/** Seconds until the guest is there. It is ended. */
async function secondsOf(start: () => ReturnType<typeof startGlGuest>): Promise<number> {
  const before = performance.now();
  const { guest } = await start();
  const seconds = (performance.now() - before) / 1000;
  await guest.end();
  return seconds;
}
