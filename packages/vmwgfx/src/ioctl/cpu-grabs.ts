import { VmwgfxError } from '../errors.js';
import type { CpuAccess } from '../file/cpu-access.js';
import type { DrmFile } from '../file/drm-file.js';
import type { CallHandler } from './open-file.js';
import { synccpu } from './structs.js';
import { drm_vmw_synccpu, drm_vmw_synccpu_op } from './values.js';

interface Grab {
  readonly access: CpuAccess;
  count: number;
}

const { read, write, dontblock, allow_cs } = drm_vmw_synccpu;

/** What user space has grabbed for the CPU and not released, by handle. */
export class CpuGrabs {
  readonly #grabs = new Map<number, Grab>();

  /** @throws as `DrmFile.syncCpu` */
  grab(file: DrmFile, handle: number, dontBlock: boolean): void {
    const known = this.#grabs.get(handle);
    if (known === undefined) {
      this.#grabs.set(handle, { access: file.syncCpu(handle, { dontBlock }), count: 1 });
    } else {
      waitForDevice(file, handle, dontBlock);
      known.count++;
    }
  }

  /** @throws VmwgfxError EINVAL for one that is not grabbed */
  release(handle: number): void {
    const grab = this.#grabs.get(handle);
    if (grab === undefined) {
      throw new VmwgfxError('EINVAL', `handle ${handle} is not grabbed for the CPU`, { handle });
    }
    if (--grab.count === 0) {
      this.#grabs.delete(handle);
      grab.access.release();
    }
  }
}

/** A grab that lets submissions go on holds nothing once the device is done. */
function waitForDevice(file: DrmFile, handle: number, dontBlock: boolean): void {
  file.syncCpu(handle, { dontBlock, allowSubmissions: true }).release();
}

/** DRM_VMW_SYNCCPU. */
export const syncCpu: CallHandler = ({ file, grabs }, argument) => {
  const { op, flags, handle } = synccpu.read(argument, 0);
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
  } else if (!allowsSubmissions) {
    grabs.release(handle);
  }
};
