import { formatAddress, PAGE_SIZE } from './address.js';
import type { AddressSpace } from './address-space.js';
import { breakSharing, enterCopy } from './copy-on-write.js';
import { PAGE_PRESENT, PAGE_RW } from './entry-bits.js';
import { PageTableError } from './errors.js';
import { ENTRY_SPAN } from './page-tables.js';
import { FaultInProgress } from './fault-in-progress.js';
import { VM_PFNMAP, VM_RAND_READ, VM_READ, VM_WRITE, type FaultResult, type HugeFaultResult } from './vma.js';

/** Size of the range around a load that `mapAround` receives: 16 pages, as in Linux. */
const FAULT_AROUND = 16 * PAGE_SIZE;

/**
 * Handles a page fault through the VMA that contains it (rule 2.5), under the address space's lock. The access is
 * then retried; it may fault again.
 * @param holder the CPU's name
 * @throws PageTableError EFAULT outside every VMA or on SIGBUS, EACCES against its permissions, ENOMEM; EDEADLK if
 * the fault would have to wait for a lock
 */
export function handlePageFault(
  addressSpace: AddressSpace,
  address: number,
  access: 'load' | 'store',
  holder: string,
): void {
  addressSpace.lock.acquireRead(holder);
  try {
    const vma = addressSpace.findVma(address);
    if (vma === undefined) {
      const message = `${access} at ${formatAddress(address)}, outside every VMA`;
      throw new PageTableError('EFAULT', message, { address, access });
    }
    // As on x86, writable memory is readable.
    if ((vma.flags & (access === 'store' ? VM_WRITE : VM_READ | VM_WRITE)) === 0) {
      const message = `${access} at ${formatAddress(address)}, which its VMA forbids`;
      throw new PageTableError('EACCES', message, { address, access });
    }
    resolve(new FaultInProgress(vma, address, access, holder));
  } finally {
    addressSpace.lock.releaseRead(holder);
  }
}

function resolve(fault: FaultInProgress): void {
  const { tables } = fault.vma.addressSpace;
  const level = tables.leafLevel(fault.address);
  if (level === 0) {
    enterMissing(fault);
    return;
  }
  const low = tables.memory.u32[tables.findEntry(fault.address, level)];
  // Another CPU's fault may have done the work since this one's walk.
  if (fault.access === 'store' && (low & PAGE_RW) === 0) {
    if (level === 1) {
      makeSmallWritable(fault);
    } else {
      makeHugeWritable(fault, level);
    }
  }
}

/** Nothing is mapped: tries huge pages first, the largest before the others, then small ones. */
function enterMissing(fault: FaultInProgress): void {
  const { operations, addressSpace } = fault.vma;
  const { preemption } = addressSpace.tables.memory;
  if (operations.hugeFault !== undefined) {
    for (let level = 3; level > 1; level--) {
      if (!hasRoomFor(fault, level)) {
        continue;
      }
      const { unmapCount } = fault.vma.mapping;
      const result = operations.hugeFault(fault, level);
      if (result !== 'fallback') {
        if (!isHandled(fault, result)) {
          return;
        }
        preemption.reach('fault: between handler and entry');
        if (isStillTrue(fault, unmapCount)) {
          fault.insertHuge(fault.frame, level, (fault.vma.flags & VM_WRITE) !== 0 && !noticesWrites(fault));
        }
        return;
      }
      // A second CPU's huge fault may be taken here. The code below then maps nothing, because its leaf covers the
      // page, and the access is retried and finds the leaf.
      preemption.reach('fault: between huge fall-back and small pages');
    }
  }
  enterSmall(fault);
}

