import { SvgaDeviceError } from '../errors.js';

/** What moving one row costs at least, in bytes: finding it takes as long as copying this many. */
const ROW_COST = 64;

/**
 * Bounds what one command buffer can make the device do: half a megabyte of commands could otherwise ask for
 * terabytes of copies. Real devices have a scheduler for that; this one runs a buffer to its end before the
 * guest goes on.
 */
export class WorkBudget {
  readonly #limit: number;
  #left = 0;

  /** @param limit bytes for one command buffer */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Begins a command buffer. */
  renew(): void {
    this.#left = this.#limit;
  }

  /** @throws SvgaDeviceError E2BIG where the buffer has done too much already */
  charge(bytes: number, rows: number): void {
    const cost = bytes + rows * ROW_COST;
    if (cost > this.#left) {
      throw new SvgaDeviceError('E2BIG', 'command buffer asks for too much work', { cost, left: this.#left });
    }
    this.#left -= cost;
  }
}
