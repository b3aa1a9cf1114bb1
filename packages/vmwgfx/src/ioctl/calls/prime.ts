import { VmwgfxError } from '../../errors.js';
import type { CallHandler } from '../open-file/open-file.js';
import { structs, DRM_CLOEXEC, DRM_RDWR } from '@cg/vmwgfx-ioctl';

/** DRM_IOCTL_PRIME_HANDLE_TO_FD. */
export const handleToFd: CallHandler = ({ file, descriptors }, argument) => {
  const request = structs.primeHandle.read(argument, 0);
  if ((request.flags & ~(DRM_CLOEXEC | DRM_RDWR)) !== 0) {
    throw new VmwgfxError('EINVAL', `flags ${request.flags} of a file descriptor make no sense`);
  }
  const { kind } = file.describe(request.handle);
  if (kind === 'context' || kind === 'shader') {
    throw new VmwgfxError('ENOENT', `handle ${request.handle} names nothing to share`, {
      handle: request.handle,
    });
  }
  descriptors.checkRoom();
  structs.primeHandle.write(argument, 0, { ...request, fd: descriptors.install(file.share(request.handle)) });
};

/** DRM_IOCTL_PRIME_FD_TO_HANDLE. */
export const fdToHandle: CallHandler = ({ file, descriptors }, argument) => {
  const request = structs.primeHandle.read(argument, 0);
  structs.primeHandle.write(argument, 0, { ...request, handle: file.open(descriptors.shared(request.fd)) });
};
