import { boxRows, emptyRows, type BoxRows, type SurfaceBox, type SurfaceLayout } from '@cg/surface-layout';

/** Calls back for each row of a box with its offset in the surface's bytes. */
export function forEachRow(rows: BoxRows, visit: (offset: number, bytes: number) => void): void {
  for (let image = 0; image < rows.images; image++) {
    for (let row = 0; row < rows.rows; row++) {
      visit(rows.offset + image * rows.imageStride + row * rows.rowStride, rows.rowBytes);
    }
  }
}

const scratch = emptyRows();

/** The byte runs of a box in every sample sheet, adjacent rows as one run. */
export function forEachRun(
  layout: SurfaceLayout,
  subresource: number,
  box: SurfaceBox,
  visit: (offset: number, bytes: number) => void,
): void {
  const rows = boxRows(layout, subresource, box, scratch);
  if (rows.rowStride === rows.rowBytes) {
    scratch.rowBytes *= rows.rows;
    scratch.rows = 1;
    if (rows.imageStride === rows.rowBytes) {
      scratch.rowBytes *= rows.images;
      scratch.images = 1;
    }
  }
  const first = rows.offset;
  for (let sheet = 0; sheet < layout.samples; sheet++) {
    scratch.offset = first + sheet * layout.sheetBytes;
    forEachRow(scratch, visit);
  }
}
