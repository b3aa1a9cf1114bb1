import type { FaultResult, PageFault } from '@cg/pagetable';
import type { DriverParts } from '@cg/vmwgfx/internal';

type HandlersPart = DriverParts['VmaOperations'];

/** B6: the write is recorded under the reservation; the entry becomes writable after it is released. */
export function recordingBeforeWritable(Base: HandlersPart): HandlersPart {
  return class extends Base {
    override pfnMkwrite(fault: PageFault): FaultResult {
      return this.reserved(fault, (page) => {
        this.object.tracker?.recordTrappedWrite(page);
        return 'handled';
      });
    }
  };
}

/** B7: pages are mapped as the VMA's page protection says, and that was set to write-combining, writable. */
export function mappingWritable(Base: HandlersPart): HandlersPart {
  return class extends Base {
    protected override mapsWritable(): boolean {
      return true;
    }
  };
}
