import type { SurfaceBox, SurfaceFormat } from '@cg/surface-layout';
import type { DrawCall, PipelineState, TextureResourceView } from './pipeline-state.js';
import type { RenderSurface } from './render-surface.js';
import type { RendererCaps } from './renderer-caps.js';
import type { ScreenRenderer } from './screen-renderer.js';

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

/** Boxes of a scaling copy, of one sample each. */
export interface BlitBoxes {
  readonly from: SurfaceBox;
  readonly to: SurfaceBox;
}

/**
 * How texels are taken: the one that contains the target's centre, or, of colours, linearly between the four around it
 * (rows and columns; of slices the nearest). Places beyond the source's box are clamped to it.
 */
export interface BlitFilter {
  readonly linear: boolean;
  /** Colours that are stored as sRGB are converted to linear light and back; otherwise they are as stored. */
  readonly linearLight: boolean;
}

/** A query; the object itself is the key for the renderer's own data. */
export interface RenderQuery {
  /** SVGA3D_QUERYTYPE. */
  readonly type: number;
}

/**
 * The result of a query: samples that passed, 0 or 1 of a predicate, ticks of a timestamp, ticks a second and 0 or 1 of
 * TIMESTAMPDISJOINT, primitives written and primitives that needed room of stream output, the fields of
 * SVGADXPipelineStatisticsQueryResult (those that are missing are 0). Undefined if the renderer cannot tell: the query
 * has failed.
 */
export type QueryResult = readonly number[] | undefined;

/**
 * What a draw may cost, in the device's units of work (`SvgaDeviceOptions.maxWorkBytes`): the cost of its shaders and
 * pixels is the renderer's to know.
 */
export interface DrawWork {
  /** What the command buffer may still cost. */
  readonly left: number;
  /**
   * Charges for a draw: before it is done, or, where its cost is known only then, afterwards. While the device waits
   * for the draw, too.
   * @returns false if that is more than is left: the command is refused (E2BIG), and nothing more of it is done
   */
  charge(units: number): boolean;
}

/**
 * Draws for the device: it keeps its own images of surfaces, a GPU's textures for example, and may answer late.
 *
 * The device's bytes and the renderer's image of a subresource may differ. The device tracks which is newer: it calls
 * `imageWritten` when its own bytes change, and `imageNeeded` before it reads bytes that are freed, or that the
 * renderer has changed by any of the others. A command that needs them stops the command stream until the answer is
 * there; fences, interrupts and later commands wait behind it.
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
   * Copies a box with scaling and conversion of formats: both are colours, integers with a sign, integers without, or
   * the same depth. Integers that the target does not hold become the nearest that it does.
   * @returns false as `clear`
   */
  blit?(source: RenderImage, target: RenderImage, boxes: BlitBoxes, filter: BlitFilter): boolean;
  /**
   * Averages the samples of one subresource into another, as texels of a format, in linear light; of what is no colour
   * it takes the first sample.
   * @returns false as `clear`
   */
  resolve?(source: RenderImage, target: RenderImage, format: SurfaceFormat): boolean;
  /**
   * Computes the view's mips below its first one: each texel is the mean of two in each direction, in linear light, and
   * of what is no colour the first of them.
   * @returns false as `clear`
   */
  generateMips?(view: TextureResourceView): boolean;
  /**
   * The device's bytes are newer from now on: of one subresource, or of all if it is left out; only in a box if there
   * is one. They may still change until the next call of the renderer, so they must be read at their use, not here.
   * Where the renderer has taken the box (`takesBox`) and its image is newer, the bytes around the box mean nothing.
   */
  imageWritten(surface: RenderSurface, subresource?: number, box?: SurfaceBox): void;
  /**
   * The device is about to write a box of a subresource that the renderer has changed, or whose bytes are freed, and
   * to tell of it by `imageWritten`: all boxes that it has told of before are written.
   * @returns whether the renderer takes the box alone into its image; otherwise, or without the method, the device
   *   fetches the subresource first
   */
  takesBox?(surface: RenderSurface, subresource: number, box: SurfaceBox): boolean;
  /**
   * Copies a subresource that the renderer has changed into the device's bytes (`surface.ownImage`).
   * @returns undefined if they are up to date, as they are after an answer until the renderer's next change
   */
  imageNeeded(surface: RenderSurface, subresource: number): PromiseLike<void> | undefined;
  /** The surface is destroyed. */
  surfaceDropped(surface: RenderSurface): void;
  /** Present if it keeps pictures of screens. They are dropped by `reset` as well. */
  readonly screens?: ScreenRenderer | undefined;
  /** The device is reset or restored: no surface exists any more. */
  reset(): void;
}

/** A renderer that draws. With it the device offers 3D, and what `caps` say. */
export interface DrawingRenderer extends Renderer {
  readonly caps: RendererCaps;
  /**
   * Draws. Nothing that the state or the call holds is an error: a renderer leaves out what it cannot draw.
   * @param queries those that count the draw: a context's own. Without it, all that have begun do
   * @param work is charged with the draw's cost; without it nothing is
   * @returns an answer that the stream has to wait for before it goes on
   */
  draw(
    state: PipelineState,
    call: DrawCall,
    queries?: readonly RenderQuery[],
    work?: DrawWork,
  ): PromiseLike<void> | undefined;
  /**
   * Brings `surface.streamedBytes` up to date, if draws have streamed out to the surface.
   * @returns undefined if it is up to date; a renderer without the method sets it in `draw`
   */
  streamNeeded?(surface: RenderSurface): PromiseLike<void> | undefined;
  /** Counts draws from here on, until `endQuery`. */
  beginQuery(query: RenderQuery): void;
  /** Ends a query, which may not have been begun (timestamps never are). */
  endQuery(query: RenderQuery): PromiseLike<QueryResult> | QueryResult;
}

/** The renderer, if it is one that draws. */
export function drawingRenderer(renderer: Renderer | undefined): DrawingRenderer | undefined {
  return renderer !== undefined && 'draw' in renderer ? (renderer as DrawingRenderer) : undefined;
}
