import {
  frameOfEntry,
  PAGE_GLOBAL,
  PAGE_NX_HIGH,
  PAGE_PSE,
  PAGE_RW,
  PAGE_SIZE,
  PAGE_USER,
} from '@cg/pagetable';

// What the walk of an image needs of an entry beyond what the simulated CPUs use (Intel SDM volume 3A,
// tables 4-15 to 4-20).

/** Low word, bits 3 and 4: write-through, cache disable. Device memory has one or both. */
const PAGE_UNCACHED = 0x018;
/** Low word, bits 13 to 20 of a PDE that maps 2 MiB. */
const RESERVED_2M = 0x001fe000;
/** Low word, bits 13 to 29 of a PDPTE that maps 1 GiB. */
const RESERVED_1G = 0x3fffe000;

/** Permissions that entries at every level narrow. */
export const MAY_WRITE = 1;
export const MAY_USER = 2;
export const MAY_EXECUTE = 4;
/** Properties of the leaf alone. */
export const IS_GLOBAL = 8;
export const IS_DEVICE = 16;

/** What the top table starts with. */
export const MAY_ALL = MAY_WRITE | MAY_USER | MAY_EXECUTE;

/** Of `permissions` above an entry, those that it leaves. */
export function narrowed(permissions: number, low: number, high: number): number {
  const own =
    ((low & PAGE_RW) === 0 ? 0 : MAY_WRITE) |
    ((low & PAGE_USER) === 0 ? 0 : MAY_USER) |
    ((high & PAGE_NX_HIGH) === 0 ? MAY_EXECUTE : 0);
  return permissions & own;
}

/** Whether an entry of a table of `level` maps a page rather than pointing at a table. */
export function isLeaf(low: number, level: number): boolean {
  return level === 1 || (level < 4 && (low & PAGE_PSE) !== 0);
}

/** Whether a present entry of a table of `level` has a bit set that must be 0. */
export function hasReservedBits(low: number, level: number): boolean {
  if ((low & PAGE_PSE) === 0 || level === 1) {
    return false;
  }
  return level === 4 || (low & (level === 3 ? RESERVED_1G : RESERVED_2M)) !== 0;
}

/** The physical address that a leaf of `level` maps, or the table that any other entry points at. */
export function targetOf(low: number, high: number, level: number): number {
  // Bit 12 of a huge leaf is its PAT bit, no address bit.
  const addressLow = level > 1 && isLeaf(low, level) ? low & ~0x1fff : low;
  return frameOfEntry(addressLow >>> 0, high) * PAGE_SIZE;
}

export function isGlobal(low: number): boolean {
  return (low & PAGE_GLOBAL) !== 0;
}

export function isUncached(low: number): boolean {
  return (low & PAGE_UNCACHED) !== 0;
}
