import { rendererContract } from '@cg/svga-device/renderer-contract';
import { WebGpuRenderer } from '../../src/index.js';
import { makeCanvas, type Bench } from './bench.js';

/** The contract of renderers, by its cases: each runs for a seed. */
export const contract: Readonly<Record<string, (bench: Bench, seed: number) => Promise<void>>> =
  Object.fromEntries(
    rendererContract.map(({ name, run }) => [
      name,
      ({ device }: Bench, seed: number) => run(() => new WebGpuRenderer(device, { makeCanvas }), seed),
    ]),
  );
