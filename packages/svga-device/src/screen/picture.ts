import type { SurfaceLayout } from '@cg/surface-layout';
import { screenFormat } from './rgba.js';

/** An image as colours. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** RGBA, a byte each, as in ImageData. */
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
}

/** The same picture with the last row first, as OpenGL has it in framebuffer objects. */
export function flippedPicture({ width, height, pixels }: Picture): Picture {
  const flipped = new Uint8ClampedArray(pixels.length);
  for (let y = 0; y < height; y++) {
    flipped.set(pixels.subarray(4 * width * y, 4 * width * (y + 1)), 4 * width * (height - 1 - y));
  }
  return { width, height, pixels: flipped };
}

/**
 * The first slice of a subresource as colours.
 * @param image the subresource's first sample sheet
 * @param palette the registers from SVGA_PALETTE_BASE on
 */
export function pictureOf(
  layout: SurfaceLayout,
  subresource: number,
  image: Uint8Array,
  palette: Uint32Array,
): Picture | undefined {
  const conversion = screenFormat(layout.format, palette);
  if (conversion === undefined) {
    return undefined;
  }
  const { width, height, rowStride } = layout.mipOf(subresource);
  const bytes = new Uint8Array(4 * width * height);
  const target = { bytes, offset: 0, stride: 4 * width };
  conversion.toRgba({ bytes: image, offset: 0, stride: rowStride }, target, width, height);
  const pixels = new Uint8ClampedArray(bytes.buffer);
  return { width, height, pixels };
}
