import { VmwgfxError } from '../../errors.js';
import { describeObject } from '../../file/descriptions.js';
import { closeAs, describeSurface, type CallHandler, type OpenFile } from '../open-file/open-file.js';
import { structs, DRM_VMW_HANDLE } from '@cg/vmwgfx-ioctl';

/**
 * Another reference to a surface's handle: one that the file has, as on a render node, or one from a file descriptor.
 * @throws VmwgfxError ENOENT, EINVAL; of a file descriptor EBADF, or ENOSYS if it is a buffer object's
 */
export function referenceSurface(open: OpenFile, id: number, handleType: number): number {
  const { file, descriptors } = open;
  if (handleType !== DRM_VMW_HANDLE.PRIME) {
    describeSurface(open, id);
    const shared = file.share(id);
    try {
      return file.open(shared);
    } finally {
      shared.close();
    }
  }
  const shared = descriptors.shared(id | 0);
  if (describeObject(shared.object).kind !== 'surface') {
    throw new VmwgfxError('ENOSYS', `file descriptor ${id} is of no surface`, { fd: id });
  }
  return file.open(shared);
}

/** DRM_VMW_UNREF_SURFACE. */
export const unrefSurface: CallHandler = (open, argument) => {
  closeAs(open, structs.surface.read(argument, 0).sid, 'surface');
};

/** DRM_VMW_REF_SURFACE: writes the base size if user space has provided room for it. */
export const refSurface: CallHandler = (open, argument) => {
  const { sid, handle_type } = structs.surface.read(argument, 0);
  const reply = structs.surfaceCreateReq.read(argument, 0);
  const handle = referenceSurface(open, sid, handle_type);
  try {
    const { traits, format, mipLevels, layers, cube, width, height, depth } = describeSurface(open, handle);
    if (reply.size_addr !== 0) {
      const bytes = new Uint8Array(structs.size.bytes);
      structs.size.write(new DataView(bytes.buffer), 0, { width, height, depth, pad64: 0 });
      open.memory.write(reply.size_addr, bytes);
    }
    const faces = cube ? layers : 1;
    const mip_levels = reply.mip_levels.map((_, face) => (face < faces ? mipLevels : 0));
    structs.surfaceCreateReq.write(argument, 0, { ...reply, flags: traits.flags, format, mip_levels });
  } catch (error) {
    open.file.closeHandle(handle);
    throw error;
  }
};
