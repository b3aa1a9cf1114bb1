import type { AddressSpace } from './address-space.js';
import { PAGE_SIZE } from './address.js';
import type { Mapping } from './mapping.js';
import type { PageFault } from './page-fault.js';

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

/** The handlers of whoever owns the memory behind a VMA. */
export interface VmaOperations {
  /** The page has no entry. */
  fault(fault: PageFault): FaultResult;
  /**
   * A store found a read-only entry of a shared writable VMA. Whoever records the write makes the entry
   * writable (`fault.makeWritable()`) before letting go of what keeps a scan out, and answers `noPage`:
   * the two are one step as seen by a scan (rule 2.5, B6).
   */
  pfnMkwrite?(fault: PageFault): FaultResult;
}

/** What a new VMA is made of. */
export interface VmaDescription {
  readonly addressSpace: AddressSpace;
  readonly start: number;
  readonly end: number;
  readonly flags: number;
  readonly mapping: Mapping;
  /** The page of the mapping that the first page of the VMA shows. */
  readonly firstPage: number;
  readonly operations: VmaOperations;
}

/** A range of an address space that shows a range of a mapping (rule 2.6). */
export class Vma {
  readonly addressSpace: AddressSpace;
  /** First address. */
  readonly start: number;
  /** One past the last address. */
  readonly end: number;
  /** VM_* bits. May change while only the mapping's lock is held: read them once (rule 4.1). */
  flags: number;
  readonly mapping: Mapping;
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
