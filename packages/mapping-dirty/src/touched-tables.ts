import { PAGE_ACCESSED, type PageTables } from '@cg/pagetable';

/**
 * Bit 9 of a PMD entry, which x86-64 leaves to software (Intel SDM volume 3A, table 4-18): when the accessed bit was
 * last cleared, every entry below was clean, and cached in no TLB. Without it a clear accessed bit proves nothing:
 * fork and mremap enter dirty entries into tables that no CPU has walked yet.
 */
export const PAGE_SOFT_CLEANED = 0x200;

const byTables = new WeakMap<PageTables, TouchedTables>();

/**
 * How often the leaf tables of an address space were found touched: with the accessed bit of their upper entry set,
 * which a CPU sets when it walks through that entry. The bit has several readers, because small objects share a leaf
 * table; whoever clears it counts that here, so that the others see it.
 */
export class TouchedTables {
  /** By index of a table. */
  counts = new Int32Array(8);
  readonly #indexes = new Map<number, number>();

  static of(tables: PageTables): TouchedTables {
    let found = byTables.get(tables);
    if (found === undefined) {
      found = new TouchedTables();
      byTables.set(tables, found);
    }
    return found;
  }

  /** The index of the table in a frame, and of every later one in that frame. */
  indexOf(tableFrame: number): number {
    let index = this.#indexes.get(tableFrame);
    if (index === undefined) {
      index = this.#indexes.size;
      if (index === this.counts.length) {
        const grown = new Int32Array(2 * index);
        grown.set(this.counts);
        this.counts = grown;
      }
      this.#indexes.set(tableFrame, index);
    }
    return index;
  }

  /**
   * Clears the accessed bit of an upper entry, and the mark that tells of it, and counts that. What CPUs have cached of
   * the table is the caller's to drop.
   * @param index of the table that the entry points at
   */
  take(u32: Uint32Array, upper: number, index: number): void {
    u32[upper] &= ~(PAGE_ACCESSED | PAGE_SOFT_CLEANED);
    this.counts[index]++;
  }
}
