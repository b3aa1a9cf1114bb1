import { startDawn, type DawnProcess } from '@cg/dawn';
import type { TextureWrite, WebGpuTexture } from '../../src/index.js';

/** A texture to make, what to write to it, and how large its blocks are. */
export interface DawnRequest {
  readonly descriptor: WebGpuTexture['descriptor'];
  /** Those of the device that is used. */
  readonly features: readonly string[];
  readonly writes: readonly TextureWrite[];
  readonly backing: Uint8Array;
  readonly blockBytes: number;
  readonly blockSide: number;
}

/** Dawn on what there is, and why there are not both of its backends. */
export function startUploads(): ReturnType<typeof startDawn> {
  return startDawn(new URL('dawn-process.mjs', import.meta.url));
}

/**
 * Makes a texture and writes to it.
 * @returns the bytes of each mip, rows of blocks without padding
 * @throws Error with the validation error of Dawn
 */
export function upload(dawn: DawnProcess, request: DawnRequest): Promise<readonly Uint8Array[]> {
  return dawn.request('upload', request);
}
