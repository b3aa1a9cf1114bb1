import { BUFFER_USAGE, MAP_READ } from '../gpu/flags.js';

/** As an OffscreenCanvas. */
export interface GpuCanvas {
  getContext(kind: 'webgpu'): GPUCanvasContext | null;
}

/** Makes a canvas of a size: `(width, height) => new OffscreenCanvas(width, height)`. */
export type MakeCanvas = (width: number, height: number) => GpuCanvas;

const RETRY_MS = 50;
const RETRIES = 40;

interface Timers {
  setTimeout(work: () => void, milliseconds: number): unknown;
}

/**
 * Whether a device can draw to canvases. In a browser without a GPU it may be lost by the attempt, and with it every
 * other device of the page: so ask before these are requested.
 */
export async function canShowScreens(
  gpu: Pick<GPU, 'requestAdapter'>,
  makeCanvas: MakeCanvas,
): Promise<boolean> {
  const device = await (await gpu.requestAdapter())?.requestDevice();
  const context = makeCanvas(1, 1).getContext('webgpu');
  if (device === undefined || context === null) {
    return false;
  }
  if (await survives(device, context)) {
    device.destroy();
    return true;
  }
  // The browser starts anew: it has no adapter for a while.
  for (let i = 0; i < RETRIES && (await gpu.requestAdapter()) === null; i++) {
    await new Promise<void>((resolve) => {
      (globalThis as unknown as Timers).setTimeout(resolve, RETRY_MS);
    });
  }
  return false;
}

/** Whether a device is still there after it has drawn to a canvas. */
async function survives(device: GPUDevice, context: GPUCanvasContext): Promise<boolean> {
  const lost = device.lost.then(() => false);
  try {
    context.configure({ device, format: 'rgba8unorm' });
    const view = context.getCurrentTexture().createView();
    const encoder = device.createCommandEncoder();
    encoder.beginRenderPass({ colorAttachments: [{ view, loadOp: 'clear', storeOp: 'store' }] }).end();
    device.queue.submit([encoder.finish()]);
    // A buffer is mapped only by a device that is there; work that a lost one has not done counts as done.
    const mapped = device.createBuffer({ size: 4, usage: BUFFER_USAGE.MAP_READ }).mapAsync(MAP_READ);
    return await Promise.race([lost, mapped.then(() => true)]);
  } catch {
    return false;
  }
}
