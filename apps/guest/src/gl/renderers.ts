import type { Renderer } from '@cg/svga-device';
import { SoftRenderer } from '@cg/svga-soft';
import { rendererDevice, WebGpuRenderer } from '@cg/svga-webgpu';
import { GuestError } from '../guest-error.js';
import type { RendererName } from './renderer-names.js';

/** A renderer. Devices with renderers of the same name, on one machine, offer a guest the same. */
export interface NamedRenderer {
  readonly name: string;
  readonly renderer: Renderer | undefined;
}

/** One of those that a user chooses. */
export interface ChosenRenderer extends NamedRenderer {
  /** How often it has left something out, by what that was. */
  leftOut(): ReadonlyMap<string, number>;
}

interface Dawn {
  readonly globals: object;
  create(flags: readonly string[]): GPU;
}

/** Dawn's own object outlives a reference to an adapter only. */
let gpu: GPU | undefined;

/** @throws Error where npm `webgpu` is not installed, or finds no adapter */
async function requestAdapter(): Promise<GPUAdapter> {
  const { create, globals } = (await import('webgpu')) as Dawn;
  Object.assign(globalThis, globals);
  gpu ??= create([]);
  const adapter = await gpu.requestAdapter();
  if (adapter === null) {
    throw new Error('no adapter');
  }
  return adapter;
}

async function webGpuRenderer(): Promise<ChosenRenderer> {
  const { info } = await requestAdapter();
  // An adapter makes one device: after a loss another one is asked for.
  const requestDevice = async (): Promise<GPUDevice> => {
    const adapter = await requestAdapter();
    return adapter.requestDevice(rendererDevice(adapter));
  };
  const renderer = new WebGpuRenderer(await requestDevice(), { requestDevice });
  return {
    name: ['webgpu', info.vendor, info.architecture, info.device].join(' '),
    renderer,
    leftOut: () => new Map(renderer.statistics.omissions),
  };
}

/** @throws GuestError for WebGPU without an adapter */
export async function makeRenderer(name: RendererName): Promise<ChosenRenderer> {
  if (name === 'none') {
    return { name, renderer: undefined, leftOut: () => new Map() };
  }
  if (name === 'webgpu') {
    try {
      return await webGpuRenderer();
    } catch (error) {
      const [reason] = (error as Error).message.split('\n');
      throw new GuestError(
        `there is no WebGPU here: ${reason}`,
        "it needs the npm package webgpu and a Vulkan driver: a graphics card's, or that of an installed Chromium " +
          '(see VK_DRIVER_FILES in the README of @cg/guest)',
      );
    }
  }
  const renderer = new SoftRenderer();
  return {
    name,
    renderer,
    leftOut: () => new Map([['the rest of a draw that costs too much', renderer.endedDraws]]),
  };
}
