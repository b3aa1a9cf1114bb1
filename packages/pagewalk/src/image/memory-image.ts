/** The physical memory of a machine, somewhere: a file, a dump in a format of its own, a debugger. */
export interface MemoryImage {
  /** Bytes; physical addresses run from 0. Frames that are not wholly inside do not exist. */
  readonly size: number;
  /** Fills `into` with the bytes from `physical` on; asked for whole, aligned frames inside `size` only. */
  read(physical: number, into: Uint8Array): void;
}

/**
 * A range of virtual addresses that the tables map to adjacent physical addresses, with pages of one size
 * and the same permissions: those of the leaf entries, narrowed by every entry above them.
 */
export interface MappedRange {
  readonly kind: 'mapped';
  /** First virtual address: 48 bits, without sign extension. */
  readonly start: number;
  /** One past the last. */
  readonly end: number;
  /** Physical address that `start` translates to. */
  readonly physical: number;
  /** 4 KiB, 2 MiB or 1 GiB, in bytes. */
  readonly pageSize: number;
  readonly writable: boolean;
  readonly executable: boolean;
  readonly user: boolean;
  readonly global: boolean;
  /** Mapped uncached or write-through, and not inside the image: registers or memory of a device. */
  readonly device: boolean;
}

/**
 * A range whose table has been walked before, under the same permissions: everything in it is mapped as at
 * `sameAs`. Said once instead of listed again, so that a few tables cannot become 2^36 ranges.
 */
export interface SharedTable {
  readonly kind: 'shared';
  readonly start: number;
  readonly end: number;
  /** The level of the table that is shared, 1 to 3; a longer range repeats it, span by span. */
  readonly level: number;
  /** Its physical address. */
  readonly table: number;
  /** Where the first range of it was listed. */
  readonly sameAs: number;
}

/** What can be wrong with an entry. */
export type TableFault =
  /** It points at a table that is being walked: at its own one or one above. */
  | 'loop'
  /** It points at a table, or maps cached memory, that is not inside the image. */
  | 'outside'
  /** A bit is set that must be 0: any access through it would fault. */
  | 'reserved'
  /** More tables than the walk may look at; it ends here. */
  | 'limit';

/** Entries of one table, side by side, that are wrong in the same way; nothing below them is listed. */
export interface TableDamage {
  readonly kind: 'damage';
  readonly fault: TableFault;
  readonly start: number;
  readonly end: number;
  /** The level of the table that holds the entries: 1 is the PTE, 4 the PML4E. */
  readonly level: number;
  /** Physical address of the first of them, and how many there are. */
  readonly entry: number;
  readonly entries: number;
  /** The two words of the first of them. */
  readonly low: number;
  readonly high: number;
  /** The physical address that the first of them points at. */
  readonly target: number;
}

/** What a walk of an image finds, by virtual address. */
export type ImageFinding = MappedRange | SharedTable | TableDamage;
