import { PageTableError } from '@cg/pagetable';
import { SurfaceLayoutError } from '@cg/surface-layout';
import { VmwgfxError, type VmwgfxErrorCode } from '../errors.js';
import type { DrmFile } from '../file/drm-file.js';
import { callsByNr, type Call } from './calls/call-table.js';
import { CpuGrabs } from './open-file/cpu-grabs.js';
import { Descriptors } from './open-file/descriptors.js';
import { FenceEvents } from './open-file/fence-events.js';
import { FenceHandles } from './open-file/fence-handles.js';
import type { OpenFile } from './open-file/open-file.js';
import { driverVersion } from './calls/parameters.js';
import {
  DRM_COMMAND_BASE,
  DRM_COMMAND_END,
  takeApart,
  type Request,
  DRM_IOCTL_VMW_EXECBUF,
} from '@cg/vmwgfx-ioctl';
import { checkArgument, copyFromUser, copyToUser, type UserArgument } from './user-argument.js';
import { viewOf, type UserMemory } from './user-memory.js';

/** Options of the calls on a file. */
export interface DrmIoctlOptions {
  /** File descriptors of the process, where several files share them; the file's own if left out. */
  readonly descriptors?: Descriptors;
  /** Clock of the events, in microseconds; the host's time of day if left out. */
  readonly now?: () => number;
}

/**
 * One open file of the device as user space sees it: ioctl(2) with the structures of vmwgfx_drm.h, on top of a
 * `DrmFile` with the same handles. One per file.
 */
export class DrmIoctl {
  /** The version that DRM_IOCTL_VERSION returns. */
  static readonly version = driverVersion;

  readonly #open: OpenFile;

  /** @param memory of the calling process: what pointers in arguments point to */
  constructor(file: DrmFile, memory: UserMemory, options: DrmIoctlOptions = {}) {
    const { descriptors = new Descriptors(), now = () => Date.now() * 1000 } = options;
    this.#open = {
      file,
      memory,
      descriptors,
      fences: new FenceHandles(),
      events: new FenceEvents(now),
      grabs: new CpuGrabs(),
      knowsGuestBacked: false,
    };
  }

  get file(): DrmFile {
    return this.#open.file;
  }

  get descriptors(): Descriptors {
    return this.#open.descriptors;
  }

  /**
   * Makes a call. The reply overwrites the request in the argument, up to the size in the request number; also where
   * the call fails, as in the kernel.
   * @param request one of the DRM_IOCTL_… numbers
   * @param argument the structure, or its address in the user's memory
   * @returns 0
   * @throws VmwgfxError and nothing else: `code`, and `errno` for callers that return -errno. ENOTTY for a request
   * that is not DRM's, EINVAL for an unknown one or one whose size or direction is wrong, EFAULT for an argument or a
   * pointer in it to memory that does not exist, EACCES and ENOSYS for calls that are not supported; otherwise as the
   * calls of `DrmFile`, but ESRCH for a handle that should be a buffer object's, and EINVAL for any other unknown
   * handle
   */
  ioctl(request: number, argument: UserArgument = 0): 0 {
    try {
      const parts = takeApart(request);
      this.#call(parts, callFor(request, parts), argument);
      return 0;
    } catch (error) {
      throw asVmwgfxError(error);
    }
  }

  /**
   * read(2) of the device file: as many whole events as fit, of those requested with DRM_IOCTL_VMW_FENCE_EVENT whose
   * fences have signalled; empty if there is none.
   */
  read(length: number): Uint8Array {
    return this.#open.events.read(length);
  }

  /** close(2) of the device file. @throws as `DrmFile.close` */
  close(): void {
    this.#open.fences.clear();
    this.#open.file.close();
  }

  /** Copies as the DRM core does: a shorter structure is padded with zeros, the rest of a longer one is left alone. */
  #call(parts: Request, { request, run, noSuchHandle }: Call, argument: UserArgument): void {
    if (typeof run === 'string') {
      throw new VmwgfxError(run, 'the driver does not offer the call', { request });
    }
    const { memory } = this.#open;
    const known = takeApart(request);
    const inBytes = parts.reads && known.reads ? parts.bytes : 0;
    const outBytes = parts.writes && known.writes ? parts.bytes : 0;
    checkArgument(argument, Math.max(inBytes, outBytes));
    const data = new Uint8Array(Math.max(inBytes, outBytes, known.bytes));
    data.set(copyFromUser(memory, argument, inBytes));
    try {
      run(this.#open, viewOf(data));
    } catch (error) {
      throw asTheKernelSays(error, noSuchHandle);
    } finally {
      copyToUser(memory, argument, data.subarray(0, outBytes));
    }
  }
}

/**
 * The call of a request. The driver's own must match the header; execbuf, which has grown, and calls of the DRM core
 * may have another size.
 * @throws VmwgfxError ENOTTY, EINVAL
 */
function callFor(request: number, { nr, isDrm }: Request): Call {
  if (!isDrm) {
    throw new VmwgfxError('ENOTTY', 'no ioctl of a DRM device', { request });
  }
  const call = callsByNr.get(nr);
  const isOwn = nr >= DRM_COMMAND_BASE && nr < DRM_COMMAND_END;
  const mustMatch = isOwn && call?.request !== DRM_IOCTL_VMW_EXECBUF;
  if (call === undefined || (mustMatch && call.request !== request >>> 0)) {
    throw new VmwgfxError('EINVAL', `no ioctl of this device, or not with such an argument: number ${nr}`, {
      request,
    });
  }
  return call;
}

/** The kernel's error for a bad handle: ESRCH for buffer objects, for others by the call. */
function asTheKernelSays(error: unknown, noSuchHandle: VmwgfxErrorCode): unknown {
  if (!(error instanceof VmwgfxError)) {
    return error;
  }
  const { code, message, facts } = error;
  if (facts.wanted === 'buffer') {
    return new VmwgfxError('ESRCH', message, facts);
  }
  return code === 'ENOENT' ? new VmwgfxError(noSuchHandle, message, facts) : error;
}

/** Converts errors of other packages; any other error is a defect of ours and passes unchanged. */
function asVmwgfxError(error: unknown): unknown {
  if (error instanceof SurfaceLayoutError) {
    return new VmwgfxError('EINVAL', error.message);
  }
  if (error instanceof PageTableError) {
    return new VmwgfxError(error.code === 'ELOOP' ? 'EFAULT' : error.code, error.message);
  }
  return error;
}
