import { SVGA3D_INVALID_ID, SVGA_CB_MAX_SIZE } from '@cg/svga-protocol';
import { VmwgfxError } from '../../errors.js';
import type { Fence } from '../../device/fence.js';
import { giveFence } from './fences.js';
import type { Descriptors } from '../open-file/descriptors.js';
import type { CallHandler } from '../open-file/open-file.js';
import { structs, DRM_VMW_EXECBUF_FLAG, DRM_VMW_EXECBUF_VERSION } from '@cg/vmwgfx-ioctl';

const { IMPORT_FENCE_FD, EXPORT_FENCE_FD } = DRM_VMW_EXECBUF_FLAG;

type Execbuf = ReturnType<typeof structs.execbuf.read>;

function refuse(why: string): never {
  throw new VmwgfxError('EINVAL', `execbuf: ${why}`);
}

/** @throws VmwgfxError EINVAL */
function check({ version, flags, command_size, fence_rep }: Execbuf): void {
  if (version < 1 || version > DRM_VMW_EXECBUF_VERSION) {
    refuse(`version ${version} is none of 1 to ${DRM_VMW_EXECBUF_VERSION}`);
  }
  if ((flags & ~(IMPORT_FENCE_FD | EXPORT_FENCE_FD)) !== 0) {
    refuse(`flags ${flags} make no sense`);
  }
  if (command_size > SVGA_CB_MAX_SIZE) {
    refuse(`${command_size} bytes of commands, at most ${SVGA_CB_MAX_SIZE}`);
  }
  if ((flags & EXPORT_FENCE_FD) !== 0 && fence_rep === 0) {
    refuse('a file descriptor of the fence needs a fence_rep to come back in');
  }
}

/** A descriptor that is no fence is EINVAL, as in the kernel. @throws VmwgfxError EINVAL */
function importedFence(descriptors: Descriptors, fd: number): Fence {
  try {
    return descriptors.fence(fd);
  } catch (error) {
    throw error instanceof VmwgfxError ? new VmwgfxError('EINVAL', error.message, error.facts) : error;
  }
}

/** DRM_VMW_EXECBUF: every argument is checked before anything is submitted. */
export const execbuf: CallHandler = (open, argument) => {
  const request = structs.execbuf.read(argument, 0);
  check(request);
  const { file, memory, fences, descriptors } = open;
  const exports = (request.flags & EXPORT_FENCE_FD) !== 0;
  if (request.fence_rep !== 0) {
    fences.checkRoom();
  }
  if (exports) {
    descriptors.checkRoom();
  }
  if ((request.flags & IMPORT_FENCE_FD) !== 0) {
    importedFence(descriptors, request.imported_fence_fd).wait();
  }
  const { commands, command_size, version, context_handle } = request;
  const bytes = command_size === 0 ? new Uint8Array() : memory.read(commands, command_size);
  // The first version ended before the context.
  const hasContext = version > 1 && context_handle !== SVGA3D_INVALID_ID;
  const fence = file.submit(bytes, hasContext ? { context: context_handle } : {});
  if (request.fence_rep === 0) {
    return;
  }
  const fd = exports ? descriptors.install(fence) : -1;
  try {
    giveFence(open, request.fence_rep, fence, undefined, fd);
  } catch (error) {
    if (fd >= 0) {
      descriptors.close(fd);
    }
    throw error;
  }
};
