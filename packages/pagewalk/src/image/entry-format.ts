import { checkPaging, type Paging, type PagingMode } from './paging.js';

// Entries of x86 page tables, in each mode (Intel SDM volume 3A, tables 4-2 to 4-20). Entries of 32 bits have 0 as
// their high word.

const PRESENT = 1;
const READ_WRITE = 1 << 1;
const USER = 1 << 2;
const WRITE_THROUGH = 1 << 3;
const CACHE_DISABLE = 1 << 4;
const ACCESSED = 1 << 5;
const DIRTY = 1 << 6;
/** Page size in an upper entry; in a PTE bit 7 is the PAT bit. */
const PAGE_SIZE_BIT = 1 << 7;
const GLOBAL = 1 << 8;
/** The PAT bit of a large page. */
const PAT_LARGE = 1 << 12;
/** Bit 63. */
const NO_EXECUTE_HIGH = 2 ** 31;
/** Bits 59 to 62. */
const KEY_SHIFT_HIGH = 27;

/** The kinds of entries. */
export const NOT_PRESENT = 0;
/** A bit is set that must be 0: an access through it faults. */
export const RESERVED = 1;
/** It points at a table of the level below. */
export const TABLE = 2;
/** It maps a page. */
export const LEAF = 3;
export type EntryKind = typeof NOT_PRESENT | typeof RESERVED | typeof TABLE | typeof LEAF;

/** Permissions, which entries at every level restrict. */
export const MAY_WRITE = 1;
export const MAY_USER = 2;
export const MAY_EXECUTE = 4;
/** Permissions above the top table. */
export const MAY_ALL = MAY_WRITE | MAY_USER | MAY_EXECUTE;

/** Properties of the leaf alone. */
export const IS_GLOBAL = 1 << 3;
export const IS_ACCESSED = 1 << 4;
export const IS_DIRTY = 1 << 5;
export const IS_WRITE_THROUGH = 1 << 6;
export const IS_CACHE_DISABLED = 1 << 7;
export const HAS_PAT = 1 << 8;
/** Set where the image does not hold it: registers, or memory of a device. */
export const IS_DEVICE = 1 << 9;
export const KEY_SHIFT = 10;

/** The names of entries by the level of their table: 1 is the lowest. */
export const ENTRY_NAMES: Readonly<Record<PagingMode, readonly string[]>> = {
  '4-level': ['', 'PTE', 'PDE', 'PDPTE', 'PML4E'],
  '5-level': ['', 'PTE', 'PDE', 'PDPTE', 'PML4E', 'PML5E'],
  pae: ['', 'PTE', 'PDE', 'PDPTE'],
  '32-bit': ['', 'PTE', 'PDE'],
  '32-bit-pse': ['', 'PTE', 'PDE'],
};

const LEVELS: Readonly<Record<PagingMode, number>> = {
  '4-level': 4,
  '5-level': 5,
  pae: 3,
  '32-bit': 2,
  '32-bit-pse': 2,
};

/** The tables of one mode: their sizes, and the meaning of their entries. */
export class EntryFormat {
  readonly mode: PagingMode;
  /** Number of levels, which is the level of the top table. */
  readonly levels: number;
  readonly entryBytes: 4 | 8;
  /** Bits of a virtual address; the upper half is sign-extended in long mode. */
  readonly addressBits: 32 | 48 | 57;
  /** Bytes that an entry of a level maps. */
  readonly span: readonly number[];
  /** Entries of a table of a level. */
  readonly entries: readonly number[];
  readonly #entryWords: 1 | 2;
  readonly #isLong: boolean;
  readonly #isPae: boolean;
  readonly #hasPse: boolean;
  /** Of the high word: address bits, and those that must be 0. */
  readonly #addressHigh: number;
  readonly #reservedHigh: number;
  /** Mask that clears an encryption bit in the low word. */
  readonly #addressLow: number;
  /** Bits 13 to 20 of a 4 MiB page's entry that are address bits 32 to 39. */
  readonly #pse36: number;
  /** Of the high word: what is no address. */
  readonly #propertiesHigh: number;
  // What the last PTE came to.
  #lastLow = -1;
  #lastHigh = 0;
  #lastPermissions = 0;
  #lastProperties = 0;

