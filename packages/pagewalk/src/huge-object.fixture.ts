import {
  AddressSpace,
  entryHigh,
  entryLow,
  Mapping,
  PAGE_DIRTY,
  PAGE_PRESENT,
  PAGE_PSE,
  PAGE_RW,
  PAGE_SIZE,
  PAGE_USER,
  PhysicalMemory,
  VM_MAYWRITE,
  VM_READ,
  VM_SHARED,
  VM_WRITE,
  type Vma,
} from '@cg/pagetable';

export const MIB2 = 2 ** 21;
export const GIB = 2 ** 30;
const SHARED_WRITABLE = VM_READ | VM_WRITE | VM_SHARED | VM_MAYWRITE;

/** An object of 2 GiB, mapped at 1 GiB, whose entries a test sets and clears by hand. */
export class HugeObject {
  readonly memory = new PhysicalMemory(64 * PAGE_SIZE);
  readonly mapping = new Mapping('object');
  readonly addressSpace = new AddressSpace(this.memory);
  readonly vma: Vma;

  constructor(flags = 0) {
    this.vma = this.addressSpace.map({
      address: GIB,
      length: 2 * GIB,
      flags: SHARED_WRITABLE | flags,
      mapping: this.mapping,
      operations: { fault: () => 'sigbus' },
    });
  }

  /** An object with its two outer locks held by a walker, in their order. */
  static locked(flags = 0, holder?: string): HugeObject {
    const object = new HugeObject(flags);
    object.addressSpace.lock.acquireRead(holder);
    object.mapping.lock.acquireRead(holder);
    return object;
  }

  get tables() {
    return this.addressSpace.tables;
  }

  /** A dirty leaf with a frame outside memory, which is never accessed. */
  map(address: number, level: number): void {
    const frame = level === 1 ? 7 : 0x40000;
    this.tables.map(address, frame, PAGE_RW | PAGE_USER | PAGE_DIRTY, 0, level);
  }

  entry(address: number, level: number): number {
    return this.tables.findEntry(address, level);
  }

  low(address: number, level: number): number {
    return this.memory.u32[this.entry(address, level)];
  }

  /** Clears an upper entry, as a zap does. */
  clear(address: number, level: number): void {
    const entry = this.entry(address, level);
    this.memory.u32[entry] = 0;
    this.memory.u32[entry + 1] = 0;
  }

  /** Replaces an entry by that of a page under migration. */
  takeToMove(address: number, level: number): void {
    this.memory.u32[this.entry(address, level)] &= ~PAGE_PRESENT;
  }

  /** Replaces a table by a huge leaf, as a CPU's huge fault or a collapse does. */
  overwriteHuge(address: number, level: number): void {
    const entry = this.entry(address, level);
    this.memory.u32[entry] = entryLow(0x40000, PAGE_PRESENT | PAGE_RW | PAGE_USER | PAGE_PSE);
    this.memory.u32[entry + 1] = entryHigh(0x40000);
  }
}
