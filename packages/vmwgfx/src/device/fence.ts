import { VmwgfxError } from '../errors.js';

/** What a fence needs of the device: `BatchQueue`. */
export interface FenceDevice {
  /** The last fence number that the device has passed. */
  readonly passedFence: number;
  /** @param timeout in microseconds @returns whether the condition holds */
  waitUntil(holds: () => boolean, timeout?: number): boolean;
}

/** What became of the commands before a fence; less than their batch, since a buffer object keeps its last fence. */
export interface BatchOutcome {
  /** The first refusal. */
  failure: VmwgfxError | undefined;
}

/** What a submission shares with the buffer objects that it names: its fence. */
export interface FencedUse {
  fence: Fence | undefined;
}

/** A point in the command stream; it has signalled once the device has passed it (rules 1.2, 8.1). */
export class Fence {
  readonly #device: FenceDevice;
  readonly #outcome: BatchOutcome | undefined;

  /** @param outcome of the commands before it, if their failure is the fence's */
  constructor(
    readonly seqno: number,
    device: FenceDevice,
    outcome?: BatchOutcome,
  ) {
    this.#device = device;
    this.#outcome = outcome;
  }

  /** The last fence number that the device has passed. */
  get passedSeqno(): number {
    return this.#device.passedFence;
  }

  /** Numbers wrap at 2^32: the half before any number counts as passed. */
  get isSignalled(): boolean {
    return (this.#device.passedFence - this.seqno) >>> 0 < 0x80000000;
  }

  /**
   * The first refusal of the submission by a device that was not done when the submission returned: of one of its
   * commands, which had no effect, or of what they needed, so that none had. Undefined: none so far.
   */
  get failure(): VmwgfxError | undefined {
    return this.#outcome?.failure;
  }

  /**
   * @param timeout in microseconds of the host's clock; without one it waits as long as there is progress
   * @throws VmwgfxError EBUSY after the timeout, EIO if the device never passes it
   */
  wait(timeout = Infinity): void {
    const { seqno } = this;
    if (this.isSignalled || this.#device.waitUntil(() => this.isSignalled, timeout)) {
      return;
    }
    throw timeout === Infinity
      ? new VmwgfxError('EIO', `the device does not pass fence ${seqno}`, { seqno })
      : new VmwgfxError('EBUSY', `fence ${seqno} has not signalled`, { seqno });
  }
}
