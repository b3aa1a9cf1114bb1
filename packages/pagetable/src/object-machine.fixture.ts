import { PAGE_SIZE } from './address.js';
import { AddressSpace } from './address-space.js';
import { Cpu } from './cpu.js';
import { Mapping } from './mapping.js';
import { PhysicalMemory } from './physical-memory.js';
import {
  VM_MAYWRITE,
  VM_READ,
  VM_SHARED,
  VM_WRITE,
  type FaultResult,
  type PageFault,
  type Vma,
  type VmaOperations,
} from './vma.js';

export const SHARED_WRITABLE = VM_READ | VM_WRITE | VM_SHARED | VM_MAYWRITE;

/** A test's machine: one object of zeroed pages, mapped writable, or read-only while `trap` is set. */
export class ObjectMachine implements VmaOperations {
  readonly memory = new PhysicalMemory(256 * PAGE_SIZE);
  readonly mapping = new Mapping('object');
  readonly frames: Uint32Array;
  trap = false;
  /** Pages with trapped writes, in order. */
  readonly trapped: number[] = [];

  constructor(readonly pages: number) {
    this.frames = this.memory.allocateFrames(pages);
  }

  process(
    flags = SHARED_WRITABLE,
    firstPage = 0,
    address?: number,
  ): { addressSpace: AddressSpace; vma: Vma; cpu: Cpu } {
    const addressSpace = new AddressSpace(this.memory);
    const length = (this.pages - firstPage) * PAGE_SIZE;
    const place = address === undefined ? {} : { address };
    const vma = addressSpace.map({
      length,
      flags,
      mapping: this.mapping,
      firstPage,
      operations: this,
      ...place,
    });
    const cpu = new Cpu(this.memory);
    cpu.run(addressSpace);
    return { addressSpace, vma, cpu };
  }

  fault(fault: PageFault): FaultResult {
    fault.insertFrame(fault.address, this.frames[fault.page], !this.trap);
    return 'noPage';
  }

  pfnMkwrite(fault: PageFault): FaultResult {
    this.trapped.push(fault.page);
    fault.makeWritable();
    return 'noPage';
  }
}
