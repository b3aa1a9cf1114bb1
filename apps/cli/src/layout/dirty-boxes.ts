import { boxBytes, DirtyBoxes, DirtyRegion, planeRows, rowsBytes } from '@cg/surface-layout';
import type { SubresourceBox, SurfaceLayout } from '@cg/surface-layout';

/** How ranges become boxes. */
export type MergeName = 'box' | 'exact' | 'cheapest';

/** The merge options of `cg layout`. */
export interface Merging {
  readonly merge: MergeName;
  /** In bytes. */
  readonly boxCost: number;
  readonly sheets: boolean;
  readonly planes: boolean;
}

/** The boxes that byte ranges of a surface make dirty. */
export function dirtyBoxes(
  layout: SurfaceLayout,
  ranges: readonly (readonly [start: number, end: number])[],
  { merge, boxCost, sheets, planes }: Merging,
): SubresourceBox[] {
  const options = { samples: sheets ? 'sheets' : 'whole', planes: planes ? 'apart' : 'whole' } as const;
  const dirty = merge === 'box' ? new DirtyBoxes(layout, options) : new DirtyRegion(layout, options);
  ranges.forEach(([start, end]) => dirty.addRange(start, end));
  if (dirty instanceof DirtyBoxes) {
    return dirty.boxes();
  }
  return merge === 'exact' ? dirty.exactBoxes() : dirty.cheapestBoxes({ perByte: 1, perBox: boxCost });
}

/** Bytes of a box; for a part of a planar mip, those in its planes. */
export function movedBytes(layout: SurfaceLayout, box: SubresourceBox): number {
  const { width, height, depth } = layout.mipOf(box.subresource);
  const isWhole = box.width === width && box.height === height && box.depth === depth;
  if (!layout.format.planar || isWhole) {
    return boxBytes(layout, box.subresource, box);
  }
  const planes = planeRows(layout, box.subresource, box);
  return planes.reduce((sum, { rows }) => sum + rowsBytes(rows), 0) * layout.samples;
}
