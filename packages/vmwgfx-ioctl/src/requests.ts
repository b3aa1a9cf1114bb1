import { DRM_COMMAND_BASE, DRM_IO, DRM_IOR, DRM_IOW, DRM_IOWR } from './request-number.js';
import * as structs from './structs.js';

/* The driver's own calls, relative to DRM_COMMAND_BASE (vmwgfx_drm.h). */

export const DRM_VMW_GET_PARAM = 0;
export const DRM_VMW_ALLOC_BO = 1;
/** The older name. */
export const DRM_VMW_ALLOC_DMABUF = 1;
export const DRM_VMW_HANDLE_CLOSE = 2;
/** The older name. */
export const DRM_VMW_UNREF_DMABUF = 2;
export const DRM_VMW_CURSOR_BYPASS = 3;
export const DRM_VMW_CONTROL_STREAM = 4;
export const DRM_VMW_CLAIM_STREAM = 5;
export const DRM_VMW_UNREF_STREAM = 6;
export const DRM_VMW_CREATE_CONTEXT = 7;
export const DRM_VMW_UNREF_CONTEXT = 8;
export const DRM_VMW_CREATE_SURFACE = 9;
export const DRM_VMW_UNREF_SURFACE = 10;
export const DRM_VMW_REF_SURFACE = 11;
export const DRM_VMW_EXECBUF = 12;
export const DRM_VMW_GET_3D_CAP = 13;
export const DRM_VMW_FENCE_WAIT = 14;
export const DRM_VMW_FENCE_SIGNALED = 15;
export const DRM_VMW_FENCE_UNREF = 16;
export const DRM_VMW_FENCE_EVENT = 17;
export const DRM_VMW_PRESENT = 18;
export const DRM_VMW_PRESENT_READBACK = 19;
export const DRM_VMW_UPDATE_LAYOUT = 20;
export const DRM_VMW_CREATE_SHADER = 21;
export const DRM_VMW_UNREF_SHADER = 22;
export const DRM_VMW_GB_SURFACE_CREATE = 23;
export const DRM_VMW_GB_SURFACE_REF = 24;
export const DRM_VMW_SYNCCPU = 25;
export const DRM_VMW_CREATE_EXTENDED_CONTEXT = 26;
export const DRM_VMW_GB_SURFACE_CREATE_EXT = 27;
export const DRM_VMW_GB_SURFACE_REF_EXT = 28;
export const DRM_VMW_MSG = 29;
export const DRM_VMW_MKSSTAT_RESET = 30;
export const DRM_VMW_MKSSTAT_ADD = 31;
export const DRM_VMW_MKSSTAT_REMOVE = 32;

/** A union is as large as the larger of its request and reply. */
const { max } = Math;
const gbRefBytes = structs.gbSurfaceCreateReq.bytes + structs.gbSurfaceCreateRep.bytes;
const gbRefExtBytes = structs.gbSurfaceCreateExtReq.bytes + structs.gbSurfaceCreateRep.bytes;

function own(nr: number): number {
  return DRM_COMMAND_BASE + nr;
}

/* The request numbers as user space passes them. */

export const DRM_IOCTL_VERSION = DRM_IOWR(0x00, structs.version.bytes);
export const DRM_IOCTL_GEM_CLOSE = DRM_IOW(0x09, structs.handle.bytes);
export const DRM_IOCTL_GET_CAP = DRM_IOWR(0x0c, structs.getCap.bytes);
export const DRM_IOCTL_PRIME_HANDLE_TO_FD = DRM_IOWR(0x2d, structs.primeHandle.bytes);
export const DRM_IOCTL_PRIME_FD_TO_HANDLE = DRM_IOWR(0x2e, structs.primeHandle.bytes);

