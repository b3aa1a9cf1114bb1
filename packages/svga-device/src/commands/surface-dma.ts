import { boxOf } from '@cg/svga-protocol';
import { boxRows, rowPitch } from '@cg/surface-layout';
import type { BoxRows } from '@cg/surface-layout';
import { SvgaDeviceError } from '../errors.js';
import { pointedMemory } from '../memory/guest-pointer.js';
import type { PointedMemory } from '../memory/guest-pointer.js';
import type { DeviceObjects } from '../objects/device-objects.js';
import type { CommandFields } from '@cg/svga-protocol';
import type { CommandFamily } from './command-family.js';
import { imageRef } from './copies.js';
import type { SubresourceRef } from './copies.js';
import { isWholeMip } from './subresources.js';

/** SVGA3dTransferType of svga3d_types.h. */
const SVGA3D_TRANSFER = { WRITE_HOST_VRAM: 1, READ_HOST_VRAM: 2 } as const;

/** SVGA3dSurfaceDMAFlags: the old contents of the surface may be discarded. */
const DMA_FLAG_DISCARD = 1;

type DmaFields = CommandFields<'SURFACE_DMA'>;

/** A box's rows in the image, and the start of each in guest memory. */
interface DmaRows {
  readonly host: BoxRows;
  readonly guest: BoxRows;
}

/** Blocks of the guest's image are at its pitch; if that is 0, tightly packed. */
function dmaRows(
  { surface, subresource }: SubresourceRef,
  box: DmaFields['boxes'][number],
  fields: DmaFields,
): DmaRows {
  const { format, samples } = surface.layout;
  if (format.planar || samples > 1) {
    throw new SvgaDeviceError('EINVAL', 'no DMA of planar or multisample images', { format: format.id });
  }
  const host = boxRows(surface.layout, subresource, boxOf(box));
  const mip = surface.layout.mipOf(subresource);
  const rowStride = fields.guestPitch || rowPitch(format, mip.width);
  const imageStride = rowStride * mip.blocksHigh;
  const column = box.srcx / format.blockWidth;
  const row = box.srcy / format.blockHeight;
  if (!Number.isInteger(column) || !Number.isInteger(row)) {
    throw new SvgaDeviceError('EINVAL', 'box does not start on a block', { srcx: box.srcx, srcy: box.srcy });
  }
  const inside = box.srcz * imageStride + row * rowStride + column * format.bytesPerBlock;
  const offset = fields.guestOffset + inside;
  return { host, guest: { ...host, offset, rowStride, imageStride } };
}

function end({ offset, images, imageStride, rows, rowStride, rowBytes }: BoxRows): number {
  return offset + (images - 1) * imageStride + (rows - 1) * rowStride + rowBytes;
}

function moveRows(
  { host, guest }: DmaRows,
  image: Uint8Array,
  memory: PointedMemory,
  toGuest: boolean,
): void {
  for (let z = 0; z < host.images; z++) {
    for (let y = 0; y < host.rows; y++) {
      const at = host.offset + z * host.imageStride + y * host.rowStride;
      const offset = guest.offset + z * guest.imageStride + y * guest.rowStride;
      if (toGuest) {
        memory.write(offset, image, at, host.rowBytes);
      } else {
        memory.read(offset, image, at, host.rowBytes);
      }
    }
  }
}

/**
 * SURFACE_DMA: boxes between a surface's image and guest memory. The suffix's maximum offset counts from the guest
 * pointer. Every box is checked before the first moves.
 */
function surfaceDma(objects: DeviceObjects, fields: DmaFields): void {
  const { transfer, boxes, suffix } = fields;
  const toGuest = transfer === SVGA3D_TRANSFER.READ_HOST_VRAM;
  if (!toGuest && transfer !== SVGA3D_TRANSFER.WRITE_HOST_VRAM) {
    throw new SvgaDeviceError('EINVAL', 'no such direction', { transfer });
  }
  const target = imageRef(objects, fields.hostSid, fields.hostFace, fields.hostMipmap);
  const memory = pointedMemory(fields.guestGmrId, {
    regions: objects.regions,
    mobs: objects.mobs,
    cursor: objects.cursor,
    vram: () => objects.surroundings.vram(),
  });
  const allowed = fields.guestOffset + (suffix[0]?.maximumOffset ?? Infinity);
  const parts = boxes.map((box) => dmaRows(target, box, fields));
  let bytes = 0;
  let rows = 0;
  for (const { host, guest } of parts) {
    if (end(guest) > Math.min(memory.bytes, allowed)) {
      throw new SvgaDeviceError('EFAULT', 'box leaves the guest memory', {
        end: end(guest),
        bytes: memory.bytes,
      });
    }
    bytes += host.rowBytes * host.rows * host.images;
    rows += host.rows * host.images;
  }
  objects.budget.charge(bytes, rows);
  if (parts.length === 0) {
    return;
  }
  const { surface, subresource } = target;
  if (!toGuest && ((suffix[0]?.flags ?? 0) & DMA_FLAG_DISCARD) !== 0) {
    objects.store.invalidate(surface, subresource);
  }
  // Guest memory may fault amid the boxes, so that what surrounds them is read back where the renderer has it.
  const isWhole = boxes.some((box) => isWholeMip(surface.layout, subresource, boxOf(box)));
  const image = toGuest
    ? objects.store.forReading(surface, subresource)
    : objects.store.forWriting(surface, subresource, isWhole);
  parts.forEach((part) => moveRows(part, image, memory, toGuest));
  objects.counters[toGuest ? 'bytesReadBack' : 'bytesUploaded'] += bytes;
}

/** Between images and guest memory without a binding. */
export const dmaCommands: CommandFamily = { SURFACE_DMA: surfaceDma };
