import { PAGE_SIZE } from './address.js';
import type { RwLock } from './locks.js';
import type { PageTables } from './page-tables.js';

// VMA flags, with the names and values of Linux include/linux/mm.h.
export const VM_READ = 0x1;
export const VM_WRITE = 0x2;
export const VM_SHARED = 0x8;
export const VM_MAYREAD = 0x10;
export const VM_MAYWRITE = 0x20;
export const VM_PFNMAP = 0x400;
export const VM_RAND_READ = 0x10000;
export const VM_HUGETLB = 0x400000;

/**
 * Result of a fault handler (rule 2.5):
 * - `handled`: `fault.frame` holds the frame, and the fault core maps it (for `pfnMkwrite`: the core makes the entry
 *   writable);
 * - `noPage`: the handler mapped it itself (the kernel's VM_FAULT_NOPAGE);
 * - `retry`: the handler could not proceed; the access is retried;
 * - `sigbus`: the page has no memory; `outOfMemory`: no memory is available.
 */
export type FaultResult = 'handled' | 'noPage' | 'retry' | 'sigbus' | 'outOfMemory';

/** Result of a handler of huge faults; `fallback`: the next smaller page size is tried (rule 2.8). */
export type HugeFaultResult = FaultResult | 'fallback';

/** An access that the page tables did not allow, as its VMA's handler sees it. */
export interface PageFault {
  readonly vma: Vma;
  /** The faulting address, rounded down to its page. */
  readonly address: number;
  /** The page of the mapping. */
  readonly page: number;
  readonly access: 'load' | 'store';
  /** The frame to map, set by a `fault` handler that returns `handled`. */
  frame: number;
  /**
   * Maps a frame at `address` of this fault's VMA, clean, unless an entry or a huge leaf is there. In a private VMA
   * it is read-only whatever `writable` is: a store has to copy it first.
   * @throws PageTableError EINVAL for an address that is no page of the VMA; ENOMEM if a table is missing and
   * there is no free frame for it
   */
  insertFrame(address: number, frame: number, writable: boolean): void;
  /**
   * Maps a huge leaf of `level` (2 or 3) around the faulting address, clean, unless a table or a leaf is there.
   * Read-only in a private VMA.
   * @returns whether it was mapped
   * @throws PageTableError EINVAL if the leaf would exceed the VMA or `frame` is misaligned; ENOMEM
   */
  insertHuge(frame: number, level: number, writable: boolean): boolean;
  /**
   * Makes the faulting leaf writable, accessed and dirty: the trapped store is about to happen. Does nothing in a
   * private VMA, whose pages are copied for a store.
   */
  makeWritable(): void;
}

/** The handlers of the owner of a VMA's memory. */
export interface VmaOperations {
  /**
   * Another VMA maps the memory: made by `AddressSpace.map`, fork, a split or mremap. Unlike the kernel's it is
   * called for the first one, too. It must not throw, and takes no lock.
   */
  open?(vma: Vma): void;
  /**
   * A VMA is removed, with its entries; each opened one is closed once. The address space's lock is held, and no lock
   * of the mapping. It must not throw, and takes no lock.
   */
  close?(vma: Vma): void;
  /**
   * The page has no entry. After `handled`, the core maps `fault.frame`: read-only if writes have to be reported
   * first (B7: the VMA has a `pfnMkwrite` or `pageMkwrite`), a copy of it for a store to a private VMA.
   */
  fault(fault: PageFault): FaultResult;
  /**
   * Nothing is mapped in the 1 GiB (`level` 3) or 2 MiB (2) around the page, all within the VMA; or a store found a
   * read-only huge leaf of that level. `handled` maps `fault.frame` as such a leaf, or makes the leaf writable;
   * `fallback` continues with smaller pages, for which an existing leaf is split.
   */
  hugeFault?(fault: PageFault, level: number): HugeFaultResult;
  /**
   * Before `fault`, on a load: the handler may map available pages of `[start, end)`, with `insertFrame` (the
   * kernel's map_pages). If it mapped the faulting one, `fault` is not called.
   */
  mapAround?(fault: PageFault, start: number, end: number): void;
  /**
   * A store found a read-only entry of a shared writable VMA. The handler records the write and makes the entry
   * writable (`fault.makeWritable()`) before it releases the lock that excludes scans, and returns `noPage`: a scan
   * sees the two as one step (rule 2.5, B6).
   */
  pfnMkwrite?(fault: PageFault): FaultResult;
  /** The same for memory with a struct page; called in place of `pfnMkwrite` unless the VMA is VM_PFNMAP. */
  pageMkwrite?(fault: PageFault): FaultResult;
}

