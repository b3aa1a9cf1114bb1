import {
  AddressSpace,
  Cpu,
  Mapping,
  PAGE_SIZE,
  PhysicalMemory,
  VM_MAYWRITE,
  VM_READ,
  VM_SHARED,
  VM_WRITE,
  type FaultResult,
  type PageFault,
  type Vma,
  type VmaOperations,
} from '@cg/pagetable';

const SHARED_WRITABLE = VM_READ | VM_WRITE | VM_SHARED | VM_MAYWRITE;

/** Most frames of an object; larger objects map them repeatedly. */
const MOST_FRAMES = 512;

/** An object whose pages start at page `offset` of its mapping, mapped writable; write faults are recorded. */
export class MappedObject implements VmaOperations {
  readonly memory = new PhysicalMemory(2048 * PAGE_SIZE);
  readonly mapping = new Mapping('object');
  readonly frames: Uint32Array;
  readonly trapped: number[] = [];

  constructor(
    readonly pages: number,
    readonly offset = 0,
  ) {
    this.frames = this.memory.allocateFrames(Math.min(pages, MOST_FRAMES));
  }

  process(flags = SHARED_WRITABLE, address?: number): { addressSpace: AddressSpace; vma: Vma; cpu: Cpu } {
    const addressSpace = new AddressSpace(this.memory);
    const vma = addressSpace.map({
      length: this.pages * PAGE_SIZE,
      flags,
      mapping: this.mapping,
      firstPage: this.offset,
      operations: this,
      ...(address === undefined ? {} : { address }),
    });
    return { addressSpace, vma, cpu: this.cpu(addressSpace) };
  }

  /** Another CPU, running a process. */
  cpu(addressSpace: AddressSpace): Cpu {
    const cpu = new Cpu(this.memory);
    cpu.run(addressSpace);
    return cpu;
  }

  fault(fault: PageFault): FaultResult {
    fault.insertFrame(fault.address, this.frames[(fault.page - this.offset) % this.frames.length], true);
    return 'noPage';
  }

  pfnMkwrite(fault: PageFault): FaultResult {
    this.trapped.push(fault.page - this.offset);
    fault.makeWritable();
    return 'noPage';
  }
}
