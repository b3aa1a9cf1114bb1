/** Comparisons of renderers on Dawn, in a process of its own. */
import { requestAdapter, serve } from '@cg/dawn/serve';
import { rendererDevice, WebGpuRenderer } from '@cg/svga-webgpu';
import { compareRenderers } from '../compare-renderers.js';

let device: Promise<GPUDevice> | undefined;
const errors: string[] = [];

async function openDevice(): Promise<GPUDevice> {
  const adapter = (await requestAdapter()) as GPUAdapter;
  const made = await adapter.requestDevice(rendererDevice(adapter));
  made.addEventListener('uncapturederror', ({ error }) => errors.push(error.message));
  return made;
}

await serve({
  compare: async ({ seed }: { readonly seed: number }) => {
    device ??= openDevice();
    const gpu = await device;
    const renderer = new WebGpuRenderer(gpu);
    try {
      await compareRenderers(renderer, gpu.features, seed);
    } finally {
      renderer.reset();
      await renderer.finish();
    }
    const [error] = errors.splice(0);
    if (error !== undefined) {
      throw new Error(`seed ${seed}: WebGPU: ${error}`);
    }
  },
});
