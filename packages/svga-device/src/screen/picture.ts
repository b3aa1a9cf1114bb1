import type { SurfaceLayout } from '@cg/surface-layout';
import { screenFormat } from './rgba.js';

/** An image as colours. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** RGBA, a byte each. */
  readonly pixels: Uint8Array;
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
  const pixels = new Uint8Array(4 * width * height);
  for (let y = 0; y < height; y++) {
    conversion.toRgba(image, y * rowStride, pixels, 4 * y * width, width);
  }
  return { width, height, pixels };
}
