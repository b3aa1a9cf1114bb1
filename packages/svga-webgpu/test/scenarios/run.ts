import { Bench, type Scenario } from './bench.js';
import { contract } from './contract.js';
import { hostileRun } from './hostile.js';
import { scenarios } from './index.js';

type Adapters = () => Promise<GPUAdapter>;

/** Runs a scenario on devices of its own; throws if something is wrong, or WebGPU finds an error. */
export function runScenario(name: string, requestAdapter: Adapters): Promise<void> {
  return run(scenarios[name], requestAdapter);
}

/** A case of the contract of renderers. */
export function runContract(name: string, seed: number, requestAdapter: Adapters): Promise<void> {
  return run(async (open) => contract[name](await open(), seed), requestAdapter);
}

/** The same with random states. */
export function runHostile(seed: number, requestAdapter: Adapters): Promise<void> {
  return run((open) => hostileRun(open, seed), requestAdapter);
}

async function run(scenario: Scenario, requestAdapter: Adapters): Promise<void> {
  const benches: Bench[] = [];
  let failure: unknown;
  try {
    await scenario(async (options) => {
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
