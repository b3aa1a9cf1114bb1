import type { RenderSurface } from './render-surface.js';
import type { ScreenRect } from '../screen/screen-target.js';

/** A screen target as a renderer sees it. The object itself is the key for the renderer's own picture. */
export interface RenderScreen {
  readonly width: number;
  readonly height: number;
  /** The device's pixels, as `ScreenTargetImage` has them; undefined while all are black. */
  readonly ownPixels: Uint8Array | undefined;
}

/**
 * What a renderer has to do so that a host can show what it has drawn without the device's bytes: it keeps a picture of
 * each screen that was updated from an image of its own.
 *
 * The device's pixels and the renderer's picture may differ. The device tracks which is newer, as with images of
 * surfaces: it calls `pixelsWritten` when its own change, and `pixelsNeeded` before it reads pixels that the renderer
 * has updated.
 */
export interface ScreenRenderer {
  /**
   * Copies a rectangle of an image, which is newer than the device's bytes, to the same place of a screen's picture: red,
   * green and blue as stored. What the picture has beside it is the screen's newest content.
   * @param rect inside both
   * @returns false if it does not: the device then reads the image back
   */
  update(screen: RenderScreen, surface: RenderSurface, subresource: number, rect: ScreenRect): boolean;
  /** The device's pixels are newer from now on. */
  pixelsWritten(screen: RenderScreen): void;
  /**
   * Copies the picture to the device's pixels (`screen.ownPixels`).
   * @returns undefined if they are up to date, as they are after an answer until the next update
   */
  pixelsNeeded(screen: RenderScreen): PromiseLike<void> | undefined;
  /**
   * The picture as `drawImage` of a canvas takes it, until the calling task ends; undefined if it is lost, or the
   * device's pixels are newer.
   */
  canvas(screen: RenderScreen): object | undefined;
  /** The screen is destroyed. */
  dropped(screen: RenderScreen): void;
}
