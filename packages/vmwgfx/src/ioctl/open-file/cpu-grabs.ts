import { VmwgfxError } from '../../errors.js';
import type { CpuAccess } from '../../file/cpu-access.js';
import type { DrmFile } from '../../file/drm-file.js';

interface Grab {
  readonly access: CpuAccess;
  count: number;
}

/** Buffer objects, by any handle, that user space has grabbed for the CPU and not released. */
export class CpuGrabs {
  /** By offset in the device's mapping, which does not change during a grab. */
  readonly #grabs = new Map<number, Grab>();

  /** @throws as `DrmFile.syncCpu` */
  grab(file: DrmFile, handle: number, dontBlock: boolean): void {
    const { mapOffset } = file.buffer(handle);
    const known = this.#grabs.get(mapOffset);
    if (known === undefined) {
      this.#grabs.set(mapOffset, { access: file.syncCpu(handle, { dontBlock }), count: 1 });
    } else {
      waitForDevice(file, handle, dontBlock);
      known.count++;
    }
  }

  /** @throws VmwgfxError EINVAL for one that is not grabbed; ENOENT and EINVAL for a handle of no buffer object */
  release(file: DrmFile, handle: number): void {
    const { mapOffset } = file.buffer(handle);
    const grab = this.#grabs.get(mapOffset);
    if (grab === undefined) {
      throw new VmwgfxError('EINVAL', `handle ${handle} is not grabbed for the CPU`, { handle });
    }
    if (--grab.count === 0) {
      this.#grabs.delete(mapOffset);
      grab.access.release();
    }
  }
}

/** A grab that allows submissions is over once the device is done. */
export function waitForDevice(file: DrmFile, handle: number, dontBlock: boolean): void {
  file.syncCpu(handle, { dontBlock, allowSubmissions: true }).release();
}
