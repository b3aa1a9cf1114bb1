import { toSubImages, toTextureWrites } from '@cg/surface-layout';
import type { SubImages, SubresourceBox, SurfaceLayout, TextureWrites } from '@cg/surface-layout';

/** The APIs whose calls can be printed. */
export type UploadApi = 'webgpu' | 'webgl';

/** The calls that upload some boxes. */
export type UploadPlan =
  ({ readonly api: 'webgpu' } & TextureWrites) | ({ readonly api: 'webgl' } & SubImages);

/** @param unaligned whether WebGPU has texture-compression-unaligned */
export function planUpload(
  layout: SurfaceLayout,
  boxes: readonly SubresourceBox[],
  api: UploadApi,
  unaligned: boolean,
): UploadPlan {
  return api === 'webgpu'
    ? { api, ...toTextureWrites(layout, boxes, { unaligned }) }
    : { api, ...toSubImages(layout, boxes) };
}
