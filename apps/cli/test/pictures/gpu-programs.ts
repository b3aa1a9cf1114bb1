import type { Picture } from '@cg/svga-device';
import { rendererDevice, WebGpuRenderer } from '@cg/svga-webgpu';
import { playPrograms } from './recorded-programs.js';

/** What a recording gives on a GPU. */
export interface GpuPrograms {
  /** By name of the program. */
  readonly pictures: readonly (readonly [string, Picture])[];
  readonly refused: number;
  /** Draws that the device has left out, and what the renderer has. */
  readonly leftOut: number;
  readonly omissions: readonly string[];
  /** What WebGPU says: bugs. */
  readonly errors: readonly string[];
  readonly draws: number;
  readonly pipelines: number;
}

/** Replays a recording on a device of its own, in error scopes. */
export async function playOnAdapter(recording: Uint8Array, adapter: GPUAdapter): Promise<GpuPrograms> {
  const device = await adapter.requestDevice(rendererDevice(adapter));
  const errors: string[] = [];
  device.addEventListener('uncapturederror', ({ error }) => errors.push(error.message));
  const filters = ['out-of-memory', 'internal', 'validation'] as const;
  filters.forEach((filter) => device.pushErrorScope(filter));
  const renderer = new WebGpuRenderer(device);
  const { pictures, statistics } = await playPrograms(recording, renderer);
  await renderer.finish();
  for (const _ of filters) {
    const error = await device.popErrorScope();
    if (error !== null) {
      errors.push(error.message);
    }
  }
  const { omissions, lostDevices, draws, pipelines } = renderer.statistics;
  device.destroy();
  return {
    pictures: [...pictures],
    refused: statistics.errors,
    leftOut: statistics.drawsLeftOut,
    omissions: [...omissions.keys(), ...(lostDevices > 0 ? ['the device is lost'] : [])],
    errors,
    draws,
    pipelines,
  };
}
