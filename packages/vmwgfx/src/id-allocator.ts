import { Bitmap } from '@cg/collections';
import type { FaultInjection } from './fault-injection.js';
import { VmwgfxError } from './errors.js';

/** Allocates ids of a range, lowest first. */
export class IdAllocator {
  readonly #used: Bitmap;

  constructor(
    readonly what: string,
    count: number,
    readonly faults: FaultInjection,
  ) {
    this.#used = new Bitmap(count);
  }

  get isFull(): boolean {
    return this.#used.findNextClear(0) === this.#used.length;
  }

  /** @throws VmwgfxError ENOMEM if all are taken */
  allocate(): number {
    this.faults.pass('id');
    const id = this.#used.findNextClear(0);
    if (id === this.#used.length) {
      throw new VmwgfxError('ENOMEM', `all ${id} ${this.what} ids are taken`);
    }
    this.#used.set(id);
    return id;
  }

  free(id: number): void {
    this.#used.clear(id);
  }
}
