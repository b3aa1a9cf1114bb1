import {
  LEAF_PAGES,
  PAGE_SIZE,
  VM_RAND_READ,
  type FaultResult,
  type HugeFaultResult,
  type PageFault,
  type VmaOperations,
} from '@cg/pagetable';
import { isErrno } from '../errors.js';
import type { BufferObject, BufferReservation } from '../memory/buffer-object.js';
import type { PreemptionPoint } from '../preemption-points.js';
import { ReplaceableStep } from '../replaceable-step.js';
import { cleanResourcesStep } from './read-back.js';

/** Most pages that one fault maps (rule 6.4; the kernel's TTM_BO_VM_NUM_PREFAULT). */
const PREFAULT_PAGES = 16;

/** The page-fault handlers of a mapped buffer object. Each VMA that has them keeps it (rule 8.6). */
export class BufferObjectVmaOperations implements VmaOperations {
  constructor(readonly object: BufferObject) {}

  open(): void {
    this.object.references.take();
  }

  close(): void {
    this.object.references.drop();
  }

  /** A page without an entry: reads its content back from the device, then maps it and some pages after it. */
  fault(fault: PageFault): FaultResult {
    const { object } = this;
    const cleanResources = cleanResourcesStep.in(object.driver);
    return this.reserved(fault, (page, held) => {
      const allowed = object.tracker === undefined ? PREFAULT_PAGES : cleanResources(held, page, page + 1);
      object.driver.memory.preemption.reach('fault: between read-back and entry' satisfies PreemptionPoint);
      this.#map(fault, page, Math.min(allowed, (fault.vma.flags & VM_RAND_READ) === 0 ? PREFAULT_PAGES : 1));
      return 'noPage';
    });
  }

  /**
   * Maps one huge leaf if nothing is mapped around the page, or a read-only huge leaf is, and the frames are
   * contiguous and aligned. While writes are tracked pages stay small, so that each has its own dirty bit (rule 2.8).
   */
  hugeFault(fault: PageFault, level: number): HugeFaultResult {
    const { object } = this;
    const page = fault.page - object.firstPage;
    const first = page - ((fault.address / PAGE_SIZE) % LEAF_PAGES[level]);
    const isWithin = first >= 0 && first + LEAF_PAGES[level] <= object.pageCount;
    if (object.tracker !== undefined || !isWithin || !isHugePage(object, first, level)) {
      return 'fallback';
    }
    fault.frame = object.frames[first];
    return 'handled';
  }

  /**
   * A store to a read-only page. The write is recorded and the entry made writable under one reservation: a scan in
   * between would harvest the record and leave a writable entry behind (rule 2.5, B6).
   */
  pfnMkwrite(fault: PageFault): FaultResult {
    return this.reserved(fault, (page) => {
      this.object.tracker?.recordTrappedWrite(page);
      fault.makeWritable();
      return 'noPage';
    });
  }

  /** Whether a page may be mapped writable, because its writes need not be trapped (B7). */
  protected mapsWritable(): boolean {
    return this.object.tracker?.method !== 'trap';
  }

  /** Maps up to `count` pages, clean, and read-only if writes are trapped. */
  #map(fault: PageFault, page: number, count: number): void {
    const { object } = this;
    const { vma, address } = fault;
    const writable = this.mapsWritable();
    const last = Math.min(page + count, object.pageCount, page + (vma.end - address) / PAGE_SIZE);
    for (let i = 0; page + i < last; i++) {
      try {
        fault.insertFrame(address + i * PAGE_SIZE, object.frames[page + i], writable);
      } catch (error) {
        if (i === 0) {
          if (isErrno(error) && object.driver.queue.reclaim()) {
            i--;
            continue;
          }
          throw error;
        }
        // The pages after the faulting one are prefault: without memory for their table they are left out.
        return;
      }
    }
  }

  /**
   * Handles a fault on a page of the buffer object while holding its reservation; a failure becomes the fault's
   * result.
   * @throws VmwgfxError or PageTableError EDEADLK if it would have to wait: the fault is retried
   */
  protected reserved(
    fault: PageFault,
    handle: (page: number, held: BufferReservation) => FaultResult,
  ): FaultResult {
    const { object } = this;
    const page = fault.page - object.firstPage;
    if (page < 0 || page >= object.pageCount) {
      return 'sigbus';
    }
    const held = object.reserveOnly();
    try {
      object.driver.faults.pass('fault-handler');
      return handle(page, held);
    } catch (error) {
      if (isErrno(error) && error.code !== 'EDEADLK') {
        // The read-back failed: there is no content to show.
        return error.code === 'ENOMEM' ? 'outOfMemory' : 'sigbus';
      }
      throw error;
    } finally {
      object.unreserve(held);
    }
  }
}

/** Whether the frames from `page` on are contiguous and aligned for a huge leaf of `level`. */
function isHugePage({ frames }: BufferObject, page: number, level: number): boolean {
  const first = frames[page];
  for (let i = 1; i < LEAF_PAGES[level]; i++) {
    if (frames[page + i] !== first + i) {
      return false;
    }
  }
  return first % LEAF_PAGES[level] === 0;
}

export const vmaOperationsStep = new ReplaceableStep(BufferObjectVmaOperations);
