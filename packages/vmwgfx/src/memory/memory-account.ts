import { VmwgfxError } from '../errors.js';

/** How much of some memory may be used, and is. */
export class MemoryAccount {
  #used = 0;

  /** @param what whose memory it is, for errors */
  constructor(
    readonly what: string,
    readonly limit: number,
  ) {}

  get used(): number {
    return this.#used;
  }

  get left(): number {
    return this.limit - this.#used;
  }

  /** @throws VmwgfxError ENOMEM where the limit would be passed */
  charge(bytes: number): void {
    if (this.#used + bytes > this.limit) {
      throw new VmwgfxError('ENOMEM', `${bytes} bytes of ${this.what} wanted, ${this.left} are left`, {
        bytes,
      });
    }
    this.#used += bytes;
  }

  refund(bytes: number): void {
    this.#used -= bytes;
  }
}
