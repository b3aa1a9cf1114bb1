import { formatAddress, PAGE_SIZE } from './address.js';
import { PAGE_ACCESSED, PAGE_DIRTY, PAGE_NX_HIGH, PAGE_PRESENT, PAGE_RW, PAGE_USER } from './entry-bits.js';
import { PageTableError } from './errors.js';
import { ENTRY_SPAN, tableOfEntry } from './page-tables.js';
import { VM_SHARED, type PageFault, type Vma } from './vma.js';

/** A fault that is being handled, for the CPU named `holder`. */
export class FaultInProgress implements PageFault {
  frame = 0;
  readonly address: number;

  /** @param accessed the address of the access, anywhere in its page */
  constructor(
    readonly vma: Vma,
    readonly accessed: number,
    readonly access: 'load' | 'store',
    readonly holder: string,
  ) {
    this.address = accessed - (accessed % PAGE_SIZE);
  }

  get page(): number {
    return this.vma.pageAt(this.address);
  }

  get isShared(): boolean {
    return (this.vma.flags & VM_SHARED) !== 0;
  }

  insertFrame(address: number, frame: number, writable: boolean): void {
    const { vma } = this;
    if (!(address >= vma.start && address < vma.end && address % PAGE_SIZE === 0)) {
      throw new PageTableError('EINVAL', `${formatAddress(address)} is no page of the faulting VMA`, {
        address,
        frame,
      });
    }
    this.enter(address, frame, writable && this.isShared, 1);
  }

  insertHuge(frame: number, level: number, writable: boolean): boolean {
    const { vma, address } = this;
    const start = address - (address % ENTRY_SPAN[level]);
    if (!(level >= 2) || start < vma.start || start + ENTRY_SPAN[level] > vma.end) {
      const message = `no leaf of level ${level} around ${formatAddress(address)} fits into its VMA`;
      throw new PageTableError('EINVAL', message, { address, frame });
    }
    return this.enter(start, frame, writable && this.isShared, level);
  }

  /** Maps a leaf unless something is mapped there. */
  enter(address: number, frame: number, writable: boolean, level: number): boolean {
    const { tables } = this.vma.addressSpace;
    const bits = PAGE_USER | (writable ? PAGE_RW : 0);
    return tables.map(address, frame, bits, PAGE_NX_HIGH, level, this.holder);
  }

  makeWritable(): void {
    if (this.isShared) {
      this.vma.addressSpace.tables.memory.preemption.reach(
        'fault: between recorded write and writable entry',
      );
      this.allowStores();
    }
  }

  /** Makes the faulting leaf writable, accessed and dirty, private or not. */
  allowStores(): void {
    const { tables } = this.vma.addressSpace;
    const level = tables.leafLevel(this.address);
    if (level > 0) {
      const entry = tables.findEntry(this.address, level);
      tables.lockTable(tableOfEntry(entry), this.holder);
      tables.memory.u32[entry] |= PAGE_PRESENT | PAGE_RW | PAGE_ACCESSED | PAGE_DIRTY;
      tables.unlockTable(tableOfEntry(entry), this.holder);
    }
  }
}
