import type { SurfaceFormat } from '../formats.js';

/** Options for the interpretation of a surface. */
export interface UploadOptions {
  /** The format of the texels of a typeless format, with blocks of the same size. */
  readonly viewFormat?: SurfaceFormat | undefined;
  /**
   * Accept compressed surfaces whose size is not a multiple of the block; the texture then needs WebGPU's feature
   * `texture-compression-unaligned`. WebGL 2 has no equivalent.
   */
  readonly unaligned?: boolean | undefined;
}
