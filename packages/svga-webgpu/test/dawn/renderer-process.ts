/** Scenarios on Dawn, in a process of its own. */
import { requestAdapter, serve } from '@cg/dawn/serve';
import { runContract, runHostile, runScenario } from '../scenarios/run.js';

const adapters = requestAdapter as () => Promise<GPUAdapter>;

await serve({
  run: ({ name }: { readonly name: string }) => runScenario(name, adapters),
  contract: ({ name, seed }: { readonly name: string; readonly seed: number }) =>
    runContract(name, seed, adapters),
  hostile: ({ seed }: { readonly seed: number }) => runHostile(seed, adapters),
});
