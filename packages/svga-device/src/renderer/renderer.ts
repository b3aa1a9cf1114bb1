import type { SurfaceBox, SurfaceFormat, SurfaceLayout } from '@cg/surface-layout';

/** A surface as a renderer sees it. The object itself is the key under which a renderer keeps what it has of it. */
export interface RenderSurface {
  readonly layout: SurfaceLayout;
  /** The device's bytes of all subresources, laid out as `layout` says; undefined while all of them are zeros. */
  readonly ownImage: Uint8Array | undefined;
}

/** A subresource of a surface. */
export interface RenderImage {
  readonly surface: RenderSurface;
  readonly subresource: number;
}

/** What a view shows: parts of a surface, as texels of a format. */
export interface RenderView {
  readonly surface: RenderSurface;
  readonly format: SurfaceFormat;
  /** Runs of texels: the byte offset of the first one in the first sample sheet, and how many. */
  readonly slices: readonly { readonly offset: number; readonly texels: number }[];
  /** The subresources that the runs are of. */
  readonly subresources: readonly number[];
  /** The runs are all of these subresources. */
  readonly isWhole: boolean;
}

/**
 * What a view is cleared to: a colour, of which the view's format takes what it has; the depth, the stencil value or
 * both, the other being kept; or the bytes of a texel.
 */
export type ClearValue =
  | { readonly kind: 'color'; readonly color: Float64Array }
  | { readonly kind: 'depth-stencil'; readonly depth?: number; readonly stencil?: number }
  | { readonly kind: 'texel'; readonly texel: Uint8Array };

/** A box of the target, and where the source's begins. All sample sheets are meant. */
export interface CopiedBox {
  readonly to: SurfaceBox;
  readonly from: Pick<SurfaceBox, 'x' | 'y' | 'z'>;
}

/**
 * What draws for the device: it keeps images of surfaces of its own, a GPU's textures for example, and may answer late.
 *
 * The device's bytes and the renderer's image of a subresource differ in time. The device knows which is newer: it
 * tells `imageWritten` when its own bytes change, and asks `imageNeeded` before it reads bytes that the renderer has
 * changed by `clear` or `copy`. A command that needs them stops the command stream until the answer is there; fences,
 * interrupts and later commands wait behind it.
 *
 * No call may access the device's ports. An answer is any `PromiseLike`; one that is rejected fails the command.
 */
export interface Renderer {
  /**
   * Clears a view. @returns false where it does not: the device then does it on its bytes, for which it may ask
   * `imageNeeded` first
   */
  clear(view: RenderView, value: ClearValue): boolean;
  /** Copies boxes, in order; between formats of equal blocks byte for byte. @returns false as `clear` does */
  copy(source: RenderImage, target: RenderImage, boxes: readonly CopiedBox[]): boolean;
  /**
   * The device's bytes are newer from now on: of one subresource, or of all where it is left out. They may still be
   * changed until the next call of the renderer, so they are read when they are used, not here.
   */
  imageWritten(surface: RenderSurface, subresource?: number): void;
  /**
   * Brings a subresource that the renderer has changed into the device's bytes (`surface.ownImage`).
   * @returns undefined where it is there already, which it is after an answer until the renderer changes it again
   */
  imageNeeded(surface: RenderSurface, subresource: number): PromiseLike<void> | undefined;
  /** The surface is destroyed. */
  surfaceDropped(surface: RenderSurface): void;
  /** The device is reset or restored: no surface is left. */
  reset(): void;
}
