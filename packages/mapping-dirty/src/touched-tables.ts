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

  /** The accessed bit of the upper entry of a table was found set, and cleared. */
  count(tableFrame: number): void {
    this.counts[this.indexOf(tableFrame)]++;
  }
}

/** Clears what a touched upper entry tells its readers; of the mark see there. */
export function clearTouched(u32: Uint32Array, upper: number): void {
  u32[upper] &= ~(PAGE_ACCESSED | PAGE_SOFT_CLEANED);
}
