import type { Vma, VmaAddressSpace } from '@cg/pagetable';

/**
 * Where a walk is. One object serves a whole walk and changes under the callbacks' hands: copy what must
 * outlive a call.
 */
export interface PageWalk<State> {
  /** What the caller gave for its callbacks. */
  readonly state: State;
  addressSpace: VmaAddressSpace;
  /** The VMA that is walked; undefined in a gap between VMAs. */
  vma: Vma | undefined;
  /** The walked memory, where an entry is two 32-bit words. */
  u32: Uint32Array;
}

/**
 * The callbacks of a walk (rule 3.1). Each returns 0 to go on, something positive to stop and hand it to
 * the caller, something negative to stop as an error (rule 3.2). All addresses are of pages, `end` excluded.
 */
export interface WalkOperations<State> {
  /** Whether to walk this VMA; positive skips this VMA and no other (A1). */
  test?(start: number, end: number, walk: PageWalk<State>): number;
  /** Before a VMA is walked; anything but 0 ends the walk, without `postVma`. */
  preVma?(start: number, end: number, walk: PageWalk<State>): number;
  /** After every VMA whose `preVma` succeeded, even where the walk in between failed (A8). */
  postVma?(walk: PageWalk<State>): void;
  /**
   * A run of entries in one leaf table, present or not: `count` entries from word `entry` on, for the
   * pages from `address` on. The way for speed; `pte` is then not called.
   */
  pteTable?(entry: number, count: number, address: number, walk: PageWalk<State>): number;
  /** One present entry of a leaf table, at word `entry`. */
  pte?(entry: number, address: number, walk: PageWalk<State>): number;
  /** A range without entries: no table above it, or no VMA. */
  hole?(start: number, end: number, walk: PageWalk<State>): number;
}
