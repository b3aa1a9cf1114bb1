import type { SurfaceBox } from './box.js';
import { SurfaceLayoutError } from './errors.js';
import { offsetIn, type MipLayout, type SurfaceLayout } from './layout.js';

/** Byte runs of equal length at equal distances: `images` times `rows` runs of `rowBytes`. */
export interface BoxRows {
  /** Of the first run, from the start of the backing. */
  readonly offset: number;
  readonly rowBytes: number;
  readonly rows: number;
  /** Bytes from one row to the next. */
  readonly rowStride: number;
  readonly images: number;
  /** Bytes from the first row of one image to that of the next. */
  readonly imageStride: number;
}

/** Byte runs for `boxRows` to fill in, box after box. */
export type MutableBoxRows = { -readonly [K in keyof BoxRows]: BoxRows[K] };

/** Empty runs, to be filled in. */
export function emptyRows(): MutableBoxRows {
  return { offset: 0, rowBytes: 0, rows: 0, rowStride: 0, images: 0, imageStride: 0 };
}

function refuse(what: string, subresource: number, box: SurfaceBox): never {
  const { x, y, z, width, height, depth } = box;
  throw new SurfaceLayoutError('EINVAL', what, { subresource, x, y, z, width, height, depth });
}

/** True where [start, start + length) is a non-empty range of integers inside [0, size). */
function isInside(start: number, length: number, size: number): boolean {
  const areIntegers = Number.isInteger(start) && Number.isInteger(length);
  return areIntegers && start >= 0 && length > 0 && length <= size - start;
}

function isWholeMip(box: SurfaceBox, mip: MipLayout): boolean {
  return box.width === mip.width && box.height === mip.height && box.depth === mip.depth;
}

function oneRun(into: MutableBoxRows, offset: number, bytes: number): BoxRows {
  into.offset = offset;
  into.rowBytes = bytes;
  into.rows = 1;
  into.rowStride = bytes;
  into.images = 1;
  into.imageStride = bytes;
  return into;
}

/**
 * Where the bytes of a box lie in the surface's backing. The box starts on a block; one that ends inside a block takes
 * the whole block, as at the edge of a mip whose size is not a multiple of the block's. A planar subresource is
 * possible only as a whole, as one run (D4). For a surface with several samples these are the runs of sheet 0; those of
 * sheet s lie `s * layout.sheetBytes` further on.
 * @param into filled in and returned, to avoid an object for each of many boxes
 * @throws SurfaceLayoutError EINVAL for an unknown subresource, an empty box, one outside its mip or not starting on a
 * block, or a part of a planar subresource.
 */
export function boxRows(
  layout: SurfaceLayout,
  subresource: number,
  box: SurfaceBox,
  into: MutableBoxRows = emptyRows(),
): BoxRows {
  const mip = layout.mipOf(subresource);
  const offset = offsetIn(layout, subresource, mip);
  const { format } = layout;
  if (
    !isInside(box.x, box.width, mip.width) ||
    !isInside(box.y, box.height, mip.height) ||
    !isInside(box.z, box.depth, mip.depth)
  ) {
    refuse('box is empty or leaves its mip', subresource, box);
  }
  const { bytesPerBlock, blockWidth, blockHeight, blockDepth } = format;
  if (blockWidth === 1 && blockHeight === 1 && blockDepth === 1 && !format.planar) {
    // Most formats: no division by the size of a block.
    into.offset = offset + box.z * mip.imageStride + box.y * mip.rowStride + box.x * bytesPerBlock;
    into.rowBytes = box.width * bytesPerBlock;
    into.rows = box.height;
    into.rowStride = mip.rowStride;
    into.images = box.depth;
    into.imageStride = mip.imageStride;
    return into;
  }
  if (format.planar) {
    if (!isWholeMip(box, mip)) {
      refuse('box is a part of a planar subresource', subresource, box);
    }
    return oneRun(into, offset, mip.bytes);
  }
  const column = box.x / blockWidth;
  const row = box.y / blockHeight;
  const slice = box.z / blockDepth;
  if (!Number.isInteger(column) || !Number.isInteger(row) || !Number.isInteger(slice)) {
    refuse('box does not start on a block', subresource, box);
  }
  into.offset = offset + slice * mip.imageStride + row * mip.rowStride + column * bytesPerBlock;
  into.rowBytes = Math.ceil(box.width / blockWidth) * bytesPerBlock;
  into.rows = Math.ceil(box.height / blockHeight);
  into.rowStride = mip.rowStride;
  into.images = Math.ceil(box.depth / blockDepth);
  into.imageStride = mip.imageStride;
  return into;
}

/**
 * Bytes of a box: all its rows, in every sample sheet. @throws SurfaceLayoutError EINVAL as boxRows.
 */
export function boxBytes(layout: SurfaceLayout, subresource: number, box: SurfaceBox): number {
  return rowsBytes(boxRows(layout, subresource, box)) * layout.samples;
}

/** Bytes of all rows together, in one sample sheet. */
export function rowsBytes(rows: BoxRows): number {
  return rows.rowBytes * rows.rows * rows.images;
}

/** One past the last byte of the last row: with `offset`, the hull of all of them. */
export function rowsEnd(rows: BoxRows): number {
  return (
    rows.offset + (rows.images - 1) * rows.imageStride + (rows.rows - 1) * rows.rowStride + rows.rowBytes
  );
}
