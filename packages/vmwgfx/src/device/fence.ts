import { VmwgfxError } from '../errors.js';
import type { SvgaPorts } from './svga-ports.js';

/** What a fence needs of the device. */
export type FenceDevice = Pick<SvgaPorts, 'passedFence' | 'waitUntil'>;

/** A point in the command stream; it has signalled once the device has passed it (rule 1.2). */
export class Fence {
  readonly #device: FenceDevice;

  constructor(
    readonly seqno: number,
    device: FenceDevice,
  ) {
    this.#device = device;
  }

  /** The last fence number that the device has passed. */
  get passedSeqno(): number {
    return this.#device.passedFence;
  }

  /** Numbers wrap at 2^32: the half before any number counts as passed. */
  get isSignalled(): boolean {
    return (this.#device.passedFence - this.seqno) >>> 0 < 0x80000000;
  }

  /** @throws VmwgfxError EIO if the device never passes it */
  wait(): void {
    if (!this.#device.waitUntil(() => this.isSignalled)) {
      throw new VmwgfxError('EIO', `the device does not pass fence ${this.seqno}`, { seqno: this.seqno });
    }
  }
}
