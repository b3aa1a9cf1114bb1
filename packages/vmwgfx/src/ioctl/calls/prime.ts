import { VmwgfxError } from '../../errors.js';
import type { CallHandler } from '../open-file/open-file.js';
import { primeHandle } from '../header/structs.js';
import { DRM_CLOEXEC, DRM_RDWR } from '../header/values.js';

/** DRM_IOCTL_PRIME_HANDLE_TO_FD. */
export const handleToFd: CallHandler = ({ file, descriptors }, argument) => {
  const request = primeHandle.read(argument, 0);
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
  primeHandle.write(argument, 0, { ...request, fd: descriptors.install(file.share(request.handle)) });
};

/** DRM_IOCTL_PRIME_FD_TO_HANDLE. */
export const fdToHandle: CallHandler = ({ file, descriptors }, argument) => {
  const request = primeHandle.read(argument, 0);
  primeHandle.write(argument, 0, { ...request, handle: file.open(descriptors.shared(request.fd)) });
};