function enterSmall(fault: FaultInProgress): void {
  const { vma, address, access } = fault;
  const { tables } = vma.addressSpace;
  const { preemption } = tables.memory;
  if (access === 'load' && vma.operations.mapAround !== undefined && (vma.flags & VM_RAND_READ) === 0) {
    const start = address - (address % FAULT_AROUND);
    vma.operations.mapAround(fault, Math.max(start, vma.start), Math.min(start + FAULT_AROUND, vma.end));
    if (tables.leafLevel(address) > 0) {
      return;
    }
  }
  const { unmapCount } = vma.mapping;
  if (!isHandled(fault, vma.operations.fault(fault))) {
    return;
  }
  preemption.reach('fault: between handler and entry');
  if (!isStillTrue(fault, unmapCount)) {
    return;
  }
  if (fault.isShared) {
    fault.insertFrame(address, fault.frame, (vma.flags & VM_WRITE) !== 0 && !noticesWrites(fault));
  } else if (access === 'store') {
    enterCopy(fault);
  } else {
    fault.insertFrame(address, fault.frame, false);
  }
}

function makeSmallWritable(fault: FaultInProgress): void {
  if (!fault.isShared) {
    breakSharing(fault);
    return;
  }
  const { operations, flags } = fault.vma;
  const byPage = (flags & VM_PFNMAP) === 0 && operations.pageMkwrite !== undefined;
  const result = byPage ? operations.pageMkwrite?.(fault) : operations.pfnMkwrite?.(fault);
  if (isHandled(fault, result ?? 'handled')) {
    // No flush: a CPU with the entry cached read-only walks again before it faults.
    fault.makeWritable();
  }
}

/** A store to a read-only huge leaf: the handler may make it writable as a whole, else it is split into small pages. */
function makeHugeWritable(fault: FaultInProgress, level: number): void {
  const { operations, addressSpace } = fault.vma;
  const result: HugeFaultResult = fault.isShared
    ? (operations.hugeFault?.(fault, level) ?? 'fallback')
    : 'fallback';
  if (result === 'fallback') {
    addressSpace.tables.splitHuge(fault.address, level, fault.holder);
  } else if (isHandled(fault, result)) {
    fault.makeWritable();
  }
}

/** Whether the leaf of `level` around the page is within the VMA, and its entry is empty. */
function hasRoomFor({ vma, address }: FaultInProgress, level: number): boolean {
  const { tables } = vma.addressSpace;
  const start = address - (address % ENTRY_SPAN[level]);
  if (start < vma.start || start + ENTRY_SPAN[level] > vma.end) {
    return false;
  }
  const entry = tables.findEntry(address, level);
  return entry < 0 || (tables.memory.u32[entry] & PAGE_PRESENT) === 0;
}

/**
 * Whether the handler's result may be mapped: the object has not unmapped pages since, whose frames may have been
 * reused. Else the access is retried.
 * @throws PageTableError EINVAL if the handler named no frame
 */
function isStillTrue({ vma, frame, address }: FaultInProgress, unmapCount: number): boolean {
  if (frame === 0) {
    const message = `the fault handler named no frame for ${formatAddress(address)}`;
    throw new PageTableError('EINVAL', message, { address, frame });
  }
  return vma.mapping.unmapCount === unmapCount;
}

/** Whether the first store to a page must be reported to a handler (the kernel's vma_wants_writenotify, B7). */
function noticesWrites({ vma }: FaultInProgress): boolean {
  return vma.operations.pfnMkwrite !== undefined || vma.operations.pageMkwrite !== undefined;
}

/** Whether the core has to continue; false if the handler did everything or requests a retry. */
function isHandled({ accessed: address, access }: FaultInProgress, result: FaultResult): boolean {
  switch (result) {
    case 'handled':
      return true;
    case 'noPage':
    case 'retry':
      return false;
    case 'sigbus': {
      const message = `no memory behind ${formatAddress(address)} (SIGBUS)`;
      throw new PageTableError('EFAULT', message, { address, access });
    }
    case 'outOfMemory': {
      const message = `no memory for the fault at ${formatAddress(address)}`;
      throw new PageTableError('ENOMEM', message, { address, access });
    }
  }
}
