import { boxRows, type BoxRows } from '@cg/surface-layout';
import { boxOf, type CommandBox, SVGA3D_MAX_SURFACE_FACES } from '@cg/svga-protocol';
import { VmwgfxError } from '../../errors.js';
import type { Surface } from '../../resource/surface.js';

/** SVGA3dCopyBox: a box of the destination and where the source's begins. */
export interface CommandCopyBox extends CommandBox {
  readonly srcx: number;
  readonly srcy: number;
  readonly srcz: number;
}

type BoxFields<P extends string> = Readonly<Record<`${P}${'X' | 'Y' | 'Z' | 'W' | 'H' | 'D'}`, number>>;

/** A box of several of a command: its fields begin with a name. */
export function prefixedBox<P extends string>(fields: BoxFields<P>, prefix: P): CommandBox {
  return {
    x: fields[`${prefix}X`],
    y: fields[`${prefix}Y`],
    z: fields[`${prefix}Z`],
    w: fields[`${prefix}W`],
    h: fields[`${prefix}H`],
    d: fields[`${prefix}D`],
  };
}

/**
 * The subresource of a face, of which there are six at most (D7), and a mip.
 * @throws VmwgfxError EINVAL where the surface has none such
 */
export function subresourceOf({ layout }: Surface, face: number, mip: number): number {
  if (face >= Math.min(layout.layers, SVGA3D_MAX_SURFACE_FACES) || mip >= layout.mips.length) {
    throw new VmwgfxError('EINVAL', `the surface has no face ${face} with a mip ${mip}`);
  }
  return face * layout.mips.length + mip;
}

/**
 * The bytes of a box of a subresource.
 * @throws SurfaceLayoutError EINVAL for no such subresource, or a box that is empty, leaves it, or is off a block
 */
export function checkBox({ layout }: Surface, subresource: number, box: CommandBox): BoxRows {
  return boxRows(layout, subresource, boxOf(box));
}

/** Checks a box in source and destination. @throws as `checkBox` */
export function checkCopyBox(
  [source, sourceSubresource]: readonly [Surface, number],
  [destination, subresource]: readonly [Surface, number],
  box: CommandCopyBox,
): void {
  checkBox(source, sourceSubresource, { ...box, x: box.srcx, y: box.srcy, z: box.srcz });
  checkBox(destination, subresource, box);
}

/** Checks a run of a buffer surface. @throws VmwgfxError EINVAL where it is none or leaves it */
export function checkRun({ layout }: Surface, start: number, bytes: number): void {
  if (!layout.format.buffer || bytes === 0 || start + bytes > layout.bytes) {
    throw new VmwgfxError('EINVAL', `no buffer with ${bytes} bytes from ${start} on`, { bytes });
  }
}
