import type { Renderer } from '@cg/svga-device';
import { SoftRenderer } from '@cg/svga-soft';
import { canShowScreens, rendererDevice, WebGpuRenderer } from '@cg/svga-webgpu';

/** What draws for the device. */
export interface ChosenRenderer {
  readonly renderer: Renderer;
  /** A sentence for the user. */
  readonly what: string;
}

const software = (why: string): ChosenRenderer => ({
  renderer: new SoftRenderer(),
  what: `${why}: 3D is drawn in software.`,
});

/** A canvas that is drawn to the page’s own. */
const offscreen = (width: number, height: number): OffscreenCanvas => new OffscreenCanvas(width, height);

async function requestAdapter(): Promise<GPUAdapter> {
  const adapter = await navigator.gpu.requestAdapter();
  if (adapter === null) {
    throw new Error('no adapter');
  }
  return adapter;
}

/**
 * WebGPU where the browser has it, else the software renderer.
 * @param wanted «soft» for that in any case
 */
export async function chooseRenderer(wanted: string | null): Promise<ChosenRenderer> {
  if (wanted === 'soft') {
    return software('As the address asks');
  }
  // Missing in browsers without WebGPU, and on pages of insecure origins.
  if ((navigator as Partial<Navigator>).gpu === undefined) {
    return software('This browser has no WebGPU');
  }
  try {
    const { info } = await requestAdapter();
    const makeCanvas = (await canShowScreens(navigator.gpu, offscreen)) ? offscreen : undefined;
    // An adapter makes one device: after a loss another one is asked for.
    const requestDevice = async (): Promise<GPUDevice> => {
      const adapter = await requestAdapter();
      return adapter.requestDevice(rendererDevice(adapter));
    };
    const renderer = new WebGpuRenderer(await requestDevice(), { requestDevice, makeCanvas });
    const name = [info.vendor, info.architecture].filter((part) => part !== '').join(' ');
    return { renderer, what: `3D is drawn by WebGPU${name === '' ? '' : ` (${name})`}.` };
  } catch (error) {
    return software(`WebGPU does not work here (${(error as Error).message})`);
  }
}
