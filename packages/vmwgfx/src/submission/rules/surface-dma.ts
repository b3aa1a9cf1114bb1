import { rowPitch } from '@cg/surface-layout';
import type { CommandFields } from '@cg/svga-protocol';
import { VmwgfxError } from '../../errors.js';
import type { BufferObject } from '../../memory/buffer-object.js';
import type { Surface } from '../../resource/surface.js';
import type { CommandRules, Inspected } from './command-rule.js';
import { subresourceOf } from './extents.js';

type DmaFields = CommandFields<'SURFACE_DMA'>;

/** SVGA3dTransferType of svga3d_types.h. */
const SVGA3D_TRANSFER = { WRITE_HOST_VRAM: 1, READ_HOST_VRAM: 2 } as const;

/** The bytes of the guest's image that a box touches, from the guest pointer on: at its pitch, or tightly packed. */
function guestBytes(
  surface: Surface,
  subresource: number,
  box: DmaFields['boxes'][number],
  pitch: number,
): [number, number] {
  const { format } = surface.layout;
  const mip = surface.layout.mipOf(subresource);
  const rowStride = pitch || rowPitch(format, mip.width);
  const imageStride = rowStride * mip.blocksHigh;
  const column = (box.srcx / format.blockWidth) * format.bytesPerBlock;
  const start = box.srcz * imageStride + (box.srcy / format.blockHeight) * rowStride + column;
  if (box.srcx % format.blockWidth !== 0 || box.srcy % format.blockHeight !== 0) {
    throw new VmwgfxError('EINVAL', 'a box of the guest’s image does not start on a block');
  }
  const high = Math.ceil(box.h / format.blockHeight);
  const rowBytes = Math.ceil(box.w / format.blockWidth) * format.bytesPerBlock;
  return [start, start + (box.d - 1) * imageStride + (high - 1) * rowStride + rowBytes];
}

function inspect(
  fields: DmaFields,
  [surface]: readonly Surface[],
  [object]: readonly BufferObject[],
): Inspected {
  const { transfer, guestOffset, guestPitch, boxes, suffix } = fields;
  const toGuest = transfer === SVGA3D_TRANSFER.READ_HOST_VRAM;
  if (!toGuest && transfer !== SVGA3D_TRANSFER.WRITE_HOST_VRAM) {
    throw new VmwgfxError('EINVAL', `no transfer goes in direction ${transfer}`);
  }
  const subresource = subresourceOf(surface, fields.hostFace, fields.hostMipmap);
  const room = object.bytes - guestOffset;
  const ranges = boxes.map((box) => {
    const [start, end] = guestBytes(surface, subresource, box, guestPitch);
    if (end > room) {
      throw new VmwgfxError('EINVAL', `a box ends ${end - room} bytes behind the buffer object`, {
        bytes: end,
      });
    }
    return { object, start: guestOffset + start, end: guestOffset + end, written: toGuest };
  });
  // The device must not reach beyond the buffer object, whatever limit the user sends.
  const checked = suffix.map((one) => ({
    ...one,
    maximumOffset: Math.min(one.maximumOffset, Math.max(room, 0)),
  }));
  return { ranges, fields: { suffix: checked } };
}

/** Between a surface and a buffer object other than its backing. */
export const dmaRules: CommandRules = {
  SURFACE_DMA: { inspect },
};
