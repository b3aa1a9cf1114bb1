import type { SurfaceLayout } from '@cg/surface-layout';

/** A surface as a renderer sees it. The object itself is the key for the renderer's own data. */
export interface RenderSurface {
  readonly layout: SurfaceLayout;
  /** The device's bytes of all subresources, in `layout`; undefined while all of them are zeros, or freed. */
  readonly ownImage: Uint8Array | undefined;
  /**
   * Frees the device's bytes, where the renderer has a newer image of every subresource; otherwise, or where they
   * have a fixed place among what screens show, it does nothing. They are there again, as zeros, when the device
   * calls `imageNeeded`. Not to be called while the device calls.
   */
  freeImage?(): void;
  /** Makes freed bytes again, as zeros: for a renderer that fetches what the device has not asked for. */
  renewImage?(): void;
  /**
   * Bytes of a buffer, from its start, that stream output has filled: where targets that append go on, and what
   * DRAW_AUTO draws. The renderer sets it (`DrawingRenderer.streamNeeded`), the device saves and restores it. Absent
   * as 0.
   */
  streamedBytes?: number;
}
