import type { SurfaceLayout } from '@cg/surface-layout';

/** A surface as a renderer sees it. The object itself is the key for the renderer's own data. */
export interface RenderSurface {
  readonly layout: SurfaceLayout;
  /** The device's bytes of all subresources, in `layout`; undefined while all of them are zeros. */
  readonly ownImage: Uint8Array | undefined;
}
