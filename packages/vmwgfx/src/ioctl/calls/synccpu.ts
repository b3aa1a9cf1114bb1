import { VmwgfxError } from '../../errors.js';
import { waitForDevice } from '../open-file/cpu-grabs.js';
import type { CallHandler } from '../open-file/open-file.js';
import { structs, drm_vmw_synccpu, drm_vmw_synccpu_op } from '@cg/vmwgfx-ioctl';

const { read, write, dontblock, allow_cs } = drm_vmw_synccpu;

/** DRM_VMW_SYNCCPU. */
export const syncCpu: CallHandler = ({ file, grabs }, argument) => {
  const { op, flags, handle } = structs.synccpu.read(argument, 0);
  const known = read | write | dontblock | allow_cs;
  if ((flags & (read | write)) === 0 || (flags & ~known) !== 0) {
    throw new VmwgfxError('EINVAL', `flags ${flags} of a synccpu make no sense`, { handle });
  }
  const allowsSubmissions = (flags & allow_cs) !== 0;
  const dontBlock = (flags & dontblock) !== 0;
  if (op === drm_vmw_synccpu_op.grab) {
    if (allowsSubmissions) {
      waitForDevice(file, handle, dontBlock);
    } else {
      grabs.grab(file, handle, dontBlock);
    }
  } else if (op !== drm_vmw_synccpu_op.release) {
    throw new VmwgfxError('EINVAL', `there is no synccpu operation ${op}`, { handle });
  } else if (allowsSubmissions) {
    file.buffer(handle);
  } else {
    grabs.release(file, handle);
  }
};
