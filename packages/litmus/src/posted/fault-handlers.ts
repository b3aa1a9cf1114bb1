import type { FaultResult, PageFault } from '@cg/pagetable';
import type { Step } from './variant.js';

/** B6: the write is recorded under the reservation; the entry becomes writable after its end. */
export function recordingBeforeWritable(Base: Step<'VmaOperations'>): Step<'VmaOperations'> {
  return class extends Base {
    override pfnMkwrite(fault: PageFault): FaultResult {
      return this.reserved(fault, (page) => {
        this.object.tracker?.recordTrappedWrite(page);
        return 'handled';
      });
    }
  };
}

/** B7: pages are mapped with the VMA's page protection, which was set to write-combining, writable. */
export function mappingWritable(Base: Step<'VmaOperations'>): Step<'VmaOperations'> {
  return class extends Base {
    protected override mapsWritable(): boolean {
      return true;
    }
  };
}
