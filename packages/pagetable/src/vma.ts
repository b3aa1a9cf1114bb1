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
 * What a fault handler did (rule 2.5):
 * - `handled`: `fault.frame` holds the frame, the fault core enters it (for `pfnMkwrite`: the core makes
 *   the entry writable);
 * - `noPage`: the handler entered it itself (the kernel's VM_FAULT_NOPAGE);
 * - `retry`: something was in the way; the access is tried again;
 * - `sigbus`: there is no memory behind the page; `outOfMemory`: none could be had.
 */
export type FaultResult = 'handled' | 'noPage' | 'retry' | 'sigbus' | 'outOfMemory';

/** What a handler of huge faults did; `fallback`: the next smaller page size is tried (rule 2.8). */
export type HugeFaultResult = FaultResult | 'fallback';

/** An access that the page tables did not allow, as its VMA's handler sees it. */
export interface PageFault {
  readonly vma: Vma;
  /** The faulting address, rounded down to its page. */
  readonly address: number;
  /** The page of the mapping. */
  readonly page: number;
  readonly access: 'load' | 'store';
  /** The frame to enter, set by a `fault` handler that answers `handled`. */
  frame: number;
  /**
   * Enters a frame at `address` of this fault's VMA, clean, unless an entry or a huge leaf is there. A
   * private VMA gets it read-only whatever `writable` says: a store is to copy it first.
   * @throws PageTableError EINVAL for an address that is no page of the VMA; ENOMEM where a table is
   * missing and no frame is left for it
   */
  insertFrame(address: number, frame: number, writable: boolean): void;
  /**
   * Enters a huge leaf of `level` (2 or 3) around the faulting address, clean, unless a table or a leaf is
   * there. Read-only in a private VMA.
   * @returns whether it was entered
   * @throws PageTableError EINVAL where the leaf would stick out of the VMA or `frame` is misaligned; ENOMEM
   */
  insertHuge(frame: number, level: number, writable: boolean): boolean;
  /**
   * Makes the faulting leaf writable, accessed and dirty: the store it stopped is about to happen. Does nothing
   * in a private VMA, whose pages are copied for a store.
   */
  makeWritable(): void;
}

/** The handlers of the owner of the memory behind a VMA. */
export interface VmaOperations {
  /**
   * One more VMA shows the memory: `AddressSpace.map`, fork, a split or mremap made it. Other than the kernel's it is
   * called for the first one, too. It must not throw, and takes no lock.
   */
  open?(vma: Vma): void;
  /**
   * A VMA is gone, with its entries; each that was opened is closed once. The address space's lock is
   * held, and no lock of the mapping. It must not throw, and takes no lock.
   */
  close?(vma: Vma): void;
  /**
   * The page has no entry. After `handled`, the core enters `fault.frame`: read-only where a write is to be
   * noticed first (B7: the VMA has a `pfnMkwrite` or `pageMkwrite`), a copy of it for a store to a private VMA.
   */
  fault(fault: PageFault): FaultResult;
  /**
   * Nothing is mapped in the 1 GiB (`level` 3) or 2 MiB (2) around the page, all within the VMA; or a store
   * found a huge leaf of that level read-only. `handled` enters `fault.frame` as such a leaf, or makes the
   * leaf writable; `fallback` goes on with smaller pages, for which a leaf that is there is split.
   */
  hugeFault?(fault: PageFault, level: number): HugeFaultResult;
  /**
   * Before `fault`, on a load: the handler may enter pages of `[start, end)` that it has at hand, with
   * `insertFrame` (the kernel's map_pages). If it entered the faulting one, `fault` is not called.
   */
  mapAround?(fault: PageFault, start: number, end: number): void;
  /**
   * A store found a read-only entry of a shared writable VMA. The handler records the write and makes the entry
   * writable (`fault.makeWritable()`) before letting go of what keeps a scan out, and answers `noPage`:
   * the two are one step as seen by a scan (rule 2.5, B6).
   */
  pfnMkwrite?(fault: PageFault): FaultResult;
  /** The same for memory with a struct page; called in place of `pfnMkwrite` unless the VMA is VM_PFNMAP. */
  pageMkwrite?(fault: PageFault): FaultResult;
}

/** Told before and after page-table entries of a range change (rule 4.4). */
export interface RangeNotifier {
  invalidateStart(start: number, end: number): void;
  invalidateEnd(start: number, end: number): void;
}

/** The address space of a VMA, as found through its mapping. */
export interface VmaAddressSpace {
  /** Guards the set of VMAs and what they are: faults read, every change of the set writes. */
  readonly lock: RwLock;
  readonly tables: PageTables;
  /** Flushes that walkers have announced and not done yet (rule 2.4, A3). */
  pendingTlbFlushes: number;
  readonly notifiers: Iterable<RangeNotifier>;
  /**
   * Drops `[start, end)` from the TLB of every CPU that runs this address space (rule 2.4), and global
   * translations from all the others: they outlive the switch away from it. Rounded to whole pages outwards.
   */
  flushTlbRange(start: number, end: number): void;
}

/** Told of what would otherwise go with the page-table entries that held it (E1, E2). */
export interface ZapObserver {
  /** A dirty entry that showed `page` of the mapping was removed. */
  dirtyEntryZapped(page: number): void;
}

/** The mapping of a VMA, as found through its address space. */
export interface VmaMapping {
  readonly lock: RwLock;
  readonly zapObserver: ZapObserver | undefined;
  /** How often its owner took pages out of it: what a fault handler said before may be untrue since. */
  readonly unmapCount: number;
  /** For the address space, which owns the VMA: the mapping forgets it. */
  detach(vma: Vma): void;
  /**
   * For the address space: `come` take the place of `gone` in one step as seen by walkers of the mapping,
   * after `meanwhile` has run under the lock; what it throws leaves the mapping as it was.
   */
  replace(gone: readonly Vma[], come: readonly Vma[], meanwhile?: () => void): void;
}

/** What a new VMA is made of. */
export interface VmaDescription {
  readonly addressSpace: VmaAddressSpace;
  readonly start: number;
  readonly end: number;
  readonly flags: number;
  readonly mapping: VmaMapping;
  /** The page of the mapping that the first page of the VMA shows. */
  readonly firstPage: number;
  readonly operations: VmaOperations;
}

/** A range of an address space that shows a range of a mapping (rule 2.6). */
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

  /** The page of the mapping that `address` shows. */
  pageAt(address: number): number {
    return this.firstPage + Math.floor((address - this.start) / PAGE_SIZE);
  }

  /** The address that shows `page` of the mapping. */
  addressOf(page: number): number {
    return this.start + (page - this.firstPage) * PAGE_SIZE;
  }
}
