import { boxOf } from '@cg/svga-protocol';
import { boxRows, rowsBytes } from '@cg/surface-layout';
import type { BoxRows, SurfaceBox } from '@cg/surface-layout';
import { SvgaDeviceError } from '../errors.js';
import { copyImage } from '../memory/image-copy.js';
import type { DeviceObjects } from '../objects/device-objects.js';
import type { Surface } from '../objects/surface.js';
import type { CommandFields } from '@cg/svga-protocol';
import type { CommandFamily } from './command-family.js';
import type { SubresourceRef } from './copies.js';
import { thenReadBack } from './read-backs.js';

/** How the rows of a box lie in a buffer. */
interface Pitched {
  readonly offset: number;
  readonly pitch: number;
  readonly slicePitch: number;
}

/**
 * The rows of a box in a buffer.
 * @throws SvgaDeviceError EINVAL for overlapping rows, EFAULT for rows outside the buffer
 */
function pitchedRows(buffer: Surface, rows: BoxRows, { offset, pitch, slicePitch }: Pitched): BoxRows {
  const { layout } = buffer;
  if (!layout.format.buffer) {
    throw new SvgaDeviceError('EINVAL', 'surface is no buffer', { sid: buffer.definition.sid });
  }
  const { rowBytes, images } = rows;
  const sliceEnd = (rows.rows - 1) * pitch + rowBytes;
  if ((rows.rows > 1 && pitch < rowBytes) || (images > 1 && slicePitch < sliceEnd)) {
    throw new SvgaDeviceError('EINVAL', 'rows overlap in the buffer', { pitch, slicePitch, rowBytes });
  }
  const end = offset + (images - 1) * slicePitch + sliceEnd;
  if (end > layout.bytes) {
    throw new SvgaDeviceError('EFAULT', 'rows leave the buffer', { end, bytes: layout.bytes });
  }
  return { offset, rowBytes, rows: rows.rows, rowStride: pitch, images, imageStride: slicePitch };
}

function textureRows(
  objects: DeviceObjects,
  texture: Surface,
  subresource: number,
  box: SurfaceBox,
): BoxRows {
  if (texture.layout.samples > 1) {
    throw new SvgaDeviceError('EINVAL', 'texture is multisample', { sid: texture.definition.sid });
  }
  const rows = boxRows(texture.layout, subresource, box);
  objects.budget.charge(rows.rowBytes * rows.rows * rows.images, rows.rows * rows.images);
  return rows;
}

/** One end of a transfer, with its rows. */
interface End extends SubresourceRef {
  readonly rows: BoxRows;
  /** Of the texture. */
  readonly box?: SurfaceBox;
}

function copy(objects: DeviceObjects, from: End, to: End): void {
  const bytes = rowsBytes(from.rows);
  const { layout } = to.surface;
  const isWhole = bytes === layout.mipOf(to.subresource).bytes * layout.samples;
  const source = objects.store.forReading(from.surface, from.subresource);
  const target = objects.store.forWriting(to.surface, to.subresource, isWhole, to.box);
  copyImage({ from: from.rows, to: to.rows }, source, target);
  objects.counters.bytesCopied += bytes;
}

function fromBuffer(objects: DeviceObjects, fields: CommandFields<'DX_TRANSFER_FROM_BUFFER'>): void {
  const buffer = objects.surface(fields.srcSid);
  const texture = objects.surface(fields.destSid);
  const box = boxOf({
    x: fields.destBoxX,
    y: fields.destBoxY,
    z: fields.destBoxZ,
    w: fields.destBoxW,
    h: fields.destBoxH,
    d: fields.destBoxD,
  });
  const to = textureRows(objects, texture, fields.destSubResource, box);
  const { srcOffset: offset, srcPitch: pitch, srcSlicePitch: slicePitch } = fields;
  copy(
    objects,
    { surface: buffer, subresource: 0, rows: pitchedRows(buffer, to, { offset, pitch, slicePitch }) },
    { surface: texture, subresource: fields.destSubResource, rows: to, box },
  );
}

function toBuffer(objects: DeviceObjects, fields: CommandFields<'DX_TRANSFER_TO_BUFFER'>): void {
  const texture = objects.surface(fields.srcSid);
  const buffer = objects.surface(fields.destSid);
  const box = boxOf({
    x: fields.srcBoxX,
    y: fields.srcBoxY,
    z: fields.srcBoxZ,
    w: fields.srcBoxW,
    h: fields.srcBoxH,
    d: fields.srcBoxD,
  });
  const from = textureRows(objects, texture, fields.srcSubResource, box);
  const { destOffset: offset, destPitch: pitch, destSlicePitch: slicePitch } = fields;
  copy(
    objects,
    { surface: texture, subresource: fields.srcSubResource, rows: from },
    { surface: buffer, subresource: 0, rows: pitchedRows(buffer, from, { offset, pitch, slicePitch }) },
  );
}

/** Between a texture and a buffer with pitched rows. */
export const bufferTransferCommands: CommandFamily = {
  DX_TRANSFER_FROM_BUFFER: fromBuffer,
  DX_PRED_TRANSFER_FROM_BUFFER: fromBuffer,
  DX_TRANSFER_TO_BUFFER: thenReadBack('DX_TRANSFER_TO_BUFFER', toBuffer),
};
