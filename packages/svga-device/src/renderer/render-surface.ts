import type { SurfaceLayout } from '@cg/surface-layout';

/** A surface as a renderer sees it. The object itself is the key for the renderer's own data. */
export interface RenderSurface {
  readonly layout: SurfaceLayout;
  /** The device's bytes of all subresources, in `layout`; undefined while all of them are zeros, or freed. */
  readonly ownImage: Uint8Array | undefined;
  /**
   * Frees the device's bytes: the renderer has all of every subresource, drawn or as the device's bytes were, and its
   * image is the newer one of all from then on. They are there again, as zeros, when the device calls `imageNeeded` or
   * `imageWritten`. A renderer that has just fetched bytes keeps them until the device has gone on, which may need
   * those of several surfaces at once. Not to be called while the device calls.
   * @returns false if there are none, or they have a fixed place among what screens show: nothing has changed
   */
  freeImage?(): boolean;
  /**
   * The renderer has lost its image, of which some was newer than the device's bytes. What was in sync with the
   * guest's memory is loaded from there again, the rest is what the device's bytes are. Not to be called while the
   * device calls.
   */
  imageLost?(): void;
  /** Makes freed bytes again, as zeros: for a renderer that fetches what the device has not asked for. */
  renewImage?(): void;
  /**
   * Bytes of a buffer, from its start, that stream output has filled: where targets that append go on, and what
   * DRAW_AUTO draws. The renderer sets it (`DrawingRenderer.streamNeeded`), the device saves and restores it. Absent
   * as 0.
   */
  streamedBytes?: number;
}
