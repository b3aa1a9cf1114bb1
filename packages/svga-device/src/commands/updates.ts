import { SvgaDeviceError } from '../errors.js';
import type { DeviceObjects } from '../objects/device-objects.js';
import type { Surface } from '../objects/surface.js';
import { CONTENT } from '../objects/surface-content.js';
import { commandOffsets } from '@cg/svga-protocol';
import type { CommandFields, CommandReader } from '@cg/svga-protocol';
import type { CommandFamily, HotCommandFamily } from './command-family.js';
import { subresourceOf } from './subresources.js';

const IMAGE = commandOffsets('UPDATE_GB_IMAGE');
const SUBRESOURCE = commandOffsets('DX_UPDATE_SUBRESOURCE');
const FENCE = commandOffsets('FENCE');

function updateImage(objects: DeviceObjects, reader: CommandReader): void {
  const surface = objects.surface(reader.u32(IMAGE.sid));
  const { layout } = surface;
  const subresource = subresourceOf(layout, reader.u32(IMAGE.face), reader.u32(IMAGE.mipmap));
  objects.transfer.setBox(
    layout,
    subresource,
    reader.u32(IMAGE.x),
    reader.u32(IMAGE.y),
    reader.u32(IMAGE.z),
    reader.u32(IMAGE.w),
    reader.u32(IMAGE.h),
    reader.u32(IMAGE.d),
  );
  objects.store.update(surface, subresource, objects.transfer);
}

function dxUpdateSubresource(objects: DeviceObjects, reader: CommandReader): void {
  const surface = objects.surface(reader.u32(SUBRESOURCE.sid));
  const subresource = reader.u32(SUBRESOURCE.subResource);
  objects.transfer.setBox(
    surface.layout,
    subresource,
    reader.u32(SUBRESOURCE.x),
    reader.u32(SUBRESOURCE.y),
    reader.u32(SUBRESOURCE.z),
    reader.u32(SUBRESOURCE.w),
    reader.u32(SUBRESOURCE.h),
    reader.u32(SUBRESOURCE.d),
  );
  objects.store.update(surface, subresource, objects.transfer);
}

/** Commands that a driver sends by the million. */
export const hotCommands: HotCommandFamily = {
  FENCE: (objects, reader) => objects.surroundings.fences.pass(reader.u32(FENCE.fence)),
  UPDATE_GB_IMAGE: updateImage,
  DX_UPDATE_SUBRESOURCE: dxUpdateSubresource,
};

/**
 * READBACK_GB_IMAGE_PARTIAL: the box, or with `invertBox` everything outside it; the MOB's content of the box is then
 * kept.
 */
function readbackPartial(objects: DeviceObjects, fields: CommandFields<'READBACK_GB_IMAGE_PARTIAL'>): void {
  const surface = objects.surface(fields.sid);
  const subresource = subresourceOf(surface.layout, fields.face, fields.mipmap);
  forEachPart(objects, surface, subresource, fields, () => {
    objects.store.readBack(surface, subresource, objects.transfer);
  });
}

function invalidatePartial(
  objects: DeviceObjects,
  fields: CommandFields<'INVALIDATE_GB_IMAGE_PARTIAL'>,
): void {
  const surface = objects.surface(fields.sid);
  const subresource = subresourceOf(surface.layout, fields.face, fields.mipmap);
  forEachPart(objects, surface, subresource, fields, () => {
    objects.store.invalidateBox(surface, subresource, objects.transfer);
  });
}

/** Sets the transfer to the box, or to each of the boxes around it in turn. */
function forEachPart(
  objects: DeviceObjects,
  surface: Surface,
  subresource: number,
  fields: CommandFields<'INVALIDATE_GB_IMAGE_PARTIAL'>,
  part: () => void,
): void {
  const { layout } = surface;
  const { x, y, z, w, h, d, invertBox } = fields;
  objects.transfer.setBox(layout, subresource, x, y, z, w, h, d); // checks the box itself
  if (invertBox === 0) {
    part();
    return;
  }
  const { width, height, depth } = layout.mipOf(subresource);
  const { blockWidth, blockHeight } = layout.format;
  const right = Math.min(Math.ceil((x + w) / blockWidth) * blockWidth, width);
  const below = Math.min(Math.ceil((y + h) / blockHeight) * blockHeight, height);
  const parts = [
    [0, 0, 0, width, height, z],
    [0, 0, z + d, width, height, depth - z - d],
    [0, 0, z, width, y, d],
    [0, below, z, width, height - below, d],
    [0, y, z, x, below - y, d],
    [right, y, z, width - right, below - y, d],
  ] as const;
  for (const [left, top, front, across, down, deep] of parts) {
    if (across > 0 && down > 0 && deep > 0) {
      objects.transfer.setBox(layout, subresource, left, top, front, across, down, deep);
      part();
    }
  }
}

/** DX_BUFFER_UPDATE: updates a run of a buffer. */
function bufferUpdate(objects: DeviceObjects, { sid, x, width }: CommandFields<'DX_BUFFER_UPDATE'>): void {
  const surface = objects.surface(sid);
  if (!surface.layout.format.buffer) {
    throw new SvgaDeviceError('EINVAL', 'surface is no buffer', { sid });
  }
  objects.transfer.setBox(surface.layout, 0, x, 0, 0, width, 1, 1);
  objects.store.update(surface, 0, objects.transfer);
}

/** Between a surface's MOB and its image. */
export const updateCommands: CommandFamily = {
  UPDATE_GB_SURFACE: (objects, { sid }) => objects.store.updateAll(objects.surface(sid)),
  READBACK_GB_IMAGE: (objects, { sid, face, mipmap }) => {
    const surface = objects.surface(sid);
    objects.store.readBackWhole(surface, subresourceOf(surface.layout, face, mipmap));
  },
  READBACK_GB_SURFACE: (objects, { sid }) => objects.store.readBackAll(objects.surface(sid)),
  READBACK_GB_IMAGE_PARTIAL: readbackPartial,
  INVALIDATE_GB_SURFACE: (objects, { sid }) => objects.store.invalidateAll(objects.surface(sid)),
  INVALIDATE_GB_IMAGE: (objects, { sid, face, mipmap }) => {
    const surface = objects.surface(sid);
    objects.store.invalidate(surface, subresourceOf(surface.layout, face, mipmap));
  },
  INVALIDATE_GB_IMAGE_PARTIAL: invalidatePartial,
  // No header documents the difference. By their names one writes as a clear does; the other is an update from a MOB
  // of zeros, which need not be read.
  WRITE_ZERO_SURFACE: (objects, { sid }) => objects.store.zero(objects.surface(sid), CONTENT.NEWER),
  UPDATE_ZERO_SURFACE: (objects, { sid }) => objects.store.zero(objects.surface(sid), CONTENT.VALID),
  DX_READBACK_SUBRESOURCE: (objects, { sid, subResource }) => {
    objects.store.readBackWhole(objects.surface(sid), subResource);
  },
  DX_INVALIDATE_SUBRESOURCE: (objects, { sid, subResource }) => {
    objects.store.invalidate(objects.surface(sid), subResource);
  },
  DX_BUFFER_UPDATE: bufferUpdate,
};
