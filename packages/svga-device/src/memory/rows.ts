import type { BoxRows } from '@cg/surface-layout';

/**
 * The same bytes in as few runs as possible: rows, then images, that follow each other without a gap become
 * one.
 */
export function mergedRows(rows: BoxRows): BoxRows {
  let merged = rows;
  if (merged.rowBytes === merged.rowStride || merged.rows === 1) {
    const rowBytes = merged.rowBytes * merged.rows;
    merged = { ...merged, rowBytes, rows: 1, rowStride: rowBytes };
  }
  if (merged.rows === 1 && (merged.rowBytes === merged.imageStride || merged.images === 1)) {
    const rowBytes = merged.rowBytes * merged.images;
    merged = { ...merged, rowBytes, rowStride: rowBytes, images: 1, imageStride: rowBytes };
  }
  return merged;
}
