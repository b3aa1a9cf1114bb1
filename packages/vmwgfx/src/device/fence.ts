import { VmwgfxError } from '../errors.js';

/** Looks that a wait takes at the fence before it gives the device up. */
const MAX_POLLS = 1000;

/** A point in the command stream; it has signalled once the device has passed it (rule 1.2). */
export class Fence {
  readonly #passed: () => number;

  /** `passed` reads the last fence number that the device has passed. */
  constructor(
    readonly seqno: number,
    passed: () => number,
  ) {
    this.#passed = passed;
  }

  /** The last fence number that the device has passed. */
  get passedSeqno(): number {
    return this.#passed();
  }

  /** Numbers wrap at 2^32: half of them are behind any one. */
  get isSignalled(): boolean {
    return (this.#passed() - this.seqno) >>> 0 < 0x80000000;
  }

  /** @throws VmwgfxError EIO where the device does not get there */
  wait(): void {
    for (let polls = 0; polls < MAX_POLLS; polls++) {
      if (this.isSignalled) {
        return;
      }
    }
    throw new VmwgfxError('EIO', `the device does not pass fence ${this.seqno}`, { seqno: this.seqno });
  }
}
