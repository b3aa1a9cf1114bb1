import type { Vma, VmaAddressSpace } from '@cg/pagetable';

/**
 * What a callback of an upper entry asks for (rule 3.1):
 * - `subtree`: what is below it. A huge entry of a VMA is split for that, if there is a callback below;
 * - `continue`: leave out what is below, and keep a huge entry whole;
 * - `again`: look at the entry once more.
 */
export type WalkAction = 'subtree' | 'continue' | 'again';

/**
 * Where a walk is. One object serves a whole walk and changes under the callbacks' hands: copy what must
 * outlive a call.
 */
export interface PageWalk<State> {
  /** What the caller gave for its callbacks. */
  readonly state: State;
  addressSpace: VmaAddressSpace;
  /** The VMA that is walked; undefined in a gap between VMAs, and in a walk without VMAs. */
  vma: Vma | undefined;
  /** The walked memory, where an entry is two 32-bit words. */
  u32: Uint32Array;
  /** Set by the callback of an upper entry; it is `subtree` whenever one is called. */
  action: WalkAction;
}

/**
 * An upper entry that is not empty, at word `entry`, and the part of its range that is walked: all of it, or
 * what the walk's range leaves. It is a table, a huge leaf, or not present but not empty: a page that is
 * being moved. No table's lock is held, so the entry may change at any moment: changing a huge leaf
 * takes its lock (`lockHugeEntry` of @cg/pagetable) and looks again.
 */
export type EntryCallback<State> = (
  entry: number,
  start: number,
  end: number,
  walk: PageWalk<State>,
) => number;

/**
 * The callbacks of a walk (rule 3.1). Each returns 0 to go on, something positive to stop and hand it to
 * the caller, something negative to stop as an error (rule 3.2). All addresses are of pages, `end` excluded.
 *
 * An entry that turned into something else while its callback ran, or before the lock of the table below
 * was taken, is looked at again, callback included (rule 2.7). Without a callback for a level, and
 * with one below, huge entries are split; a callback decides itself (rule 3.3).
 */
export interface WalkOperations<State> {
  /** Whether to walk this VMA; positive skips this VMA and no other (A1). */
  test?(start: number, end: number, walk: PageWalk<State>): number;
  /** Before a VMA is walked; anything but 0 ends the walk, without `postVma`. */
  preVma?(start: number, end: number, walk: PageWalk<State>): number;
  /** After every VMA whose `preVma` succeeded, even where the walk in between failed (A8). */
  postVma?(walk: PageWalk<State>): void;
  /** An entry of the top table: 512 GiB. */
  pgd?: EntryCallback<State>;
  /** The level that exists with five levels only; here the entry of `pgd` again, behind it. */
  p4d?: EntryCallback<State>;
  /** An entry for 1 GiB. */
  pud?: EntryCallback<State>;
  /** An entry for 2 MiB. */
  pmd?: EntryCallback<State>;
  /**
   * A run of entries in one leaf table, present or not: `count` entries from word `entry` on, for the
   * pages from `address` on, with the table's lock held. The way for speed; `pte` is then not called.
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
   * A huge leaf in a VMA of VM_HUGETLB, where this stands for all callbacks of entries: such VMAs have
   * nothing smaller and are never split. Without it their entries are passed over.
   */
  hugetlb?: EntryCallback<State>;
}
