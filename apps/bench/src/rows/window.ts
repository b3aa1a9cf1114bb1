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
  type VmaOperations,
} from '@cg/pagetable';
import { BenchError } from '../errors.js';

/** Frames for page tables and frame 0. */
const FRAMES_BESIDE_PAGES = 16;
/** The distance of the frames of adjacent pages if scattered; odd, so that each is used once. */
const SCATTER_STEP = 37;

/** The placement of a window's frames: adjacent, or scattered. */
export type FrameOrder = 'adjacent' | 'scattered';

/** Pages of one process that one CPU runs, all mapped, dirty and in its TLB. */
export class Window implements VmaOperations {
  readonly start: number;
  readonly cpu: Cpu;
  readonly memory: PhysicalMemory;
  readonly #mapping = new Mapping('window');
  readonly #firstFrame: number;
  readonly #order: FrameOrder;
  readonly #pages: number;
  readonly #walks: number;

  /** `pages` is a power of two, and no more than the TLB has slots. */
  constructor(pages: number, order: FrameOrder) {
    const memory = new PhysicalMemory((pages + FRAMES_BESIDE_PAGES) * PAGE_SIZE);
    this.memory = memory;
    this.#order = order;
    this.#pages = pages;
    this.#firstFrame = memory.allocateContiguous(pages);
    const addressSpace = new AddressSpace(memory);
    const flags = VM_READ | VM_WRITE | VM_SHARED | VM_MAYWRITE;
    const mapping = this.#mapping;
    this.start = addressSpace.map({ length: pages * PAGE_SIZE, flags, mapping, operations: this }).start;
    this.cpu = new Cpu(memory);
    this.cpu.run(addressSpace);
    this.cpu.storeBytes(this.start, new Uint8Array(pages * PAGE_SIZE));
    this.#walks = this.cpu.statistics.walks;
  }

  fault(fault: PageFault): FaultResult {
    const place = this.#order === 'adjacent' ? fault.page : (fault.page * SCATTER_STEP) % this.#pages;
    fault.insertFrame(fault.address, this.#firstFrame + place, true);
    return 'noPage';
  }

  /** Removes every entry: the next access to a page faults. */
  unmap(): void {
    this.#mapping.unmapRange(0, this.#pages);
  }

  /**
   * Loads the whole window by the CPU. @throws BenchError EBADMSG if an access missed the TLB
   */
  load(): Uint8Array {
    const bytes = new Uint8Array(this.#pages * PAGE_SIZE);
    this.cpu.loadBytes(this.start, bytes);
    if (this.cpu.statistics.walks !== this.#walks) {
      throw new BenchError('EBADMSG', 'an access to the window missed the TLB');
    }
    return bytes;
  }
}
