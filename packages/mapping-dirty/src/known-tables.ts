import type { Mapping, Vma } from '@cg/pagetable';
import { LeafTables } from '@cg/pagewalk';
import type { CleanChanges } from './clean-record.js';
import { endIn, isTracked, startIn } from './shared-ranges.js';

/** Entries that a clean takes at once: of one leaf table, or all of adjacent tables. */
interface Run {
  readonly entry: number;
  /** Entries of each table. */
  readonly count: number;
  /** Word of the upper entry of the first table. */
  readonly upper: number;
  readonly tables: number;
  readonly address: number;
  /** The page of the mapping at `address`. */
  readonly page: number;
}

/** The runs of one VMA. */
interface Part {
  readonly vma: Vma;
  /** `PageTables.changes` when they were found. */
  readonly changes: number;
  readonly runs: readonly Run[];
}

/**
 * The leaf tables that map a page range of a mapping, as one pass leaves them to the next: before every submission the
 * same VMAs and tables would be found, which takes longer than reading 900 entries.
 *
 * They are known while no VMA, table or huge leaf has come or gone, and are used only where nothing can run between two
 * steps and no lock is held: taking those of the mapping and the tables would have no effect.
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
    for (const { vma, runs } of this.#parts) {
      cleanRuns(vma, runs, changes);
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
      const runs = isQuiet(vma) ? this.#runsOf(vma, changes) : undefined;
      if (runs === undefined) {
        return false;
      }
      parts.push({ vma, changes: vma.addressSpace.tables.changes, runs });
    }
    this.#parts = parts;
    this.#changes = mapping.changes;
    return true;
  }

  /** @returns undefined if there is a huge leaf */
  #runsOf(vma: Vma, changes: CleanChanges): readonly Run[] | undefined {
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
      runs.push({ entry, count, upper, tables: at.extend(most), address, page: vma.pageAt(address) });
    }
    return runs;
  }
}

/** Whether no step of others comes between two of a pass, and no lock is held. */
function isQuiet({ addressSpace: { tables, notifiers } }: Vma): boolean {
  const { preemption, locks } = tables.memory;
  return !preemption.isUsed && locks.isEmpty && notifiers.size === 0;
}

function cleanRuns({ addressSpace, start, end }: Vma, runs: readonly Run[], changes: CleanChanges): void {
  const { u32 } = addressSpace.tables.memory;
  changes.begin(addressSpace, start, end);
  for (const { entry, count, upper, tables, address, page } of runs) {
    if (tables > 1) {
      changes.changeTables(upper, tables, address, page);
    } else {
      changes.changeTable(u32, entry, count, address, page);
    }
  }
  changes.finish(addressSpace);
}
