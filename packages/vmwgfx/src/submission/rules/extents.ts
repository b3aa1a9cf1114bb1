import { boxRows, emptyRows } from '@cg/surface-layout';
import {
  boxIn,
  runOfRows,
  subresourceIn,
  SVGA3D_MAX_SURFACE_FACES,
  type Extent,
  type Use,
} from '@cg/svga-protocol';
import { VmwgfxError } from '../../errors.js';
import type { Surface } from '../../resource/surface.js';

type Fields = Readonly<Record<string, unknown>>;

/** A part of a surface that a command touches and that is checked. */
export interface CheckedExtent {
  /** Index of the rule's surface. */
  readonly operand: number;
  readonly use: Use;
  readonly extent: Extent;
  /** Index of the surface whose layout determines the rows of a buffer; -1 without rows. */
  readonly texture: number;
  readonly isConditional: boolean;
}

/**
 * The subresource of a face, of which there are six at most (D7), and a mip.
 * @throws VmwgfxError EINVAL if the surface has no such face or mip
 */
export function subresourceOf({ layout }: Surface, face: number, mip: number): number {
  if (face >= Math.min(layout.layers, SVGA3D_MAX_SURFACE_FACES) || mip >= layout.mips.length) {
    throw new VmwgfxError('EINVAL', `the surface has no face ${face} with a mip ${mip}`);
  }
  return face * layout.mips.length + mip;
}

/** A box's rows, computed only to check that they exist. */
const scratch = emptyRows();

/** @throws VmwgfxError EINVAL, SurfaceLayoutError EINVAL if the surface lacks such images, box or run */
function checkExtent(
  surface: Surface,
  { images, box, part, rows }: Extent,
  fields: Fields,
  texture: Surface | undefined,
): void {
  if (images === undefined) {
    return;
  }
  if (rows !== undefined && texture !== undefined) {
    const { x, width } = runOfRows(fields, rows, texture.layout);
    checkRun(surface, x, width);
    return;
  }
  const { layout } = surface;
  if (box !== undefined && 'subresource' in images && typeof images.subresource === 'number') {
    const { x, width } = boxIn(fields, box);
    checkRun(surface, x, width);
    return;
  }
  const subresource =
    'face' in images
      ? subresourceOf(surface, fields[images.face] as number, fields[images.mipmap] as number)
      : subresourceIn(fields, images, layout);
  if (box === undefined) {
    layout.offsetOf(subresource);
  } else if (part === undefined) {
    boxRows(layout, subresource, boxIn(fields, box), scratch);
  } else {
    for (const element of fields[part] as readonly Fields[]) {
      boxRows(layout, subresource, boxIn(element, box), scratch);
    }
  }
}

/** The surface of an operand, and the uses of it that take place. */
export interface UsedSurface {
  readonly surface: Surface;
  readonly uses: readonly Use[];
}

/**
 * Checks the parts of surfaces that a command touches.
 * @param operands the surfaces of the operands, in their order
 * @throws SurfaceLayoutError EINVAL for an unknown subresource, or a box that is empty, leaves it, or is off a block;
 * VmwgfxError EINVAL for an unknown face, mip or run
 */
export function checkExtents(
  extents: readonly CheckedExtent[],
  operands: readonly UsedSurface[],
  fields: Fields,
): void {
  for (const each of extents) {
    if (each.isConditional && !operands[each.operand].uses.includes(each.use)) {
      continue;
    }
    const texture = each.texture < 0 ? undefined : operands[each.texture].surface;
    checkExtent(operands[each.operand].surface, each.extent, fields, texture);
  }
}

/** Checks a run of a buffer surface. @throws VmwgfxError EINVAL if it is empty or out of range */
function checkRun({ layout }: Surface, start: number, bytes: number): void {
  if (!layout.format.buffer || bytes === 0 || start + bytes > layout.bytes) {
    throw new VmwgfxError('EINVAL', `no buffer with ${bytes} bytes from ${start} on`, { bytes });
  }
}