  /** @throws PageWalkError EINVAL for bits that no CPU has */
  constructor(paging: Paging) {
    checkPaging(paging);
    const { mode, physicalBits = 52, encryptionBit } = paging;
    this.mode = mode;
    this.levels = LEVELS[mode];
    this.#isLong = mode === '4-level' || mode === '5-level';
    this.#isPae = mode === 'pae';
    this.#hasPse = mode === '32-bit-pse';
    this.entryBytes = this.#isLong || this.#isPae ? 8 : 4;
    this.#entryWords = this.entryBytes === 8 ? 2 : 1;
    this.addressBits = mode === '5-level' ? 57 : mode === '4-level' ? 48 : 32;
    const perTable = 4096 / this.entryBytes;
    this.span = [0, ...Array.from({ length: this.levels }, (_, i) => 4096 * perTable ** i)];
    this.entries = this.span.map((_, level) => (this.#isPae && level === 3 ? 4 : perTable));
    const encryptedHigh = encryptionBit !== undefined && encryptionBit >= 32 ? 1 << (encryptionBit - 32) : 0;
    const encryptedLow = encryptionBit !== undefined && encryptionBit < 32 ? 2 ** encryptionBit : 0;
    const within = 2 ** (physicalBits - 32) - 1;
    this.#addressHigh = within & ~encryptedHigh;
    this.#addressLow = ~encryptedLow;
    this.#propertiesHigh = ~this.#addressHigh;
    this.#reservedHigh = 0xfffff & ~within & ~encryptedHigh;
    this.#pse36 = (2 ** Math.max(0, Math.min(physicalBits, 40) - 32) - 1) << 13;
  }

  /** A table's entry `index`, in the words of the table: its low word. */
  low(words: Uint32Array, index: number): number {
    return words[index * this.#entryWords];
  }

  /** The entry's high word: 0 if entries have 32 bits. */
  high(words: Uint32Array, index: number): number {
    return this.#entryWords === 2 ? words[index * 2 + 1] : 0;
  }

  /** The kind of an entry in a table of `level`. */
  kindOf(low: number, high: number, level: number): EntryKind {
    if ((low & PRESENT) === 0) {
      return NOT_PRESENT;
    }
    if (this.#isReserved(low, high, level)) {
      return RESERVED;
    }
    return this.mapsPage(low, level) ? LEAF : TABLE;
  }

  /** The first entry from `index` on that is present, or `stop`. */
  nextPresent(words: Uint32Array, index: number, stop: number): number {
    const step = this.#entryWords;
    for (let next = index; next < stop; next++) {
      if ((words[next * step] & PRESENT) !== 0) {
        return next;
      }
    }
    return stop;
  }

  /**
   * The end of the run of leaves from `index` on that map adjacent frames with the same bits: entry `index`, and
   * those up to `stop` that continue it.
   */
  endOfRun(words: Uint32Array, index: number, stop: number, level: number): number {
    if (this.#addressLow !== -1) {
      // An encryption bit in the low word would disturb counting the address up.
      return index + 1;
    }
    const step = this.#entryWords;
    const span = this.span[level];
    const high = words[index * step + step - 1];
    let next = index + 1;
    for (let low = words[index * step] + span; next < stop && words[next * step] === low; low += span) {
      // In entries of 32 bits, this is the low word again.
      if (step === 2 && words[next * 2 + 1] !== high) {
        break;
      }
      next++;
    }
    return next;
  }

  /** Whether an entry maps a page instead of a table, provided it is present and has no reserved bits set. */
  mapsPage(low: number, level: number): boolean {
    if (level === 1) {
      return true;
    }
    if ((low & PAGE_SIZE_BIT) === 0) {
      return false;
    }
    return level === 2 ? this.entryBytes === 8 || this.#hasPse : level === 3 && this.#isLong;
  }

  #isReserved(low: number, high: number, level: number): boolean {
    if ((high & this.#reservedHigh) !== 0) {
      return true;
    }
    if (this.#isLong) {
      const large = (low & PAGE_SIZE_BIT) !== 0;
      return large && (level >= 4 || (level > 1 && (low & (level === 3 ? 0x3fffe000 : 0x1fe000)) !== 0));
    }
    if (this.#isPae) {
      if (level === 3) {
        // Bit 5 is reserved too, when CR3 is loaded. QEMU's emulated CPU sets it in memory afterwards.
        return (low & 0x1c6) !== 0 || (high & 0xfff00000) !== 0;
      }
      const reserved = (high & 0x7ff00000) !== 0;
      return reserved || (level === 2 && (low & PAGE_SIZE_BIT) !== 0 && (low & 0x1fe000) !== 0);
    }
    const isLarge = level === 2 && this.#hasPse && (low & PAGE_SIZE_BIT) !== 0;
    return isLarge && (low & 0x3fe000 & ~this.#pse36) !== 0;
  }

  /** The physical address of the page that a leaf maps, or of the table that any other entry points at. */
  target(low: number, high: number, level: number): number {
    if (this.entryBytes === 4) {
      if (!this.mapsPage(low, level) || level === 1) {
        return (low & 0xfffff000 & this.#addressLow) >>> 0;
      }
      return ((low & this.#pse36) >>> 13) * 2 ** 32 + ((low & 0xffc00000) >>> 0);
    }
    // Below a large page's lowest address bit are its PAT bit and reserved bits.
    const mask = level > 1 && this.mapsPage(low, level) ? 0xffffe000 : 0xfffff000;
    return (high & this.#addressHigh) * 2 ** 32 + ((low & mask & this.#addressLow) >>> 0);
  }

  /** The permissions that remain of `permissions` below an entry. */
  narrowed(permissions: number, low: number, high: number, level: number): number {
    if (this.#isPae && level === 3) {
      return permissions;
    }
    const own =
      ((low & READ_WRITE) === 0 ? 0 : MAY_WRITE) |
      ((low & USER) === 0 ? 0 : MAY_USER) |
      ((high & NO_EXECUTE_HIGH) === 0 ? MAY_EXECUTE : 0);
    return permissions & own;
  }

  /** The properties of a leaf alone: IS_GLOBAL to HAS_PAT, and the protection key. */
  leafBits(low: number, high: number, level: number): number {
    const pat = level === 1 ? PAGE_SIZE_BIT : PAT_LARGE;
    const key = this.#isLong ? (high >>> KEY_SHIFT_HIGH) & 15 : 0;
    return (
      ((low & GLOBAL) === 0 ? 0 : IS_GLOBAL) |
      ((low & ACCESSED) === 0 ? 0 : IS_ACCESSED) |
      ((low & DIRTY) === 0 ? 0 : IS_DIRTY) |
      ((low & WRITE_THROUGH) === 0 ? 0 : IS_WRITE_THROUGH) |
      ((low & CACHE_DISABLE) === 0 ? 0 : IS_CACHE_DISABLED) |
      ((low & pat) === 0 ? 0 : HAS_PAT) |
      (key << KEY_SHIFT)
    );
  }

  /** Permissions and leaf bits of a present PTE in a table with `permissions`; -1 if a reserved bit is set. */
  pteProperties(low: number, high: number, permissions: number): number {
    const lowBits = low & 0xfff;
    const highBits = high & this.#propertiesHigh;
    // Neighbours mostly have the same bits.
    if (lowBits !== this.#lastLow || highBits !== this.#lastHigh || permissions !== this.#lastPermissions) {
      this.#lastLow = lowBits;
      this.#lastHigh = highBits;
      this.#lastPermissions = permissions;
      this.#lastProperties = this.#isReserved(low, high, 1)
        ? -1
        : this.narrowed(permissions, low, high, 1) | this.leafBits(low, high, 1);
    }
    return this.#lastProperties;
  }

  /** The physical address of the top table in the register, without PCID, PWT, PCD and LAM bits. */
  tableOfCr3(cr3: bigint): number {
    const low = Number(cr3 & 0xffffffffn);
    const high = Number((cr3 >> 32n) & 0xffffffffn);
    if (this.#isPae) {
      return (low & 0xffffffe0) >>> 0;
    }
    const tableHigh = this.#isLong ? high & this.#addressHigh : 0;
    return tableHigh * 2 ** 32 + ((low & 0xfffff000 & this.#addressLow) >>> 0);
  }
}
