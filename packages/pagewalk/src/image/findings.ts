/**
 * A range of virtual addresses that is mapped to adjacent physical addresses, with pages of one size and the same
 * properties: permissions restricted by every entry above, the rest from the leaf.
 */
export interface MappedRange {
  readonly kind: 'mapped';
  /** First virtual address, without sign extension: a multiple of 4096, exact up to 2^57. */
  readonly start: number;
  /** One past the last. */
  readonly end: number;
  /** Physical address that `start` translates to. */
  readonly physical: number;
  /** 4 KiB to 1 GiB, in bytes. */
  readonly pageSize: number;
  readonly writable: boolean;
  readonly executable: boolean;
  readonly user: boolean;
  readonly global: boolean;
  readonly accessed: boolean;
  readonly dirty: boolean;
  /** Bits 3 and 4 of the entry, and its PAT bit: together they select a memory type. */
  readonly writeThrough: boolean;
  readonly cacheDisabled: boolean;
  readonly pat: boolean;
  /** 0 to 15: bits 59 to 62, which take effect if CR4.PKE or CR4.PKS is set. */
  readonly protectionKey: number;
  /** Mapped uncached or write-through, and outside the image: registers or memory of a device. */
  readonly device: boolean;
}

/**
 * A range whose table was walked before, under the same permissions: everything in it is mapped as at `sameAs`. It is
 * listed once, so that a few tables cannot become 2^36 ranges.
 */
export interface SharedTable {
  readonly kind: 'shared';
  readonly start: number;
  readonly end: number;
  /** The level of the shared table, from 1; a longer range repeats it, span by span. */
  readonly level: number;
  /** Bytes that the table maps. */
  readonly span: number;
  /** Its physical address. */
  readonly table: number;
  /** Start of the first range with the table. */
  readonly sameAs: number;
}

/**
 * A range in which the tables themselves appear as pages, through an entry that points at its own table: Windows and
 * others reach their page tables this way. Nothing below it is listed.
 */
export interface SelfMap {
  readonly kind: 'self-map';
  readonly start: number;
  readonly end: number;
  /** The level of the table that contains the entry. */
  readonly level: number;
  /** Physical address of that table. */
  readonly table: number;
  /** Physical address of the entry, or of the first of several adjacent ones. */
  readonly entry: number;
  readonly entries: number;
}

/** What is wrong with an entry. */
export type TableFault =
  /** It points at a table above its own, on the path of the walk. */
  | 'loop'
  /** It points at a table, or maps cached memory, outside the image. */
  | 'outside'
  /** It points at a table that the file has, with damaged bytes. */
  | 'unreadable'
  /** A bit is set that must be 0: any access through it would fault. */
  | 'reserved'
  /** More tables, or more pieces of large pages, than the walk may read; it ends here. */
  | 'limit';

/** Adjacent entries of one table that are wrong in the same way; nothing below them is listed. */
export interface TableDamage {
  readonly kind: 'damage';
  readonly fault: TableFault;
  /** Of a large page that is partly in the image, the missing part. */
  readonly start: number;
  readonly end: number;
  /** The level of the table that contains the entries: 1 is the PTE. */
  readonly level: number;
  /** Physical address of the first of them, and their number. */
  readonly entry: number;
  readonly entries: number;
  /** The first of them: its two words, the high one 0 if entries have 32 bits. */
  readonly low: number;
  readonly high: number;
  /** The physical address that the first of them points at. */
  readonly target: number;
}

/** What a walk of an image finds, by virtual address. */
export type ImageFinding = MappedRange | SharedTable | SelfMap | TableDamage;
