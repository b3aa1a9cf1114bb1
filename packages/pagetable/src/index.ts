export { ADDRESS_END, formatAddress, isPageRange, PAGE_SIZE, pagesFor, USER_ADDRESS_END } from './address.js';
export { AddressSpace, type MapRequest, type RemapRequest } from './address-space.js';
export { Cpu } from './cpu.js';
export type { CpuEvent } from './cpu-event.js';
export {
  entryHigh,
  entryLow,
  frameOfEntry,
  frameOfLeaf,
  LEAF_PAGES,
  PAGE_ACCESSED,
  PAGE_DIRTY,
  PAGE_GLOBAL,
  PAGE_NX_HIGH,
  PAGE_PRESENT,
  PAGE_PSE,
  PAGE_RW,
  PAGE_USER,
  TOP_LEVEL,
} from './entry-bits.js';
export { PageTableError, type PageTableErrorCode, type PageTableErrorFacts } from './errors.js';
export type { WasmMemory } from './host-memory.js';
export { lockHugeEntry } from './huge-entry-lock.js';
export { LOCK_RANK, LockLedger, RUNNING_THREAD, type LedgerLock } from './lock-ledger.js';
export { RwLock } from './locks.js';
export { Mapping } from './mapping.js';
export {
  ENTRIES_PER_TABLE,
  ENTRY_SPAN,
  endOfEntry,
  entryWord,
  isHugeLeaf,
  PageTables,
  tableOfEntry,
} from './page-tables.js';
export type { CpuStatistics } from './mmu.js';
export { modifyCommit, modifyStart } from './modify.js';
export { PhysicalMemory, WORDS_PER_FRAME } from './physical-memory.js';
export { Preemption, preemptionPoints, type PreemptionPoint } from './preemption.js';
export { RangeChange } from './range-change.js';
export { Tlb, type TlbEntry } from './tlb.js';
export {
  Vma,
  VM_HUGETLB,
  VM_MAYREAD,
  VM_MAYWRITE,
  VM_PFNMAP,
  VM_RAND_READ,
  VM_READ,
  VM_SHARED,
  VM_WRITE,
  type FaultResult,
  type HugeFaultResult,
  type PageFault,
  type RangeNotifier,
  type VmaAddressSpace,
  type VmaDescription,
  type VmaMapping,
  type VmaOperations,
  type ZapObserver,
} from './vma.js';
