/** As an OffscreenCanvas. */
export interface GpuCanvas {
  getContext(kind: 'webgpu'): GPUCanvasContext | null;
}

/** Makes a canvas of a size: `(width, height) => new OffscreenCanvas(width, height)`. */
export type MakeCanvas = (width: number, height: number) => GpuCanvas;

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
  let isLost = false;
  const lost = device.lost.then(() => {
    isLost = true;
  });
  try {
    context.configure({ device, format: 'rgba8unorm' });
    const view = context.getCurrentTexture().createView();
    const encoder = device.createCommandEncoder();
    encoder.beginRenderPass({ colorAttachments: [{ view, loadOp: 'clear', storeOp: 'store' }] }).end();
    device.queue.submit([encoder.finish()]);
    await Promise.race([lost, device.queue.onSubmittedWorkDone()]);
    // Its loss may be told after the work is.
    await Promise.race([lost, device.createBuffer({ size: 4, usage: 1 }).mapAsync(1)]);
    return !isLost;
  } catch {
    return false;
  } finally {
    device.destroy();
  }
}