export const DRM_IOCTL_VMW_GET_PARAM = DRM_IOWR(own(DRM_VMW_GET_PARAM), structs.getparam.bytes);
const allocBytes = max(structs.allocBoReq.bytes, structs.boRep.bytes);
export const DRM_IOCTL_VMW_ALLOC_BO = DRM_IOWR(own(DRM_VMW_ALLOC_BO), allocBytes);
export const DRM_IOCTL_VMW_ALLOC_DMABUF = DRM_IOWR(own(DRM_VMW_ALLOC_DMABUF), allocBytes);
export const DRM_IOCTL_VMW_HANDLE_CLOSE = DRM_IOW(own(DRM_VMW_HANDLE_CLOSE), structs.handle.bytes);
export const DRM_IOCTL_VMW_UNREF_DMABUF = DRM_IOW(own(DRM_VMW_UNREF_DMABUF), structs.handle.bytes);
export const DRM_IOCTL_VMW_CURSOR_BYPASS = DRM_IOW(own(DRM_VMW_CURSOR_BYPASS), structs.cursorBypass.bytes);
export const DRM_IOCTL_VMW_CONTROL_STREAM = DRM_IOW(own(DRM_VMW_CONTROL_STREAM), structs.controlStream.bytes);
export const DRM_IOCTL_VMW_CLAIM_STREAM = DRM_IOR(own(DRM_VMW_CLAIM_STREAM), structs.stream.bytes);
export const DRM_IOCTL_VMW_UNREF_STREAM = DRM_IOW(own(DRM_VMW_UNREF_STREAM), structs.stream.bytes);
export const DRM_IOCTL_VMW_CREATE_CONTEXT = DRM_IOR(own(DRM_VMW_CREATE_CONTEXT), structs.context.bytes);
export const DRM_IOCTL_VMW_UNREF_CONTEXT = DRM_IOW(own(DRM_VMW_UNREF_CONTEXT), structs.context.bytes);
export const DRM_IOCTL_VMW_CREATE_SURFACE = DRM_IOWR(
  own(DRM_VMW_CREATE_SURFACE),
  max(structs.surfaceCreateReq.bytes, structs.surface.bytes),
);
export const DRM_IOCTL_VMW_UNREF_SURFACE = DRM_IOW(own(DRM_VMW_UNREF_SURFACE), structs.surface.bytes);
export const DRM_IOCTL_VMW_REF_SURFACE = DRM_IOWR(
  own(DRM_VMW_REF_SURFACE),
  max(structs.surface.bytes, structs.surfaceCreateReq.bytes),
);
export const DRM_IOCTL_VMW_EXECBUF = DRM_IOW(own(DRM_VMW_EXECBUF), structs.execbuf.bytes);
export const DRM_IOCTL_VMW_GET_3D_CAP = DRM_IOW(own(DRM_VMW_GET_3D_CAP), structs.get3dCap.bytes);
export const DRM_IOCTL_VMW_FENCE_WAIT = DRM_IOWR(own(DRM_VMW_FENCE_WAIT), structs.fenceWait.bytes);
export const DRM_IOCTL_VMW_FENCE_SIGNALED = DRM_IOWR(
  own(DRM_VMW_FENCE_SIGNALED),
  structs.fenceSignaled.bytes,
);
export const DRM_IOCTL_VMW_FENCE_UNREF = DRM_IOW(own(DRM_VMW_FENCE_UNREF), structs.handle.bytes);
export const DRM_IOCTL_VMW_FENCE_EVENT = DRM_IOW(own(DRM_VMW_FENCE_EVENT), structs.fenceEvent.bytes);
export const DRM_IOCTL_VMW_PRESENT = DRM_IOW(own(DRM_VMW_PRESENT), structs.present.bytes);
export const DRM_IOCTL_VMW_PRESENT_READBACK = DRM_IOW(
  own(DRM_VMW_PRESENT_READBACK),
  structs.presentReadback.bytes,
);
export const DRM_IOCTL_VMW_UPDATE_LAYOUT = DRM_IOW(own(DRM_VMW_UPDATE_LAYOUT), structs.updateLayout.bytes);
export const DRM_IOCTL_VMW_CREATE_SHADER = DRM_IOWR(own(DRM_VMW_CREATE_SHADER), structs.shaderCreate.bytes);
export const DRM_IOCTL_VMW_UNREF_SHADER = DRM_IOW(own(DRM_VMW_UNREF_SHADER), structs.handle.bytes);
export const DRM_IOCTL_VMW_GB_SURFACE_CREATE = DRM_IOWR(
  own(DRM_VMW_GB_SURFACE_CREATE),
  max(structs.gbSurfaceCreateReq.bytes, structs.gbSurfaceCreateRep.bytes),
);
export const DRM_IOCTL_VMW_GB_SURFACE_REF = DRM_IOWR(own(DRM_VMW_GB_SURFACE_REF), gbRefBytes);
export const DRM_IOCTL_VMW_SYNCCPU = DRM_IOW(own(DRM_VMW_SYNCCPU), structs.synccpu.bytes);
export const DRM_IOCTL_VMW_CREATE_EXTENDED_CONTEXT = DRM_IOWR(
  own(DRM_VMW_CREATE_EXTENDED_CONTEXT),
  structs.context.bytes,
);
export const DRM_IOCTL_VMW_GB_SURFACE_CREATE_EXT = DRM_IOWR(
  own(DRM_VMW_GB_SURFACE_CREATE_EXT),
  max(structs.gbSurfaceCreateExtReq.bytes, structs.gbSurfaceCreateRep.bytes),
);
export const DRM_IOCTL_VMW_GB_SURFACE_REF_EXT = DRM_IOWR(own(DRM_VMW_GB_SURFACE_REF_EXT), gbRefExtBytes);
export const DRM_IOCTL_VMW_MSG = DRM_IOWR(own(DRM_VMW_MSG), structs.msg.bytes);
export const DRM_IOCTL_VMW_MKSSTAT_RESET = DRM_IO(own(DRM_VMW_MKSSTAT_RESET));
export const DRM_IOCTL_VMW_MKSSTAT_ADD = DRM_IOWR(own(DRM_VMW_MKSSTAT_ADD), structs.mksstatAdd.bytes);
export const DRM_IOCTL_VMW_MKSSTAT_REMOVE = DRM_IOW(own(DRM_VMW_MKSSTAT_REMOVE), structs.mksstatRemove.bytes);
