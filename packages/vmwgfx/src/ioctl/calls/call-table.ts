import type { VmwgfxErrorCode } from '../../errors.js';
import { allocBo, closeBuffer } from './buffers.js';
import { createContext, createExtendedContext, createShader, unrefContext, unrefShader } from './contexts.js';
import { execbuf } from './execbuf.js';
import { fenceEvent, fenceSignaled, fenceUnref, fenceWait } from './fences.js';
import { createSurface } from './legacy-surfaces.js';
import type { CallHandler } from '../open-file/open-file.js';
import { get3dCap, getCap, getParam, version } from './parameters.js';
import { fdToHandle, handleToFd } from './prime.js';
import { requests, takeApart } from '@cg/vmwgfx-ioctl';
import { refSurface, unrefSurface } from './surface-references.js';
import { syncCpu } from './synccpu.js';
import { gbSurfaceCreate, gbSurfaceCreateExt, gbSurfaceRef, gbSurfaceRefExt } from './surfaces.js';

/** A call: its handler, or the error that refuses it. */
export interface Call {
  /** The request number in the header. */
  readonly request: number;
  readonly run: CallHandler | VmwgfxErrorCode;
  /** The error for an unknown handle. */
  readonly noSuchHandle: VmwgfxErrorCode;
}

function call(
  request: number,
  run: CallHandler | VmwgfxErrorCode,
  noSuchHandle: VmwgfxErrorCode = 'EINVAL',
): Call {
  return { request, run, noSuchHandle };
}

/**
 * Every call. The file is one of a render node (/dev/dri/renderD128): calls that need the display's master are
 * EACCES; calls that only a VMware hypervisor answers are ENOSYS.
 */
const calls: readonly Call[] = [
  call(requests.DRM_IOCTL_VERSION, version),
  call(requests.DRM_IOCTL_GEM_CLOSE, closeBuffer),
  call(requests.DRM_IOCTL_GET_CAP, getCap),
  call(requests.DRM_IOCTL_PRIME_HANDLE_TO_FD, handleToFd, 'ENOENT'),
  call(requests.DRM_IOCTL_PRIME_FD_TO_HANDLE, fdToHandle),
  call(requests.DRM_IOCTL_VMW_GET_PARAM, getParam),
  call(requests.DRM_IOCTL_VMW_ALLOC_BO, allocBo),
  call(requests.DRM_IOCTL_VMW_HANDLE_CLOSE, closeBuffer),
  call(requests.DRM_IOCTL_VMW_CURSOR_BYPASS, 'EACCES'),
  call(requests.DRM_IOCTL_VMW_CONTROL_STREAM, 'EACCES'),
  call(requests.DRM_IOCTL_VMW_CLAIM_STREAM, 'EACCES'),
  call(requests.DRM_IOCTL_VMW_UNREF_STREAM, 'EACCES'),
  call(requests.DRM_IOCTL_VMW_CREATE_CONTEXT, createContext),
  call(requests.DRM_IOCTL_VMW_UNREF_CONTEXT, unrefContext),
  call(requests.DRM_IOCTL_VMW_CREATE_SURFACE, createSurface),
  call(requests.DRM_IOCTL_VMW_UNREF_SURFACE, unrefSurface),
  call(requests.DRM_IOCTL_VMW_REF_SURFACE, refSurface),
  call(requests.DRM_IOCTL_VMW_EXECBUF, execbuf),
  call(requests.DRM_IOCTL_VMW_GET_3D_CAP, get3dCap),
  call(requests.DRM_IOCTL_VMW_FENCE_WAIT, fenceWait),
  call(requests.DRM_IOCTL_VMW_FENCE_SIGNALED, fenceSignaled),
  call(requests.DRM_IOCTL_VMW_FENCE_UNREF, fenceUnref),
  call(requests.DRM_IOCTL_VMW_FENCE_EVENT, fenceEvent),
  call(requests.DRM_IOCTL_VMW_PRESENT, 'EACCES'),
  call(requests.DRM_IOCTL_VMW_PRESENT_READBACK, 'EACCES'),
  call(requests.DRM_IOCTL_VMW_UPDATE_LAYOUT, 'EACCES'),
  call(requests.DRM_IOCTL_VMW_CREATE_SHADER, createShader),
  call(requests.DRM_IOCTL_VMW_UNREF_SHADER, unrefShader),
  call(requests.DRM_IOCTL_VMW_GB_SURFACE_CREATE, gbSurfaceCreate),
  call(requests.DRM_IOCTL_VMW_GB_SURFACE_REF, gbSurfaceRef),
  call(requests.DRM_IOCTL_VMW_SYNCCPU, syncCpu),
  call(requests.DRM_IOCTL_VMW_CREATE_EXTENDED_CONTEXT, createExtendedContext),
  call(requests.DRM_IOCTL_VMW_GB_SURFACE_CREATE_EXT, gbSurfaceCreateExt),
  call(requests.DRM_IOCTL_VMW_GB_SURFACE_REF_EXT, gbSurfaceRefExt),
  // No channel to a hypervisor opens.
  call(requests.DRM_IOCTL_VMW_MSG, 'EINVAL'),
  call(requests.DRM_IOCTL_VMW_MKSSTAT_RESET, 'ENOSYS'),
  call(requests.DRM_IOCTL_VMW_MKSSTAT_ADD, 'ENOSYS'),
  call(requests.DRM_IOCTL_VMW_MKSSTAT_REMOVE, 'ENOSYS'),
];

/** By their number. */
export const callsByNr: ReadonlyMap<number, Call> = new Map(
  calls.map((each) => [takeApart(each.request).nr, each]),
);
