import { VmwgfxError } from '../errors.js';
import type { BufferObject } from '../memory/buffer-object.js';

/** How the CPU is going to use a buffer object (the kernel's drm_vmw_synccpu_* flags). */
export interface CpuAccessRequest {
  /** Throws EBUSY where the device is not done, in place of waiting (drm_vmw_synccpu_dontblock). */
  readonly dontBlock?: boolean;
  /** Submissions may name it meanwhile (drm_vmw_synccpu_allow_cs). */
  readonly allowSubmissions?: boolean;
}

/**
 * The CPU's use of a buffer object in explicit synchronisation: the device is done with it when it begins, and
 * unless that was allowed no submission names it until `release`.
 */
export class CpuAccess {
  #object: BufferObject | undefined;

  /** @throws VmwgfxError EBUSY, EIO where the device does not pass the fence */
  constructor(
    object: BufferObject,
    { dontBlock = false, allowSubmissions = false }: CpuAccessRequest,
    readonly released: (access: CpuAccess) => void,
  ) {
    const { lastFence } = object;
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

  /** Ends it; a second time it does nothing. */
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
