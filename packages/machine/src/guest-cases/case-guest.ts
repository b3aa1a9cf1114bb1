import type { ByteRange, CaseBox } from './guest-case.js';

/** The target of a case: the simulated machine, or a real kernel. */
export interface CaseGuest {
  /** Loads from the mapping. */
  read(range: ByteRange): Promise<Uint8Array>;
  /** Stores one value to each byte of the mapping's range. */
  write(range: ByteRange, value: number): Promise<void>;
  /** Unmaps the surface and maps it again. */
  remap(): Promise<void>;
  /**
   * Submits a SURFACE_COPY between the surface and another one of its kind, of the last mip of the first layer,
   * and waits for its fence.
   * @param toSurface whether the surface is the destination
   */
  submit(toSurface: boolean): Promise<void>;
  /** Hashes of the mapping's pages: `fnv1a` of the loaded bytes. */
  pageHashes(): Promise<readonly number[]>;
  /** The device's image of a subresource; undefined before the first submission. */
  image(which: 'surface' | 'other', subresource: number): Uint8Array | undefined;
  /** The commands on the surface since the last call, without those of the submission itself. */
  takeCommands(): Promise<SurfaceCommands>;
}

/** The commands that a driver sent for a surface. */
export interface SurfaceCommands {
  readonly boxes: readonly CaseBox[];
  /** Names of read-back commands. */
  readonly readBacks: readonly string[];
}

/** 32-bit FNV-1a. */
export function fnv1a(bytes: Uint8Array): number {
  let hash = 2_166_136_261;
  for (const byte of bytes) {
    hash = Math.imul(hash ^ byte, 16_777_619);
  }
  return hash >>> 0;
}
