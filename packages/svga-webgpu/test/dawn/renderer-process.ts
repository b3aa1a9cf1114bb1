/** Scenarios on Dawn, in a process of its own. */
import { requestAdapter, serve } from '@cg/dawn/serve';
import { runHostile, runScenario } from '../scenarios/run.js';

const adapters = requestAdapter as () => Promise<GPUAdapter>;

await serve({
  run: ({ name }: { readonly name: string }) => runScenario(name, adapters),
  hostile: ({ seed }: { readonly seed: number }) => runHostile(seed, adapters),
});
