import type { SubresourceBox, SurfaceLayout } from '@cg/surface-layout';
import type { DriverState } from '../driver-state.js';
import { ReplaceableStep } from '../replaceable-step.js';

/**
 * Sends the command that uploads one box: by subresource if the device has DX contexts, else by face and mip
 * (rule 7.5).
 * @param refused called if the device refuses it
 * @throws VmwgfxError ENOMEM, EIO as `CommandSubmitter.emit`
 */
export function emitUpdate(
  { queue, limits }: DriverState,
  sid: number,
  layout: SurfaceLayout,
  box: SubresourceBox,
  refused: () => void,
): void {
  const { subresource, x, y, z, width: w, height: h, depth: d } = box;
  if (limits.hasDx) {
    queue.emit('DX_UPDATE_SUBRESOURCE', { sid, subResource: subresource, x, y, z, w, h, d }, refused);
    return;
  }
  const mips = layout.mips.length;
  const face = Math.floor(subresource / mips);
  queue.emit('UPDATE_GB_IMAGE', { sid, face, mipmap: subresource % mips, x, y, z, w, h, d }, refused);
}

export const emitUpdateStep = new ReplaceableStep(emitUpdate);
