import { Bench } from './bench.js';
import { scenarios } from './index.js';

/** Runs a scenario on devices of its own; throws if something is wrong, or WebGPU finds an error. */
export async function runScenario(name: string, requestAdapter: () => Promise<GPUAdapter>): Promise<void> {
  const benches: Bench[] = [];
  let failure: unknown;
  try {
    await scenarios[name](async (options) => {
      const bench = await Bench.open(requestAdapter, options);
      benches.push(bench);
      return bench;
    });
  } catch (error) {
    failure = error;
  }
  // What WebGPU says explains what is wrong.
  for (const bench of benches) {
    await bench.close();
  }
  if (failure !== undefined) {
    throw failure as Error;
  }
}
