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

/** An object of 2 GiB, mapped at 1 GiB, whose entries a test makes and unmakes by hand. */
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

  /** One whose two outer locks a walker holds, in their order. */
  static locked(flags = 0, holder?: string): HugeObject {
    const object = new HugeObject(flags);
    object.addressSpace.lock.acquireRead(holder);
    object.mapping.lock.acquireRead(holder);
    return object;
  }

  get tables() {
    return this.addressSpace.tables;
  }

  /** A dirty leaf, whose frame no memory is behind: nobody looks there. */
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

  /** What a zap of an upper entry leaves. */
  clear(address: number, level: number): void {
    const entry = this.entry(address, level);
    this.memory.u32[entry] = 0;
    this.memory.u32[entry + 1] = 0;
  }

  /** What stands in the place of an entry whose memory is being moved. */
  takeToMove(address: number, level: number): void {
    this.memory.u32[this.entry(address, level)] &= ~PAGE_PRESENT;
  }

  /** A CPU's huge fault, or a collapse, in the place of a table. */
  overwriteHuge(address: number, level: number): void {
    const entry = this.entry(address, level);
    this.memory.u32[entry] = entryLow(0x40000, PAGE_PRESENT | PAGE_RW | PAGE_USER | PAGE_PSE);
    this.memory.u32[entry + 1] = entryHigh(0x40000);
  }
}
