import { formatAddress, PAGE_SIZE } from './address.js';
import type { AddressSpace } from './address-space.js';
import {
  entryHigh,
  entryLow,
  PAGE_ACCESSED,
  PAGE_DIRTY,
  PAGE_NX_HIGH,
  PAGE_PRESENT,
  PAGE_RW,
  PAGE_USER,
} from './entry-bits.js';
import { PageTableError } from './errors.js';
import { VM_READ, VM_SHARED, VM_WRITE, type FaultResult, type PageFault, type Vma } from './vma.js';

class TakenFault implements PageFault {
  frame = 0;

  constructor(
    readonly vma: Vma,
    readonly address: number,
    readonly access: 'load' | 'store',
  ) {}

  get page(): number {
    return this.vma.pageAt(this.address);
  }

  insertFrame(address: number, frame: number, writable: boolean): void {
    const { tables } = this.vma.addressSpace;
    const entry = tables.findOrCreate(address);
    const { u32 } = tables.memory;
    if ((u32[entry] & PAGE_PRESENT) === 0) {
      u32[entry] = entryLow(frame, PAGE_PRESENT | PAGE_USER | (writable ? PAGE_RW : 0));
      u32[entry + 1] = entryHigh(frame, PAGE_NX_HIGH);
    }
  }

  makeWritable(): void {
    const { tables } = this.vma.addressSpace;
    const entry = tables.find(this.address);
    const { u32 } = tables.memory;
    if (entry >= 0 && (u32[entry] & PAGE_PRESENT) !== 0) {
      u32[entry] |= PAGE_RW | PAGE_ACCESSED | PAGE_DIRTY;
    }
  }
}

/**
 * Has an access made possible by the VMA that it falls into (rule 2.5). Afterwards the access is tried
 * again; it may fault again.
 * @param entry the PTE that the walk found, or -1
 * @throws PageTableError EFAULT outside every VMA or on SIGBUS, EACCES against its permissions, ENOMEM
 */
export function handlePageFault(
  addressSpace: AddressSpace,
  address: number,
  access: 'load' | 'store',
  entry: number,
): void {
  const vma = addressSpace.findVma(address);
  if (vma === undefined) {
    throw new PageTableError('EFAULT', `${access} at ${formatAddress(address)}, outside every VMA`, {
      address,
      access,
    });
  }
  if ((vma.flags & (access === 'store' ? VM_WRITE : VM_READ)) === 0) {
    throw new PageTableError('EACCES', `${access} at ${formatAddress(address)}, which its VMA forbids`, {
      address,
      access,
    });
  }
  const fault = new TakenFault(vma, address - (address % PAGE_SIZE), access);
  const present = entry >= 0 && (addressSpace.tables.memory.u32[entry] & PAGE_PRESENT) !== 0;
  finishFault(fault, present, present ? handleReadOnly(fault) : vma.operations.fault(fault));
}

function handleReadOnly(fault: PageFault): FaultResult {
  const { vma } = fault;
  if ((vma.flags & VM_SHARED) === 0) {
    throw new PageTableError(
      'EACCES',
      `store to a private page at ${formatAddress(fault.address)}: no copy-on-write`,
      {
        address: fault.address,
        access: 'store',
      },
    );
  }
  return vma.operations.pfnMkwrite?.(fault) ?? 'handled';
}

function finishFault(fault: PageFault, present: boolean, result: FaultResult): void {
  const { address, access } = fault;
  switch (result) {
    case 'handled':
      if (present) {
        // No flush: a CPU that caches the entry read-only walks again before it faults.
        fault.makeWritable();
      } else {
        fault.insertFrame(address, fault.frame, (fault.vma.flags & VM_WRITE) !== 0);
      }
      return;
    case 'noPage':
    case 'retry':
      return;
    case 'sigbus':
      throw new PageTableError('EFAULT', `no memory behind ${formatAddress(address)} (SIGBUS)`, {
        address,
        access,
      });
    case 'outOfMemory':
      throw new PageTableError('ENOMEM', `no memory for the fault at ${formatAddress(address)}`, {
        address,
        access,
      });
  }
}
