/**
 * The bits of a 64-bit x86-64 page-table entry (Intel SDM volume 3A, tables 4-15 to 4-20), under the names of Linux
 * arch/x86/include/asm/pgtable_types.h. An entry is two little-endian 32-bit words; all bits but no-execute and the
 * upper part of the frame number are in the low one.
 */

/** Low word, bit 0: the entry maps something. */
export const PAGE_PRESENT = 0x001;
/** Low word, bit 1: stores are allowed. */
export const PAGE_RW = 0x002;
/** Low word, bit 2: user mode is allowed. */
export const PAGE_USER = 0x004;
/** Low word, bit 5: set by the CPU when a walk uses the entry (rule 2.1). */
export const PAGE_ACCESSED = 0x020;
/** Low word, bit 6: set by the CPU on a store, in leaf entries only (rule 2.1). */
export const PAGE_DIRTY = 0x040;
/** Low word, bit 7 of a PMD or PUD entry: it maps a 2 MiB or 1 GiB page instead of a table. */
export const PAGE_PSE = 0x080;
/** Low word, bit 7 of a PTE: selects, with others, the memory type. */
export const PAGE_PAT = 0x080;
/** Low word, bit 12 of a huge leaf: as PAGE_PAT. */
export const PAGE_PAT_LARGE = 0x1000;
/** Low word, bit 8 of a leaf: CPUs keep it in their TLBs when they switch address spaces. */
export const PAGE_GLOBAL = 0x100;
/** High word, bit 63: no instruction fetch. */
export const PAGE_NX_HIGH = 0x80000000;

/** High word: frame number bits 20 to 39. */
const FRAME_HIGH = 0x000fffff;

/** The frame number in an entry. */
export function frameOfEntry(low: number, high: number): number {
  return (high & FRAME_HIGH) * 0x100000 + (low >>> 12);
}

/** Pages in a leaf, by level: 4 KiB, 2 MiB, 1 GiB. */
export const LEAF_PAGES: readonly number[] = [0, 1, 512, 512 * 512];

/**
 * The first frame of a leaf of `level`. The bits of a huge leaf between its flags and its frame are not part of the
 * frame number (bit 12 selects a memory type).
 */
export function frameOfLeaf(low: number, high: number, level: number): number {
  const frame = frameOfEntry(low, high);
  return frame - (frame % LEAF_PAGES[level]);
}

/** Low word of an entry for `frame` with the given bits. */
export function entryLow(frame: number, bits: number): number {
  return ((frame << 12) | bits) >>> 0;
}

/** High word of an entry for `frame` with the given bits. */
export function entryHigh(frame: number, bits = 0): number {
  return (Math.floor(frame / 0x100000) | bits) >>> 0;
}

/** The level of the table that CR3 points at; PTEs are of level 1. */
export const TOP_LEVEL = 4;
