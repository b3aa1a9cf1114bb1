import { toSubImages, toTextureWrites } from '@cg/surface-layout';
import type { SubImages, SubresourceBox, SurfaceLayout, TextureWrites } from '@cg/surface-layout';

/** The APIs whose calls can be printed. */
export type UploadApi = 'webgpu' | 'webgl';

/** The calls that upload some boxes. */
export type UploadPlan =
  ({ readonly api: 'webgpu' } & TextureWrites) | ({ readonly api: 'webgl' } & SubImages);

export function planUpload(
  layout: SurfaceLayout,
  boxes: readonly SubresourceBox[],
  api: UploadApi,
): UploadPlan {
  return api === 'webgpu'
    ? { api, ...toTextureWrites(layout, boxes) }
    : { api, ...toSubImages(layout, boxes) };
}
