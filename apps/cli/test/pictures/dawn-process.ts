/** Recordings on Dawn, in a process of its own. */
import { requestAdapter, serve } from '@cg/dawn/serve';
import { playOnAdapter } from './gpu-programs.js';

await serve({
  play: async ({ recording }: { readonly recording: Uint8Array }) =>
    playOnAdapter(recording, (await requestAdapter()) as GPUAdapter),
});
