import type { MutableBoxRows } from '@cg/surface-layout';

/** Merges rows into as few runs as possible, in place: adjacent rows, then adjacent images, become one. */
export function mergeRows(rows: MutableBoxRows): MutableBoxRows {
  if (rows.rowBytes === rows.rowStride || rows.rows === 1) {
    rows.rowBytes *= rows.rows;
    rows.rowStride = rows.rowBytes;
    rows.rows = 1;
  }
  if (rows.rows === 1 && (rows.rowBytes === rows.imageStride || rows.images === 1)) {
    rows.rowBytes *= rows.images;
    rows.rowStride = rows.rowBytes;
    rows.imageStride = rows.rowBytes;
    rows.images = 1;
  }
  return rows;
}
