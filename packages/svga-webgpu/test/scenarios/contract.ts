import { rendererContract } from '@cg/svga-device/renderer-contract';
import { WebGpuRenderer } from '../../src/index.js';
import type { Scenario } from './bench.js';

const SEEDS = 4;

/** The contract of renderers. */
export const contractScenarios: Record<string, Scenario> = Object.fromEntries(
  rendererContract.map(({ name, run }): [string, Scenario] => [
    name,
    async (open) => {
      const { device } = await open();
      for (let seed = 1; seed <= SEEDS; seed++) {
        await run(() => new WebGpuRenderer(device), seed);
      }
    },
  ]),
);
