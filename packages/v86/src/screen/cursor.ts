import type { CursorImage, ScreenRect, ScreenTargetImage } from '@cg/svga-device';
import { imageOf, otherCanvas } from './canvas.js';
import type { ScreenCanvas } from './canvas.js';
import { shared } from './damage.js';

/** A cursor on a screen; the place is that of its upper left corner, which may be outside. */
export interface PlacedCursor {
  readonly image: CursorImage;
  readonly x: number;
  readonly y: number;
}

/** The part of the screen that a cursor covers; undefined for none. */
export function coverOf({ image, x, y }: PlacedCursor, screen: ScreenTargetImage): ScreenRect | undefined {
  const { width: w, height: h } = image;
  return shared({ x, y, w, h }, { x: 0, y: 0, w: screen.width, h: screen.height });
}

/** A canvas with the cursor alone; undefined where the page makes none. */
export function cursorCanvas(
  { width, height, pixels }: CursorImage,
  beside: ScreenCanvas,
): ScreenCanvas | undefined {
  const canvas = otherCanvas(beside);
  if (canvas !== undefined) {
    canvas.width = width;
    canvas.height = height;
    canvas.getContext('2d')?.putImageData(imageOf(pixels, width, height), 0, 0, 0, 0, width, height);
  }
  return canvas;
}

/** Browsers do not show larger ones. */
const MOST_CSS_PIXELS = 128;

/** The CSS of a cursor; undefined for one that CSS cannot show. */
export function cssCursor(image: CursorImage, beside: ScreenCanvas): string | undefined {
  const { width, height, hotspotX, hotspotY } = image;
  const isSmall = width <= MOST_CSS_PIXELS && height <= MOST_CSS_PIXELS;
  if (!isSmall || hotspotX >= width || hotspotY >= height) {
    return undefined;
  }
  const url = cursorCanvas(image, beside)?.toDataURL?.();
  return url === undefined ? undefined : `url(${url}) ${hotspotX} ${hotspotY}, default`;
}
