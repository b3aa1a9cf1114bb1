import type { Fence } from '../../device/fence.js';
import type { CallHandler, OpenFile } from '../open-file/open-file.js';
import {
  structs,
  DRM_VMW_FE_FLAG_REQ_TIME,
  DRM_VMW_FENCE_FLAG,
  DRM_VMW_WAIT_OPTION_UNREF,
} from '@cg/vmwgfx-ioctl';

/**
 * Reports a fence and its handle to user space.
 * @param fd the fence's file descriptor, or -1
 * @throws VmwgfxError EFAULT
 */
function writeFenceRep(
  { memory }: OpenFile,
  address: number,
  fence: Fence,
  handle: number,
  fd: number,
): void {
  const rep = new DataView(new ArrayBuffer(structs.fenceRep.bytes));
  structs.fenceRep.write(rep, 0, {
    handle,
    mask: DRM_VMW_FENCE_FLAG.EXEC,
    seqno: fence.seqno,
    passed_seqno: fence.passedSeqno,
    fd,
    error: 0,
  });
  memory.write(address, new Uint8Array(rep.buffer));
}

/** DRM_VMW_FENCE_WAIT: a time of 0 polls, as in the kernel, unlike its header. */
export const fenceWait: CallHandler = ({ fences }, argument) => {
  const { handle, cookie_valid, timeout_us, wait_options } = structs.fenceWait.read(argument, 0);
  // Leaves the time alone, of which every bit may be set: user space may call again with it.
  argument.setInt32(structs.fenceWait.offsetOf('cookie_valid'), cookie_valid || 1, true);
  fences.fence(handle).wait(timeout_us);
  if ((wait_options & DRM_VMW_WAIT_OPTION_UNREF) !== 0) {
    fences.unreference(handle);
  }
};

/** DRM_VMW_FENCE_SIGNALED. */
export const fenceSignaled: CallHandler = ({ fences }, argument) => {
  const request = structs.fenceSignaled.read(argument, 0);
  const fence = fences.fence(request.handle);
  structs.fenceSignaled.write(argument, 0, {
    ...request,
    signaled: fence.isSignalled ? 1 : 0,
    passed_seqno: fence.passedSeqno,
    signaled_flags: request.flags,
  });
};

/** DRM_VMW_FENCE_UNREF. */
export const fenceUnref: CallHandler = ({ fences }, argument) => {
  fences.unreference(structs.handle.read(argument, 0).handle);
};

/** DRM_VMW_FENCE_EVENT: on an existing fence, or after everything submitted so far. */
export const fenceEvent: CallHandler = (open, argument) => {
  const { fence_rep, user_data, handle, flags } = structs.fenceEvent.read(argument, 0);
  const { file, fences, events } = open;
  events.checkRoom();
  const known = handle === 0 ? undefined : fences.fence(handle);
  if (known === undefined && fence_rep !== 0) {
    fences.checkRoom();
  }
  const fence = known ?? file.submit(new Uint8Array());
  if (fence_rep !== 0) {
    giveFence(open, fence_rep, fence, known === undefined ? undefined : handle, -1);
  }
  events.add(fence, user_data, (flags & DRM_VMW_FE_FLAG_REQ_TIME) !== 0);
};

/**
 * Gives user space a handle of a fence: another reference, or a new handle. If it cannot be written, user space has
 * no handle to wait with, so the fence is waited for here.
 * @throws VmwgfxError EFAULT
 */
export function giveFence(
  open: OpenFile,
  address: number,
  fence: Fence,
  known: number | undefined,
  fd: number,
): void {
  const { fences } = open;
  if (known !== undefined) {
    fences.reference(known);
  }
  const handle = known ?? fences.add(fence);
  try {
    writeFenceRep(open, address, fence, handle, fd);
  } catch (error) {
    fences.unreference(handle);
    fence.wait();
    throw error;
  }
}
