import type { SurfaceFormat } from '../formats.js';

/** How to understand a surface that is uploaded. */
export interface UploadOptions {
  /** What the texels of a typeless format are: a format with blocks of the same size. */
  readonly viewFormat?: SurfaceFormat | undefined;
  /**
   * Accept compressed surfaces whose size is no multiple of the block, by WebGPU's feature
   * `texture-compression-unaligned`, which such a texture then needs. WebGL 2 has nothing of the kind.
   */
  readonly unaligned?: boolean | undefined;
}
