import type { SubImage, TextureWrite, WebGlTexture, WebGpuTexture } from '../src/index.js';

/**
 * A texture that takes one API's calls.
 * @typeParam Write one call's arguments
 */
export interface UploadTarget<Write> {
  /** @throws Error here or in `finish` where the API reports an error */
  write(write: Write, backing: Uint8Array): void;
  /** Waits until all writes are done and can be read back. */
  finish(): Promise<void>;
  /** Bytes of the block whose first texel this is; the layer of an array, or the slice. */
  block(mipLevel: number, x: number, y: number, layer: number): Uint8Array;
}

/**
 * What makes textures: a model that was written from the specification, or a real implementation. The suites
 * of uploads run on each.
 * @typeParam Texture what a texture is made with
 */
export interface UploadDevice<Texture, Write> {
  readonly name: string;
  /** False where writes are validated, but no texel is kept: `block` is not to be called. */
  readonly holdsTexels: boolean;
  /** False where the device lacks a feature or a limit that the texture needs. */
  supports(texture: Texture): boolean;
  createTexture(texture: Texture): UploadTarget<Write>;
}

export type WebGpuDevice = UploadDevice<WebGpuTexture, TextureWrite>;
export type WebGlDevice = UploadDevice<WebGlTexture, SubImage>;
