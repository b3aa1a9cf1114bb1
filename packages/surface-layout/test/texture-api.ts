import type { SubImage, SubImages, TextureWrite } from '../src/index.js';

/** What a texture is made with. */
export interface TextureShape {
  /** A GPUTextureFormat, or the name of a WebGL constant. */
  readonly format: string;
  readonly dimension: '2d' | '3d';
  readonly width: number;
  readonly height: number;
  /** Or depth. */
  readonly layers: number;
  readonly mipLevels: number;
}

/**
 * A texture that takes one API's calls. The suites of uploads run on models that were written from the
 * specifications; an implementation over a real device can take their place, and the suites stay as they are.
 * @typeParam Write one call's arguments
 */
export interface UploadTarget<Write> {
  /** @throws Error where the API would report a validation error */
  write(write: Write, backing: Uint8Array): void;
  /** Bytes of the block whose first texel this is; the layer of an array, or the slice. */
  block(mipLevel: number, x: number, y: number, layer: number): readonly number[];
}

/** Makes a texture. */
export type CreateTexture<Write> = (shape: TextureShape) => UploadTarget<Write>;

/** What a WebGL call needs beside its own parameters: of its texture. */
export type GlWrite = SubImage & { readonly format: SubImages['formats'][number] };

export type GpuWrite = TextureWrite;
