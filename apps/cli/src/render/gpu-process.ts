/** The process of `playOnGpu`: plays one recording on Dawn, npm `webgpu`. */
import { SvgaDeviceError } from '@cg/svga-device';
import { rendererDevice, WebGpuRenderer } from '@cg/svga-webgpu';
import type * as Dawn from 'webgpu';
import { playToMark } from './play-to-mark.js';
import type { GpuMessage, GpuRequest } from './play-on-gpu.js';

/** A driver may report one error for each draw. */
const MOST_ERRORS = 100;

/** Dawn's own object outlives the adapter only if something keeps it. */
let gpu: GPU | undefined;

function say(message: GpuMessage): void {
  process.send!(message);
}

async function loadDawn(): Promise<typeof Dawn | undefined> {
  try {
    return await import('webgpu');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const isMissing = code === 'ERR_MODULE_NOT_FOUND' && message.includes("'webgpu'");
    say(isMissing ? { kind: 'no-package' } : { kind: 'no-adapter', reason: message });
    return undefined;
  }
}

async function start(): Promise<void> {
  const dawn = await loadDawn();
  if (dawn === undefined) {
    return;
  }
  Object.assign(globalThis, dawn.globals);
  gpu = dawn.create([]);
  const adapter = await gpu.requestAdapter();
  if (adapter === null) {
    say({ kind: 'no-adapter', reason: 'Dawn finds none' });
    return;
  }
  const { vendor, device, description } = adapter.info;
  process.once('message', (request: GpuRequest) => void play(request, adapter));
  say({ kind: 'adapter', name: [vendor, device, description].filter(Boolean).join(', ') });
}

async function play({ recording, at, surface }: GpuRequest, first: GPUAdapter): Promise<void> {
  const errors: string[] = [];
  const listen = (device: GPUDevice): GPUDevice => {
    device.addEventListener('uncapturederror', ({ error }) => {
      if (errors.length < MOST_ERRORS) {
        errors.push(error.message);
      }
    });
    return device;
  };
  const requestDevice = async (): Promise<GPUDevice> => {
    const adapter = await gpu!.requestAdapter();
    if (adapter === null) {
      throw new Error('the adapter is gone');
    }
    return listen(await adapter.requestDevice(rendererDevice(adapter)));
  };
  const device = listen(await first.requestDevice(rendererDevice(first)));
  const renderer = new WebGpuRenderer(device, { requestDevice });
  try {
    const played = await playToMark(recording, { renderer, at, surface });
    await renderer.finish();
    const { omissions, lostDevices } = renderer.statistics;
    say({ kind: 'played', played, report: { omissions: [...omissions], lostDevices, errors } });
  } catch (error) {
    if (!(error instanceof SvgaDeviceError)) {
      throw error;
    }
    say({ kind: 'refused', message: error.message });
  }
}

await start();
