import { screenFormat } from '@cg/svga-device';
import { PAGE_BYTES, type SurfaceView } from './surface-view.js';

/** Bytes in a row of a surface without colours, which is shown as its bytes. */
const BYTES_PER_ROW = 256;
/** The longest side of a picture: browsers limit canvases. */
const MOST_PIXELS = 8192;

/** How the bytes of a subresource are shown: as its texels where screens can, otherwise each byte as a grey. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Texels, or bytes. */
  readonly shows: 'texels' | 'bytes';
  /** First byte of a pixel in the surface. */
  byteAt(x: number, y: number): number;
  /** The pixel of a byte; undefined for a byte that is not shown. */
  pixelOf(byte: number): { readonly x: number; readonly y: number } | undefined;
  /** The rows in which bytes `[start, end)` of the surface are. */
  rowsOf(start: number, end: number): readonly [first: number, end: number];
  /** Converts rows `[first, end)` of the surface's image into RGBA. */
  paint(image: Uint8Array, first: number, end: number, rgba: Uint8Array): void;
}

/** How a subresource is shown; its first slice, in sample sheet 0. */
export function pixelsOf({ layout }: SurfaceView, subresource: number): Pixels {
  const mip = layout.mipOf(subresource);
  const start = layout.offsetOf(subresource);
  const { format } = layout;
  const isPlain = format.blockWidth === 1 && format.blockHeight === 1 && !format.planar && !format.buffer;
  const conversion = isPlain ? screenFormat(format, new Uint32Array(768)) : undefined;
  if (conversion === undefined) {
    return asBytes(start, mip.bytes);
  }
  const { rowStride } = mip;
  const width = Math.min(mip.width, MOST_PIXELS);
  const height = Math.min(mip.height, MOST_PIXELS);
  const texel = format.bytesPerBlock;
  return {
    width,
    height,
    shows: 'texels',
    byteAt: (x, y) => start + y * rowStride + x * texel,
    pixelOf: (byte) => pixelIn(byte - start, rowStride, texel, width, height),
    rowsOf: (from, to) => rowsIn(from - start, to - start, rowStride, height),
    paint(image, first, end, rgba) {
      const source = { bytes: image, offset: start + first * rowStride, stride: rowStride };
      const target = { bytes: rgba, offset: first * width * 4, stride: width * 4 };
      conversion.toRgba(source, target, width, end - first);
    },
  };
}

function asBytes(start: number, bytes: number): Pixels {
  const width = Math.min(BYTES_PER_ROW, bytes);
  const height = Math.min(Math.ceil(bytes / width), MOST_PIXELS);
  return {
    width,
    height,
    shows: 'bytes',
    byteAt: (x, y) => start + Math.min(y * width + x, bytes - 1),
    pixelOf: (byte) => pixelIn(byte - start, width, 1, width, height),
    rowsOf: (from, to) => rowsIn(from - start, to - start, width, height),
    paint(image, first, end, rgba) {
      for (let at = first * width; at < end * width; at++) {
        const value = at < bytes ? image[start + at] : 0;
        rgba[4 * at] = value;
        rgba[4 * at + 1] = value;
        rgba[4 * at + 2] = value;
        rgba[4 * at + 3] = at < bytes ? 255 : 0;
      }
    },
  };
}

function pixelIn(offset: number, stride: number, texel: number, width: number, height: number) {
  const y = Math.floor(offset / stride);
  const x = Math.floor((offset - y * stride) / texel);
  return offset >= 0 && x < width && y < height ? { x, y } : undefined;
}

function rowsIn(start: number, end: number, stride: number, height: number): readonly [number, number] {
  const first = Math.max(Math.floor(start / stride), 0);
  return [first, Math.max(Math.min(Math.ceil(end / stride), height), first)];
}

/** Columns and rows of a map with a cell for each page, about as wide as high. */
export function mapSize(pages: number): { readonly columns: number; readonly rows: number } {
  const columns = Math.min(Math.max(Math.ceil(Math.sqrt(pages * 1.5)), 1), MOST_PIXELS);
  return { columns, rows: Math.max(Math.ceil(pages / columns), 1) };
}

/** First byte of a page. */
export function byteOfPage(page: number): number {
  return page * PAGE_BYTES;
}
