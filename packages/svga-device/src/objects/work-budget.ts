import { SvgaDeviceError } from '../errors.js';

/**
 * Costs of work, in bytes copied: its longest time, divided by the time per byte of a large copy. `npm run fuzz`
 * prints how each command keeps to these (`test/costly-buffers.ts` has a buffer for each kind).
 */
export const COST = {
  /** Reading a command, looking up its objects, and writing its entry. */
  COMMAND: 8192,
  /** Making an object that a command defines, and dropping it again. */
  OBJECT: 16_384,
  /** Looking at an object in passing. */
  LOOK: 64,
  /** Looking up an object's place in its table, which is guest memory, and each byte of its entry. */
  ENTRY: 2048,
  ENTRY_BYTE: 192,
  /** A byte of a command's fields and of the arrays after them: boxes, sizes, elements. */
  FIELD_BYTE: 192,
  /**
   * A byte of a new image, table or copy: memory that the host has not touched yet, and that page-faults. The largest
   * image that a device allows has to fit a buffer's budget.
   */
  FRESH_BYTE: 8,
  /** A byte of a new COTable that is also written, with those page faults. */
  FRESH_TABLE_BYTE: 20,
  /** Locating a row of a box, or a page, in an image or in guest memory. */
  ROW: 2048,
  /** Decoding or encoding a texel; PLAIN_TEXEL of formats of up to 32 bits that are 0…1 as stored. */
  TEXEL: 512,
  PLAIN_TEXEL: 120,
  /** A byte of a texel whose channels are averaged, or set beside others, as they are stored. */
  CHANNEL_BYTE: 8,
  /** Handing a draw to the renderer. */
  DRAW: 65_536,
  /**
   * A vertex of a draw: 8 million of them use up a buffer, which a GPU does in less than a second. What a draw costs in
   * shaders and pixels the renderer charges.
   */
  VERTEX: 512,
  /** A pixel of a screen or a cursor, byte by byte. */
  PIXEL: 40,
} as const;

/**
 * Bounds the work of one command buffer: half a megabyte of commands could otherwise request hours of it. Real
 * devices have a scheduler for that; this one runs a buffer to its end before the guest continues.
 */
export class WorkBudget {
  readonly #limit: number;
  /** One number: a field would be a new object for each charge. */
  readonly #left = new Float64Array(1);
  #before = 0;
  readonly #atCommand = new Float64Array(1);

  /** @param limit bytes for one command buffer */
  constructor(limit: number) {
    this.#limit = limit;
    this.#left[0] = limit;
  }

  /** Begins a command buffer. */
  renew(): void {
    this.#before = this.spent;
    this.#left[0] = this.#limit;
  }

  /** Begins a command; its later charges can be refunded. */
  beginCommand(): void {
    this.#atCommand[0] = this.#left[0];
  }

  /** Refunds the command, which will be executed again from its beginning. */
  refundCommand(): void {
    this.#left[0] = this.#atCommand[0];
  }

  /** The rest of the command buffer's budget. */
  get left(): number {
    return this.#left[0];
  }

  /** Resumes a command buffer that had `left` of its budget. */
  resume(left: number): void {
    this.#before = this.spent - (this.#limit - left);
    this.#left[0] = left;
  }

  /** Refunds the charges made since `left` was read. */
  refund(left: number): void {
    this.#left[0] = left;
  }

  /** Work charged since the device was made. */
  get spent(): number {
    return this.#before + this.#limit - this.#left[0];
  }

  /**
   * Charges for bytes that are moved, filled or allocated, in a number of rows or pages. Work is charged before it is
   * done.
   * @throws SvgaDeviceError E2BIG if the buffer's budget is used up
   */
  charge(bytes: number, rows: number): void {
    this.#take(bytes + rows * COST.ROW);
  }

  /** Charges for `count` pieces of work that cost `each`; throws as `charge`. */
  chargeEach(count: number, each: number): void {
    this.#take(count * each);
  }

  #take(cost: number): void {
    if (cost > this.#left[0]) {
      throw new SvgaDeviceError('E2BIG', 'command buffer asks for too much work', {
        cost,
        left: this.#left[0],
      });
    }
    this.#left[0] -= cost;
  }
}
