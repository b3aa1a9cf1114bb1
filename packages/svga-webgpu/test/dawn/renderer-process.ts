/** Scenarios on Dawn, in a process of its own. */
import { requestAdapter, serve } from '@cg/dawn/serve';
import { runScenario } from '../scenarios/run.js';

await serve({
  run: ({ name }: { readonly name: string }) =>
    runScenario(name, requestAdapter as () => Promise<GPUAdapter>),
});
