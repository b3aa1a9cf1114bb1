import { SvgaDeviceError } from '../errors.js';

/**
 * What pieces of work cost, in bytes copied: the time each takes at most, over the time a byte takes of a large copy.
 * `npm run fuzz` prints how each command keeps to these (`test/costly-buffers.ts` has a buffer for each kind).
 */
export const COST = {
  /** Reading a command, finding what it names, and writing an entry of its own. */
  COMMAND: 8192,
  /** Making an object that a command defines, and letting it go again. */
  OBJECT: 16_384,
  /** Looking at an object in passing. */
  LOOK: 64,
  /** Finding the place of an object in its table, which is guest memory, and each byte that is described there. */
  ENTRY: 2048,
  ENTRY_BYTE: 192,
  /** A byte of a command's fields and of what follows them: boxes, sizes, elements. */
  FIELD_BYTE: 192,
  /**
   * A byte of a new image, table or copy: memory that the host has not touched yet, and for which it takes page faults.
   * The largest image that a device allows has to fit a buffer's budget.
   */
  FRESH_BYTE: 8,
  /** A byte of a new COTable that is written as well, with those page faults. */
  FRESH_TABLE_BYTE: 20,
  /** Finding a row of a box, or a page, in an image or in guest memory. */
  ROW: 2048,
  /** Reading a texel, or writing one, as numbers; and the same of formats of up to 32 bits that are 0…1 as stored. */
  TEXEL: 512,
  PLAIN_TEXEL: 120,
  /** A pixel of a screen or a cursor, byte by byte. */
  PIXEL: 40,
} as const;

/**
 * Bounds what one command buffer can make the device do: half a megabyte of commands could otherwise ask for
 * hours of work. Real devices have a scheduler for that; this one runs a buffer to its end before the guest goes on.
 */
export class WorkBudget {
  readonly #limit: number;
  #left: number;
  #before = 0;
  #atCommand = 0;

  /** @param limit bytes for one command buffer */
  constructor(limit: number) {
    this.#limit = limit;
    this.#left = limit;
  }

  /** Begins a command buffer. */
  renew(): void {
    this.#before = this.spent;
    this.#left = this.#limit;
  }

  /** A command begins; what it is charged from here on can be taken back. */
  beginCommand(): void {
    this.#atCommand = this.#left;
  }

  /** The command will be done again from its beginning. */
  takeBackCommand(): void {
    this.#left = this.#atCommand;
  }

  /** What the command buffer may still do. */
  get left(): number {
    return this.#left;
  }

  /** Goes on with a command buffer that had so much left. */
  goOn(left: number): void {
    this.#before = this.spent - (this.#limit - left);
    this.#left = left;
  }

  /** Takes back what was charged since so much was left. */
  takeBack(left: number): void {
    this.#left = left;
  }

  /** Work charged since the device was made. */
  get spent(): number {
    return this.#before + this.#limit - this.#left;
  }

  /**
   * Charges for bytes that are moved, filled or allocated, in so many rows or pages. Work is charged before it is done.
   * @throws SvgaDeviceError E2BIG where the buffer has done too much already
   */
  charge(bytes: number, rows: number): void {
    this.#take(bytes + rows * COST.ROW);
  }

  /** Charges for `count` pieces of work that cost `each`; throws as `charge` does. */
  chargeEach(count: number, each: number): void {
    this.#take(count * each);
  }

  #take(cost: number): void {
    if (cost > this.#left) {
      throw new SvgaDeviceError('E2BIG', 'command buffer asks for too much work', { cost, left: this.#left });
    }
    this.#left -= cost;
  }
}