/** Called before and after page-table entries of a range change (rule 4.4). */
export interface RangeNotifier {
  invalidateStart(start: number, end: number): void;
  invalidateEnd(start: number, end: number): void;
}

/** The address space of a VMA, as found through its mapping. */
export interface VmaAddressSpace {
  /** Guards the set of VMAs and their attributes: faults read, every change of the set writes. */
  readonly lock: RwLock;
  readonly tables: PageTables;
  /** Flushes that walkers have announced and not done yet (rule 2.4, A3). */
  pendingTlbFlushes: number;
  readonly notifiers: ReadonlySet<RangeNotifier>;
  /**
   * Drops `[start, end)` from the TLB of every CPU that runs this address space (rule 2.4), and global
   * translations from all the others: they outlive the switch away from it. Rounded to whole pages outwards.
   */
  flushTlbRange(start: number, end: number): void;
  /**
   * The entries of pages were cleaned: in the TLBs of `flushTlbRange`, they are clean from now on, so that the next
   * store to each sets its dirty bit again. Loads still hit.
   * @param base the address of the page of bit 0
   * @param bits the pages, among bits `[from, to)`
   */
  cleanTlbPages(base: number, bits: Uint32Array, from: number, to: number): void;
  /**
   * The accessed bit of the upper entry of a leaf table was cleared: no CPU that runs this address space has the table
   * cached from now on, so that its next walk there sets the bit again. Translations stay.
   * @param address any address that the table maps
   */
  forgetTlbTable(address: number): void;
}

/** Receives state that would otherwise be lost with removed page-table entries (E1, E2). */
export interface ZapObserver {
  /** A dirty entry that mapped `page` of the mapping was removed. */
  dirtyEntryZapped(page: number): void;
}

/** The mapping of a VMA, as found through its address space. */
export interface VmaMapping {
  readonly lock: RwLock;
  readonly zapObserver: ZapObserver | undefined;
  /** Counts the owner's removals of pages: an earlier result of a fault handler may be stale. */
  readonly unmapCount: number;
  /** For the address space, which owns the VMA: removes it from the mapping. */
  detach(vma: Vma): void;
  /**
   * For the address space: replaces `gone` by `come` in one step as seen by walkers of the mapping, after `meanwhile`
   * has run under the lock; if that throws, the mapping is unchanged.
   */
  replace(gone: readonly Vma[], come: readonly Vma[], meanwhile?: () => void): void;
}

/** The attributes of a new VMA. */
export interface VmaDescription {
  readonly addressSpace: VmaAddressSpace;
  readonly start: number;
  readonly end: number;
  readonly flags: number;
  readonly mapping: VmaMapping;
  /** The page of the mapping at the first page of the VMA. */
  readonly firstPage: number;
  readonly operations: VmaOperations;
}

/** A range of an address space that maps a range of a mapping (rule 2.6). */
export class Vma {
  readonly addressSpace: VmaAddressSpace;
  /** First address. */
  readonly start: number;
  /** One past the last address. */
  readonly end: number;
  /** VM_* bits. May change while only the mapping's lock is held: read them once (rule 4.1). */
  flags: number;
  readonly mapping: VmaMapping;
  readonly firstPage: number;
  readonly operations: VmaOperations;

  constructor(description: VmaDescription) {
    this.addressSpace = description.addressSpace;
    this.start = description.start;
    this.end = description.end;
    this.flags = description.flags;
    this.mapping = description.mapping;
    this.firstPage = description.firstPage;
    this.operations = description.operations;
  }

  get pageCount(): number {
    return (this.end - this.start) / PAGE_SIZE;
  }

  /** The page of the mapping at `address`. */
  pageAt(address: number): number {
    return this.firstPage + Math.floor((address - this.start) / PAGE_SIZE);
  }

  /** The address of `page` of the mapping. */
  addressOf(page: number): number {
    return this.start + (page - this.firstPage) * PAGE_SIZE;
  }
}
