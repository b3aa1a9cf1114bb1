import { VmwgfxError } from '../errors.js';
import type { BufferObject } from '../memory/buffer-object.js';

/** How the CPU will use a buffer object (the kernel's drm_vmw_synccpu_* flags). */
export interface CpuAccessRequest {
  /** Throws EBUSY if the device is not done, instead of waiting (drm_vmw_synccpu_dontblock). */
  readonly dontBlock?: boolean;
  /** Submissions may name it during the access (drm_vmw_synccpu_allow_cs). */
  readonly allowSubmissions?: boolean;
}

/**
 * The CPU's access to a buffer object in explicit synchronisation: it begins once the device is done with the object,
 * and unless `allowSubmissions` is set no submission names the object until `release`.
 */
export class CpuAccess {
  #object: BufferObject | undefined;

  /** @throws VmwgfxError EBUSY, EIO if the device does not pass the fence */
  constructor(
    object: BufferObject,
    { dontBlock = false, allowSubmissions = false }: CpuAccessRequest,
    readonly released: (access: CpuAccess) => void,
  ) {
    const lastFence = object.lastUse?.fence;
    if (dontBlock && lastFence?.isSignalled === false) {
      throw new VmwgfxError('EBUSY', 'the device is not done with the buffer object', {
        seqno: lastFence.seqno,
      });
    }
    lastFence?.wait();
    if (!allowSubmissions) {
      object.references.take();
      object.cpuWriters++;
      this.#object = object;
    }
  }

  /** Ends the access; does nothing a second time. */
  release(): void {
    const object = this.#object;
    this.#object = undefined;
    this.released(this);
    if (object !== undefined) {
      object.cpuWriters--;
      object.references.drop();
    }
  }
}
