import type { Vma, VmaAddressSpace } from '@cg/pagetable';

/**
 * Requests by the callback of an upper entry (rule 3.1):
 * - `subtree`: walk below it. A huge entry of a VMA is split for that, if there is a callback below;
 * - `continue`: skip what is below, and keep a huge entry whole;
 * - `again`: look at the entry once more.
 */
export type WalkAction = 'subtree' | 'continue' | 'again';

/**
 * The position of a walk. One object serves a whole walk and changes between callbacks: copy what has to outlive a
 * call.
 */
export interface PageWalk<State> {
  /** The caller's state for its callbacks. */
  readonly state: State;
  addressSpace: VmaAddressSpace;
  /** The VMA that is walked; undefined in a gap between VMAs, and in a walk without VMAs. */
  vma: Vma | undefined;
  /** The walked memory, where an entry is two 32-bit words. */
  u32: Uint32Array;
  /** Set by the callback of an upper entry; it is `subtree` before each call. */
  action: WalkAction;
}

/**
 * An upper entry that is not empty, at word `entry`, and the walked part of its range, clipped to the walk's. It is a
 * table, a huge leaf, or nonempty but not present: a page under migration. No table's lock is held, so the entry may
 * change at any moment: to change a huge leaf, take its lock (`lockHugeEntry` of @cg/pagetable) and look again.
 */
export type EntryCallback<State> = (
  entry: number,
  start: number,
  end: number,
  walk: PageWalk<State>,
) => number;

/**
 * The callbacks of a walk (rule 3.1). Each returns 0 to continue, a positive number to stop and return it to the
 * caller, a negative one to stop as an error (rule 3.2). All addresses are of pages, `end` excluded.
 *
 * An entry that changed while its callback ran, or before the lock of the table below was taken, is looked at again,
 * including the callback (rule 2.7). Huge entries are split if there is no callback for their level and one below;
 * a callback decides itself (rule 3.3).
 */
export interface WalkOperations<State> {
  /** Whether to walk this VMA; a positive result skips only this VMA (A1). */
  test?(start: number, end: number, walk: PageWalk<State>): number;
  /** Before a VMA is walked; anything but 0 ends the walk, without `postVma`. */
  preVma?(start: number, end: number, walk: PageWalk<State>): number;
  /** After every VMA whose `preVma` succeeded, even if the walk in between failed (A8). */
  postVma?(walk: PageWalk<State>): void;
  /** An entry of the top table: 512 GiB. */
  pgd?: EntryCallback<State>;
  /** The level that exists with five levels only; here the entry of `pgd` again, after it. */
  p4d?: EntryCallback<State>;
  /** An entry for 1 GiB. */
  pud?: EntryCallback<State>;
  /** An entry for 2 MiB. */
  pmd?: EntryCallback<State>;
  /**
   * A run of entries in one leaf table, present or not: `count` entries from word `entry` on, for the pages from
   * `address` on, with the table's lock held. The fast way; `pte` is then not called.
   */
  pteTable?(entry: number, count: number, address: number, walk: PageWalk<State>): number;
  /** One present entry of a leaf table, at word `entry`, with the table's lock held (rule 3.3). */
  pte?(entry: number, address: number, walk: PageWalk<State>): number;
  /**
   * A range without entries: an empty entry, no table above it, or no VMA. Inside a leaf table its lock
   * is held.
   */
  hole?(start: number, end: number, walk: PageWalk<State>): number;
  /**
   * A huge leaf in a VMA of VM_HUGETLB, in place of all other entry callbacks: such VMAs have only huge leaves and
   * are never split. Without it their entries are skipped.
   */
  hugetlb?: EntryCallback<State>;
}
