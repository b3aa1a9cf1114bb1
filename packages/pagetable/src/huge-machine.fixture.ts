import { PAGE_SIZE } from './address.js';
import { AddressSpace } from './address-space.js';
import { Cpu } from './cpu.js';
import { Mapping } from './mapping.js';
import { SHARED_WRITABLE } from './object-machine.fixture.js';
import { LEAF_PAGES } from './entry-bits.js';
import { ENTRY_SPAN } from './page-tables.js';
import { PhysicalMemory } from './physical-memory.js';
import type { FaultResult, HugeFaultResult, PageFault, Vma, VmaOperations } from './vma.js';

const HUGE = LEAF_PAGES[2];

/** Two 2 MiB pages in adjacent frames, mapped as huge leaves while `allowHuge` is set. */
export class HugeMachine implements VmaOperations {
  readonly memory = new PhysicalMemory(4 * HUGE * PAGE_SIZE);
  readonly mapping = new Mapping('huge object');
  readonly firstFrame: number;
  readonly zapped: number[] = [];
  allowHuge: (fault: PageFault) => boolean = () => true;
  /** Whether leaves are mapped writable. */
  writable = true;

  constructor() {
    const first = this.memory.allocateContiguous(3 * HUGE);
    this.firstFrame = Math.ceil(first / HUGE) * HUGE;
    // Frames before the aligned run are used for tables.
    for (let frame = first; frame < first + 3 * HUGE; frame++) {
      if (frame < this.firstFrame || frame >= this.firstFrame + 2 * HUGE) {
        this.memory.freeFrame(frame);
      }
    }
    this.mapping.observeZaps({ dirtyEntryZapped: (page) => this.zapped.push(page) });
  }

  process(flags = SHARED_WRITABLE): { addressSpace: AddressSpace; vma: Vma; cpu: Cpu } {
    const addressSpace = new AddressSpace(this.memory);
    const vma = addressSpace.map({
      address: ENTRY_SPAN[3],
      length: 2 * ENTRY_SPAN[2],
      flags,
      mapping: this.mapping,
      operations: this,
    });
    const cpu = new Cpu(this.memory);
    cpu.run(addressSpace);
    return { addressSpace, vma, cpu };
  }

  fault(fault: PageFault): FaultResult {
    fault.insertFrame(fault.address, this.firstFrame + fault.page, this.writable);
    return 'noPage';
  }

  hugeFault(fault: PageFault, level: number): HugeFaultResult {
    if (level !== 2 || !this.allowHuge(fault)) {
      return 'fallback';
    }
    fault.insertHuge(this.firstFrame + fault.page - (fault.page % HUGE), 2, this.writable);
    return 'noPage';
  }
}
