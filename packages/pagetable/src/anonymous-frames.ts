import { PAGE_SIZE } from './address.js';

/** What copies are made in. */
export interface FrameStore {
  readonly u8: Uint8Array;
  allocateFrame(): number;
  freeFrame(frame: number): void;
}

/**
 * The frames that private mappings have of their own: copies made on a store, each with the number of
 * address spaces that share it since a fork. The last one to let go frees it.
 */
export class AnonymousFrames {
  readonly #owners = new Map<number, number>();

  constructor(readonly memory: FrameStore) {}

  /** How many such frames there are. */
  get count(): number {
    return this.#owners.size;
  }

  /** In how many entries the frame is; 0 where it is no private copy. */
  owners(frame: number): number {
    return this.#owners.get(frame) ?? 0;
  }

  /**
   * A new frame with the content of `frame`, with one owner.
   * @throws PageTableError ENOMEM
   */
  copyOf(frame: number): number {
    const copy = this.memory.allocateFrame();
    const from = frame * PAGE_SIZE;
    this.memory.u8.copyWithin(copy * PAGE_SIZE, from, from + PAGE_SIZE);
    this.#owners.set(copy, 1);
    return copy;
  }

  /** One owner more, if the frame is a copy. */
  share(frame: number): void {
    const owners = this.#owners.get(frame);
    if (owners !== undefined) {
      this.#owners.set(frame, owners + 1);
    }
  }

  /** One owner less, if the frame is a copy; no TLB may have it any more. */
  drop(frame: number): void {
    const owners = this.#owners.get(frame);
    if (owners === undefined) {
      return;
    }
    if (owners > 1) {
      this.#owners.set(frame, owners - 1);
    } else {
      this.#owners.delete(frame);
      this.memory.freeFrame(frame);
    }
  }
}
