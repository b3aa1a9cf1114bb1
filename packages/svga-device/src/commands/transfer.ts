import { boxRows, rowsBytes, rowsEnd } from '@cg/surface-layout';
import type { BoxRows, SurfaceBox, SurfaceLayout } from '@cg/surface-layout';
import type { DeviceObjects } from '../device-objects.js';
import { SvgaDeviceError } from '../errors.js';
import type { CommandFields } from '../protocol/command-table.js';
import { SVGA3D_MAX_SURFACE_FACES } from '../protocol/surface-types.js';
import { mergedRows } from '../rows.js';
import type { Surface } from '../surface.js';

type Direction = 'update' | 'readback';

/**
 * The subresource of a face and mip level (rule 7.1).
 * @throws SvgaDeviceError EINVAL where the surface has none; a face counts to 5 only, also of longer arrays
 * (D7)
 */
export function subresourceOf(layout: SurfaceLayout, face: number, mipmap: number): number {
  const mips = layout.mips.length;
  if (face >= layout.layers || face >= SVGA3D_MAX_SURFACE_FACES || mipmap >= mips) {
    throw new SvgaDeviceError('EINVAL', 'surface has no such image', {
      face,
      mipmap,
      layers: layout.layers,
      mips,
    });
  }
  return face * mips + mipmap;
}

function wholeMip(layout: SurfaceLayout, subresource: number): SurfaceBox {
  const { width, height, depth } = layout.mipOf(subresource);
  return { x: 0, y: 0, z: 0, width, height, depth };
}

function boxOf(
  fields: Pick<CommandFields<'UPDATE_GB_IMAGE'>, 'x' | 'y' | 'z' | 'w' | 'h' | 'd'>,
): SurfaceBox {
  return { x: fields.x, y: fields.y, z: fields.z, width: fields.w, height: fields.h, depth: fields.d };
}

/** Where a whole surface lies, trailers left out: one run. */
function wholeSurface(layout: SurfaceLayout): BoxRows {
  const { bytes } = layout;
  return { offset: 0, rowBytes: bytes, rows: 1, rowStride: bytes, images: 1, imageStride: bytes };
}

/**
 * Moves runs between a surface's MOB and its image, in `sheets` sample sheets. That the MOB has the bytes is
 * checked before the first of them moves; its page list is read as they move.
 */
function transfer(
  objects: DeviceObjects,
  surface: Surface,
  runs: BoxRows,
  sheets: number,
  direction: Direction,
): void {
  const mob = objects.mob(surface.mobId);
  const { sheetBytes } = surface.layout;
  const rows = mergedRows(runs);
  const end = rowsEnd(rows) + (sheets - 1) * sheetBytes;
  if (end > mob.bytes) {
    throw new SvgaDeviceError('EFAULT', 'MOB is too small for this part of the surface', {
      end,
      bytes: mob.bytes,
    });
  }
  const bytes = rowsBytes(rows) * sheets;
  objects.budget.charge(bytes, rows.rows * rows.images * sheets);
  const image = objects.imageOf(surface);
  const cursor = objects.cursor.aim(mob);
  for (let sheet = 0; sheet < sheets; sheet++) {
    for (let z = 0; z < rows.images; z++) {
      let offset = sheet * sheetBytes + rows.offset + z * rows.imageStride;
      for (let y = 0; y < rows.rows; y++, offset += rows.rowStride) {
        if (direction === 'update') {
          cursor.readFrom(offset, image, offset, rows.rowBytes);
        } else {
          cursor.writeTo(offset, image, offset, rows.rowBytes);
        }
      }
    }
  }
  if (direction === 'update') {
    objects.counters.bytesUploaded += bytes;
  } else {
    objects.counters.bytesReadBack += bytes;
  }
}

/** A box of a multisample surface is that box in every sample sheet (D3). */
function transferBox(
  objects: DeviceObjects,
  surface: Surface,
  subresource: number,
  box: SurfaceBox,
  direction: Direction,
): void {
  const { layout } = surface;
  transfer(objects, surface, boxRows(layout, subresource, box), layout.samples, direction);
}

export function updateGbImage(objects: DeviceObjects, fields: CommandFields<'UPDATE_GB_IMAGE'>): void {
  const surface = objects.surface(fields.sid);
  const subresource = subresourceOf(surface.layout, fields.face, fields.mipmap);
  transferBox(objects, surface, subresource, boxOf(fields), 'update');
}

export function updateGbSurface(objects: DeviceObjects, fields: CommandFields<'UPDATE_GB_SURFACE'>): void {
  const surface = objects.surface(fields.sid);
  transfer(objects, surface, wholeSurface(surface.layout), 1, 'update');
}

export function readbackGbImage(objects: DeviceObjects, fields: CommandFields<'READBACK_GB_IMAGE'>): void {
  const surface = objects.surface(fields.sid);
  const subresource = subresourceOf(surface.layout, fields.face, fields.mipmap);
  transferBox(objects, surface, subresource, wholeMip(surface.layout, subresource), 'readback');
}

export function readbackGbSurface(
  objects: DeviceObjects,
  fields: CommandFields<'READBACK_GB_SURFACE'>,
): void {
  const surface = objects.surface(fields.sid);
  transfer(objects, surface, wholeSurface(surface.layout), 1, 'readback');
}

/**
 * The guest says that the contents can be lost; here they are, so that a driver that still needs them is
 * found out.
 */
export function invalidateGbSurface(
  objects: DeviceObjects,
  fields: CommandFields<'INVALIDATE_GB_SURFACE'>,
): void {
  objects.surface(fields.sid).dropImage(objects.images);
}

export function dxUpdateSubresource(
  objects: DeviceObjects,
  fields: CommandFields<'DX_UPDATE_SUBRESOURCE'>,
): void {
  transferBox(objects, objects.surface(fields.sid), fields.subResource, boxOf(fields), 'update');
}

export function dxReadbackSubresource(
  objects: DeviceObjects,
  fields: CommandFields<'DX_READBACK_SUBRESOURCE'>,
): void {
  const surface = objects.surface(fields.sid);
  transferBox(objects, surface, fields.subResource, wholeMip(surface.layout, fields.subResource), 'readback');
}
