import type { CursorImage, ScreenRect, ScreenTargetImage } from '@cg/svga-device';
import { imageOf } from './canvas.js';
import type { PageDocument, ScreenImage } from './canvas.js';
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

/** The covered part of the screen with the cursor on it. */
export function withCursor(
  { image, x, y }: PlacedCursor,
  cover: ScreenRect,
  screen: ScreenTargetImage,
): ScreenImage {
  const pixels = new Uint8ClampedArray(4 * cover.w * cover.h);
  for (let row = 0; row < cover.h; row++) {
    for (let column = 0; column < cover.w; column++) {
      const at = 4 * (row * cover.w + column);
      const under = 4 * ((cover.y + row) * screen.width + cover.x + column);
      const over = 4 * ((cover.y + row - y) * image.width + cover.x + column - x);
      const alpha = image.pixels[over + 3];
      for (let channel = 0; channel < 3; channel++) {
        const mixed = image.pixels[over + channel] * alpha + screen.pixels[under + channel] * (255 - alpha);
        pixels[at + channel] = Math.round(mixed / 255);
      }
      pixels[at + 3] = 255;
    }
  }
  return imageOf(pixels, cover.w, cover.h);
}

/** Browsers do not show larger ones. */
const MOST_CSS_PIXELS = 128;

/** The CSS of a cursor; undefined for one that CSS cannot show. */
export function cssCursor(image: CursorImage, document: PageDocument | undefined): string | undefined {
  const { width, height, hotspotX, hotspotY, pixels } = image;
  const isSmall = width <= MOST_CSS_PIXELS && height <= MOST_CSS_PIXELS;
  if (document === undefined || !isSmall || hotspotX >= width || hotspotY >= height) {
    return undefined;
  }
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  canvas.getContext('2d')?.putImageData(imageOf(pixels, width, height), 0, 0, 0, 0, width, height);
  const url = canvas.toDataURL?.();
  return url === undefined ? undefined : `url(${url}) ${hotspotX} ${hotspotY}, default`;
}
