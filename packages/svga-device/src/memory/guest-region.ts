import { PAGE_SIZE } from './guest-memory.js';

/**
 * A guest memory region (GMR): pages that the device was told of once and remembers by number. 0 until the
 * guest has said which page it is.
 */
export class GuestRegion {
  readonly pages: Float64Array;

  /** @param pages how many; the caller bounds them */
  constructor(pages: number) {
    this.pages = new Float64Array(pages);
  }

  /** Size. */
  get bytes(): number {
    return this.pages.length * PAGE_SIZE;
  }
}
