import { PAGE_SIZE } from './address.js';
import { frameOfEntry, PAGE_PRESENT, PAGE_PSE, TOP_LEVEL } from './entry-bits.js';
import { endOfEntry, ENTRY_SPAN, entryWord, tableOfEntry, type PageTables } from './page-tables.js';

/** Called for a present leaf, with the lock of its table held. */
export type LeafCallback = (entry: number, address: number, level: number) => void;

/** Calls `leaf` for every present leaf that begins in `[start, end)`, or covers `start`, by address. */
export function visitLeaves(
  tables: PageTables,
  start: number,
  end: number,
  leaf: LeafCallback,
  holder?: string,
): void {
  const { u32 } = tables.memory;
  for (let address = start; address < end;) {
    let tableFrame = tables.rootFrame;
    let level = TOP_LEVEL;
    let entry = entryWord(tableFrame, address, level);
    while (level > 1 && (u32[entry] & (PAGE_PRESENT | PAGE_PSE)) === PAGE_PRESENT) {
      tableFrame = frameOfEntry(u32[entry], u32[entry + 1]);
      level--;
      entry = entryWord(tableFrame, address, level);
    }
    const next = endOfEntry(address, level);
    if (level === 1) {
      address = visitTable(tables, entry, address, end, leaf, holder);
    } else {
      if ((u32[entry] & PAGE_PRESENT) !== 0) {
        tables.lockTable(tableFrame, holder);
        try {
          leaf(entry, next - ENTRY_SPAN[level], level);
        } finally {
          tables.unlockTable(tableFrame, holder);
        }
      }
      address = next;
    }
  }
}

/** Visits one leaf table from `address` on. @returns the end of the visited range */
function visitTable(
  tables: PageTables,
  first: number,
  start: number,
  end: number,
  leaf: LeafCallback,
  holder: string | undefined,
): number {
  const { u32 } = tables.memory;
  const tableFrame = tableOfEntry(first);
  const tableEnd = Math.min(end, endOfEntry(start, 2));
  tables.lockTable(tableFrame, holder);
  try {
    for (let address = start, entry = first; address < tableEnd; address += PAGE_SIZE, entry += 2) {
      if ((u32[entry] & PAGE_PRESENT) !== 0) {
        leaf(entry, address, 1);
      }
    }
  } finally {
    tables.unlockTable(tableFrame, holder);
  }
  return tableEnd;
}

/**
 * Splits the huge leaves that cross an edge of `[start, end)`, so that its pages can be changed alone.
 * @throws PageTableError ENOMEM; the mapping is then unchanged, if in smaller leaves
 */
export function splitAtEdges(tables: PageTables, start: number, end: number): void {
  for (const edge of [start, end]) {
    for (let level = tables.leafLevel(edge); level > 1 && edge % ENTRY_SPAN[level] !== 0;) {
      tables.splitHuge(edge, level);
      level = tables.leafLevel(edge);
    }
  }
}

/** Splits every huge leaf in `[start, end)` down to 4 KiB. @throws PageTableError ENOMEM, as above */
export function splitAll(tables: PageTables, start: number, end: number): void {
  for (let address = start; address < end;) {
    const level = tables.leafLevel(address);
    if (level > 1) {
      tables.splitHuge(address, level);
    } else {
      // A 2 MiB region has a leaf table, or a huge leaf, or nothing.
      address = endOfEntry(address, 2);
    }
  }
}
