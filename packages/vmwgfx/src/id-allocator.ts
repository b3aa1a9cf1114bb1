import { Bitmap } from '@cg/collections';
import type { FaultInjection } from './fault-injection.js';
import { VmwgfxError } from './errors.js';

/** Allocates ids of a range, lowest first. */
export class IdAllocator {
  readonly #used: Bitmap;
  readonly #faults: FaultInjection;
  readonly #reclaim: () => boolean;
  /** The lowest id that is free; the number of ids if none is. */
  #lowest = 0;

  /** @param reclaim waits for the device, so that ids freed behind commands are free. @returns whether it had to */
  constructor(
    readonly what: string,
    count: number,
    faults: FaultInjection,
    reclaim: () => boolean,
  ) {
    this.#used = new Bitmap(count);
    this.#faults = faults;
    this.#reclaim = reclaim;
  }

  get isFull(): boolean {
    return this.#lowest === this.#used.length;
  }

  /** @throws VmwgfxError ENOMEM if all are taken */
  allocate(): number {
    this.#faults.pass('id');
    if (this.isFull) {
      this.#reclaim();
    }
    const id = this.#lowest;
    if (id === this.#used.length) {
      throw new VmwgfxError('ENOMEM', `all ${id} ${this.what} ids are taken`);
    }
    this.#used.set(id);
    this.#lowest = this.#used.findNextClear(id);
    return id;
  }

  free(id: number): void {
    this.#used.clear(id);
    this.#lowest = Math.min(this.#lowest, id);
  }
}
