import { boxRows, emptyRows, locate, rowsEnd, SurfaceLayout, type SurfaceBox } from '@cg/surface-layout';
import { BOX_NUMBERS, NONE } from '../recording/event-kind.js';
import type { RecordedSurface } from '../recording/recording.js';

export const PAGE_BYTES = 4096;

/** A recorded surface with its layout. */
export interface SurfaceView extends RecordedSurface {
  readonly index: number;
  readonly layout: SurfaceLayout;
  readonly pages: number;
}

export function surfaceViews(surfaces: readonly RecordedSurface[]): SurfaceView[] {
  return surfaces.map((surface, index) => {
    const layout = new SurfaceLayout(surface.description);
    return { ...surface, index, layout, pages: Math.max(Math.ceil(layout.bytes / PAGE_BYTES), 1) };
  });
}

/** The subresource of a byte. */
export function subresourceOf({ layout }: SurfaceView, byte: number): number {
  return locate(layout, Math.min(byte, layout.bytes - 1)).subresource;
}

/** The box at a place of `numbers`, and its subresource; all of subresource 0 for NONE. */
export function boxAt(
  numbers: Uint32Array,
  at: number,
  layout: SurfaceLayout,
): { readonly subresource: number; readonly box: SurfaceBox } {
  if (at === NONE) {
    const { width, height, depth } = layout.mipOf(0);
    return { subresource: 0, box: { x: 0, y: 0, z: 0, width, height, depth } };
  }
  const [subresource, x, y, z, width, height, depth] = numbers.subarray(at, at + BOX_NUMBERS);
  return { subresource, box: { x, y, z, width, height, depth } };
}

const rows = emptyRows();

/** Calls back for each range of pages in which a box has bytes, in sheet 0; for NONE with all pages. */
export function forEachPages(
  { layout, pages }: SurfaceView,
  numbers: Uint32Array,
  at: number,
  visit: (start: number, end: number) => void,
): void {
  if (at === NONE) {
    visit(0, pages);
    return;
  }
  const { subresource, box } = boxAt(numbers, at, layout);
  boxRows(layout, subresource, box, rows);
  if (
    rows.rowStride <= PAGE_BYTES &&
    (rows.images === 1 || rows.imageStride === rows.rows * rows.rowStride)
  ) {
    visit(Math.floor(rows.offset / PAGE_BYTES), Math.ceil(rowsEnd(rows) / PAGE_BYTES));
    return;
  }
  let last = -1;
  for (let image = 0; image < rows.images; image++) {
    for (let row = 0; row < rows.rows; row++) {
      const start = rows.offset + image * rows.imageStride + row * rows.rowStride;
      const first = Math.max(Math.floor(start / PAGE_BYTES), last);
      const end = Math.ceil((start + rows.rowBytes) / PAGE_BYTES);
      if (first < end) {
        visit(first, end);
        last = end;
      }
    }
  }
}

/** Whether a box has a byte of the surface. */
export function boxHas({ layout }: SurfaceView, numbers: Uint32Array, at: number, byte: number): boolean {
  if (at === NONE) {
    return true;
  }
  const { subresource, box } = boxAt(numbers, at, layout);
  boxRows(layout, subresource, box, rows);
  const offset = (byte % layout.sheetBytes) - rows.offset;
  const image = Math.floor(offset / rows.imageStride);
  const inImage = offset - image * rows.imageStride;
  const row = Math.floor(inImage / rows.rowStride);
  return (
    offset >= 0 && image < rows.images && row < rows.rows && inImage - row * rows.rowStride < rows.rowBytes
  );
}
