import { PAGE_SIZE } from './address.js';

/** Where copies are allocated. */
export interface FrameStore {
  readonly u8: Uint8Array;
  allocateFrame(): number;
  freeFrame(frame: number): void;
}

/**
 * The private mappings' own frames: copies made on a store, each with the number of address spaces that share it
 * since a fork. Dropping the last owner frees it.
 */
export class AnonymousFrames {
  readonly #owners = new Map<number, number>();

  constructor(readonly memory: FrameStore) {}

  /** Number of such frames. */
  get count(): number {
    return this.#owners.size;
  }

  /** Number of entries that map the frame; 0 if it is no private copy. */
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

  /** Adds an owner, if the frame is a copy. */
  share(frame: number): void {
    const owners = this.#owners.get(frame);
    if (owners !== undefined) {
      this.#owners.set(frame, owners + 1);
    }
  }

  /** Removes an owner, if the frame is a copy; no TLB may have it cached any more. */
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
