/** The image of a pointer. */
export interface CursorImage {
  readonly width: number;
  readonly height: number;
  /** The hotspot, in pixels. */
  readonly hotspotX: number;
  readonly hotspotY: number;
  /** Red, green, blue and alpha (not premultiplied), row by row without gaps, as in ImageData. */
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
}

type CursorShape = Omit<CursorImage, 'pixels'>;

function shapeOf({ width, height, hotspotX, hotspotY }: CursorShape): CursorShape {
  return { width, height, hotspotX, hotspotY };
}

/** An alpha cursor: pixels of blue, green, red (premultiplied) and alpha. */
export function alphaCursor(shape: CursorShape, source: Uint8Array): CursorImage {
  const pixels = new Uint8ClampedArray(source.length);
  for (let at = 0; at < source.length; at += 4) {
    const alpha = source[at + 3];
    for (let channel = 0; channel < 3; channel++) {
      const value = source[at + 2 - channel];
      pixels[at + channel] = alpha === 0 ? 0 : Math.min(Math.round((value * 255) / alpha), 255);
    }
    pixels[at + 3] = alpha;
  }
  return { ...shapeOf(shape), pixels };
}

/** A pixel of a mask, with rows of whole dwords, as red × 2^16 + green × 2^8 + blue. */
function maskPixel(mask: Uint8Array, depth: number, width: number, x: number, y: number): number {
  const row = y * 4 * Math.ceil((width * depth) / 32);
  switch (depth) {
    case 1:
      return (mask[row + (x >> 3)] >> (7 - (x & 7))) & 1 ? 0xff_ffff : 0;
    case 16: {
      const value = mask[row + 2 * x] | (mask[row + 2 * x + 1] << 8);
      const red = Math.round(((value >> 11) * 255) / 31);
      const green = Math.round((((value >> 5) & 63) * 255) / 63);
      return (red << 16) | (green << 8) | Math.round(((value & 31) * 255) / 31);
    }
    default: {
      const at = row + (depth / 8) * x;
      return (mask[at + 2] << 16) | (mask[at + 1] << 8) | mask[at];
    }
  }
}

/**
 * A cursor of two masks: the screen under it is ANDed with the first, then XORed with the second. As RGBA: where the
 * first is not black, a pixel is transparent (an inverting one is shown opaque); where it is, the second is the
 * colour.
 */
export function maskCursor(
  shape: CursorShape,
  and: { readonly mask: Uint8Array; readonly depth: number },
  xor: { readonly mask: Uint8Array; readonly depth: number },
): CursorImage {
  const { width, height } = shape;
  const pixels = new Uint8ClampedArray(4 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const keeps = maskPixel(and.mask, and.depth, width, x, y) !== 0;
      const color = maskPixel(xor.mask, xor.depth, width, x, y);
      const at = 4 * (y * width + x);
      pixels[at] = color >> 16;
      pixels[at + 1] = (color >> 8) & 0xff;
      pixels[at + 2] = color & 0xff;
      pixels[at + 3] = keeps && color === 0 ? 0 : 255;
    }
  }
  return { ...shapeOf(shape), pixels };
}

/** Depths that a mask may have (SVGAFifoCmdDefineCursor). */
export const MASK_DEPTHS: readonly number[] = [1, 16, 24, 32];
