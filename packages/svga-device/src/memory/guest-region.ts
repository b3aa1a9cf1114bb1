import { PAGE_SIZE } from './guest-memory.js';

/** A guest memory region (GMR): a list of pages that the device keeps. A page is 0 until the guest has set it. */
export class GuestRegion {
  readonly pages: Float64Array;

  /** @param pages number of pages; the caller bounds it */
  constructor(pages: number) {
    this.pages = new Float64Array(pages);
  }

  /** Size in bytes. */
  get bytes(): number {
    return this.pages.length * PAGE_SIZE;
  }
}
