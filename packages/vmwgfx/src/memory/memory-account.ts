import { VmwgfxError } from '../errors.js';

/** Accounts memory against a limit. */
export class MemoryAccount {
  #used = 0;

  /** @param what the memory's purpose, for errors */
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

  /** @throws VmwgfxError ENOMEM if it would exceed the limit */
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
