import { VmwgfxError } from '../errors.js';

/** How much memory the driver may use for its own bookkeeping; a tracker can be refused (rule 5.1). */
export class MemoryAccount {
  #used = 0;

  constructor(readonly limit: number) {}

  get used(): number {
    return this.#used;
  }

  /** @throws VmwgfxError ENOMEM where the limit would be passed */
  charge(bytes: number): void {
    if (this.#used + bytes > this.limit) {
      throw new VmwgfxError(
        'ENOMEM',
        `${bytes} bytes of graphics memory wanted, ${this.limit - this.#used} are left`,
        {
          bytes,
        },
      );
    }
    this.#used += bytes;
  }

  refund(bytes: number): void {
    this.#used -= bytes;
  }
}
