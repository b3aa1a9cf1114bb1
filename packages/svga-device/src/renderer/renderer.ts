import type { SurfaceBox, SurfaceFormat, SurfaceLayout } from '@cg/surface-layout';

/** A surface as a renderer sees it. The object itself is the key for the renderer's own data. */
export interface RenderSurface {
  readonly layout: SurfaceLayout;
  /** The device's bytes of all subresources, in `layout`; undefined while all of them are zeros. */
  readonly ownImage: Uint8Array | undefined;
}

/** A subresource of a surface. */
export interface RenderImage {
  readonly surface: RenderSurface;
  readonly subresource: number;
}

/** The parts of a surface that a view shows, as texels of a format. */
export interface RenderView {
  readonly surface: RenderSurface;
  readonly format: SurfaceFormat;
  /** Runs of texels: the byte offset of the first one in the first sample sheet, and the number of texels. */
  readonly slices: readonly { readonly offset: number; readonly texels: number }[];
  /** The subresources of the runs. */
  readonly subresources: readonly number[];
  /** The runs cover these subresources entirely. */
  readonly isWhole: boolean;
}

/**
 * The value of a clear: a colour, of which the view's format uses its channels; the depth, the stencil value or both,
 * the other being kept; or the bytes of a texel.
 */
export type ClearValue =
  | { readonly kind: 'color'; readonly color: Float64Array }
  | { readonly kind: 'depth-stencil'; readonly depth?: number; readonly stencil?: number }
  | { readonly kind: 'texel'; readonly texel: Uint8Array };

/** A box of the target, and the origin of the source's. It applies to all sample sheets. */
export interface CopiedBox {
  readonly to: SurfaceBox;
  readonly from: Pick<SurfaceBox, 'x' | 'y' | 'z'>;
}

/**
 * Draws for the device: it keeps its own images of surfaces, a GPU's textures for example, and may answer late.
 *
 * The device's bytes and the renderer's image of a subresource may differ. The device tracks which is newer: it calls
 * `imageWritten` when its own bytes change, and `imageNeeded` before it reads bytes that the renderer has changed by
 * `clear` or `copy`. A command that needs them stops the command stream until the answer is there; fences, interrupts
 * and later commands wait behind it.
 *
 * No call may access the device's ports. An answer is any `PromiseLike`; a rejected one fails the command.
 */
export interface Renderer {
  /**
   * Clears a view.
   * @returns false if it does not: the device then clears its bytes, for which it may call `imageNeeded` first
   */
  clear(view: RenderView, value: ClearValue): boolean;
  /** Copies boxes, in order; between formats of equal blocks byte for byte. @returns false as `clear` */
  copy(source: RenderImage, target: RenderImage, boxes: readonly CopiedBox[]): boolean;
  /**
   * The device's bytes are newer from now on: of one subresource, or of all if it is left out. They may still
   * change until the next call of the renderer, so they must be read at their use, not here.
   */
  imageWritten(surface: RenderSurface, subresource?: number): void;
  /**
   * Copies a subresource that the renderer has changed into the device's bytes (`surface.ownImage`).
   * @returns undefined if they are up to date, as they are after an answer until the renderer's next change
   */
  imageNeeded(surface: RenderSurface, subresource: number): PromiseLike<void> | undefined;
  /** The surface is destroyed. */
  surfaceDropped(surface: RenderSurface): void;
  /** The device is reset or restored: no surface exists any more. */
  reset(): void;
}
