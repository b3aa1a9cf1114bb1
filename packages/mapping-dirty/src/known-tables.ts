import { ENTRIES_PER_TABLE, ENTRY_SPAN, frameOfEntry, PAGE_ACCESSED } from '@cg/pagetable';
import type { Mapping, Vma, VmaAddressSpace } from '@cg/pagetable';
import { LeafTables } from '@cg/pagewalk';
import type { CleanChanges } from './clean-record.js';
import { endIn, isTracked, startIn } from './shared-ranges.js';
import { TouchedTables } from './touched-tables.js';

/** Entries that a clean takes at once: of one leaf table, or all of adjacent tables. */
interface Run {
  readonly entry: number;
  /** Entries of each table. */
  readonly count: number;
  /** Word of the upper entry of the first table. */
  readonly upper: number;
  readonly address: number;
  /** The page of the mapping at `address`. */
  readonly page: number;
  /** Of each table: its index in `TouchedTables`, and the count there when it was cleaned last. */
  readonly indexes: Int32Array;
  readonly seen: Int32Array;
}

/** The runs of one VMA. */
interface Part {
  readonly vma: Vma;
  /** `PageTables.changes` when they were found. */
  readonly changes: number;
  readonly runs: readonly Run[];
  readonly touched: TouchedTables;
}

/**
 * The leaf tables that map a page range of a mapping, as one pass leaves them to the next: before every submission the
 * same VMAs and tables would be found, which takes longer than reading 900 entries.
 *
 * They are known while no VMA, table or huge leaf has come or gone, and are used only where nothing can run between two
 * steps and no lock is held: taking those of the mapping and the tables would have no effect.
 *
 * Of the known tables, a pass reads only those that a CPU has touched since the last one (`TouchedTables`): most frames
 * of a desktop change nothing.
 */
export class KnownTables {
  readonly #mapping: Mapping;
  readonly #firstPage: number;
  readonly #pageCount: number;
  #parts: readonly Part[] = [];
  /** `Mapping.changes` when they were found. */
  #changes = -1;

  /** Of a page range. */
  constructor(mapping: Mapping, firstPage: number, pageCount: number) {
    this.#mapping = mapping;
    this.#firstPage = firstPage;
    this.#pageCount = pageCount;
  }

  /**
   * Cleans the entries as `changeEntries` does.
   * @returns false, with nothing done, if that has to: a lock, a preemption point or a huge leaf may be in the way
   */
  clean(changes: CleanChanges): boolean {
    if (this.#mapping.lock.isHeld || !(this.#isCurrent() || this.#find(changes))) {
      return false;
    }
    for (const part of this.#parts) {
      cleanPart(part, changes);
    }
    return true;
  }

  #isCurrent(): boolean {
    if (this.#changes !== this.#mapping.changes) {
      return false;
    }
    for (const { vma, changes } of this.#parts) {
      if (changes !== vma.addressSpace.tables.changes || !isQuiet(vma)) {
        return false;
      }
    }
    return true;
  }

  /** @returns false if the entries of a VMA cannot be cleaned without locks */
  #find(changes: CleanChanges): boolean {
    const mapping = this.#mapping;
    const firstPage = this.#firstPage;
    const pageCount = this.#pageCount;
    const parts: Part[] = [];
    this.#changes = -1;
    let node = mapping.nextShowing(null, firstPage, pageCount);
    for (; node !== null; node = mapping.nextShowing(node, firstPage, pageCount)) {
      const { value: vma } = node;
      if (!isTracked(vma)) {
        continue; // mprotect changes no flag that this depends on
      }
      const { tables } = vma.addressSpace;
      const touched = TouchedTables.of(tables);
      const runs = isQuiet(vma) ? this.#runsOf(vma, touched, changes) : undefined;
      if (runs === undefined) {
        return false;
      }
      parts.push({ vma, changes: tables.changes, runs, touched });
    }
    this.#parts = parts;
    this.#changes = mapping.changes;
    return true;
  }

  /** @returns undefined if there is a huge leaf */
  #runsOf(vma: Vma, touched: TouchedTables, changes: CleanChanges): readonly Run[] | undefined {
    const { tables } = vma.addressSpace;
    const start = startIn(vma, this.#firstPage);
    const end = endIn(vma, this.#firstPage + this.#pageCount);
    const most = changes.mostTables(tables.memory);
    const runs: Run[] = [];
    const at = new LeafTables(tables, start, end);
    while (at.next()) {
      if (at.level > 1) {
        return undefined;
      }
      const { entry, count, upper, address } = at;
      const { u32 } = tables.memory;
      const indexes = Int32Array.from({ length: at.extend(most) }, (_, table) => {
        const word = upper + 2 * table;
        return touched.indexOf(frameOfEntry(u32[word], u32[word + 1]));
      });
      // No count: all are cleaned once.
      const seen = new Int32Array(indexes.length).fill(-1);
      runs.push({ entry, count, upper, address, page: vma.pageAt(address), indexes, seen });
    }
    return runs;
  }
}

/** Whether no step of others comes between two of a pass, and no lock is held. */
function isQuiet({ addressSpace: { tables, notifiers } }: Vma): boolean {
  const { preemption, locks } = tables.memory;
  return !preemption.isUsed && locks.isEmpty && notifiers.size === 0;
}

/**
 * Cleans the tables that were touched since they were last cleaned here. In the others no entry has become dirty: no
 * TLB had one of them as dirty, nor a table of them, so that a store walks through the upper entry.
 */
function cleanPart({ vma, runs, touched }: Part, changes: CleanChanges): void {
  const { addressSpace, start, end } = vma;
  let hasBegun = false;
  for (const run of runs) {
    const tables = run.indexes.length;
    for (let table = 0; table < tables; table++) {
      const first = table;
      while (table < tables && takeTouched(run, table, addressSpace, touched)) {
        table++;
      }
      if (table > first) {
        if (!hasBegun) {
          changes.begin(addressSpace, start, end);
          hasBegun = true;
        }
        cleanTables(run, first, table, addressSpace, changes);
      }
      if (table < tables) {
        changes.scanned += run.count;
      }
    }
  }
  if (hasBegun) {
    changes.finish(addressSpace);
  }
}

/**
 * Whether a table may have dirty entries. If it is touched, no CPU keeps it in its paging-structure cache: a store
 * through that would set no accessed bit, and the next pass would leave its entry out.
 */
function takeTouched(
  { upper, address, indexes, seen }: Run,
  table: number,
  addressSpace: VmaAddressSpace,
  touched: TouchedTables,
): boolean {
  const { u32 } = addressSpace.tables.memory;
  const index = indexes[table];
  const word = upper + 2 * table;
  if ((u32[word] & PAGE_ACCESSED) !== 0) {
    touched.take(u32, word, index);
    addressSpace.forgetTlbTable(address + table * ENTRY_SPAN[2]);
  }
  const count = touched.counts[index];
  const isTouched = seen[table] !== count;
  seen[table] = count;
  return isTouched;
}

function cleanTables(
  { entry, count, upper, address, page, indexes }: Run,
  first: number,
  end: number,
  { tables: { memory } }: VmaAddressSpace,
  changes: CleanChanges,
): void {
  if (indexes.length > 1) {
    const pages = first * ENTRIES_PER_TABLE;
    changes.changeTables(upper + 2 * first, end - first, address + first * ENTRY_SPAN[2], page + pages);
  } else {
    changes.changeTable(memory.u32, entry, count, address, page);
  }
}
