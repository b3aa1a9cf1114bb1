import type { BufferObject, Resource } from '@cg/vmwgfx';
import type { DriverParts, Wanted } from '@cg/vmwgfx/parts';
import { unmapUnrecorded } from './mapping.js';

type ValidationPart = DriverParts['Validation'];

/** B4: what is dirty goes up, also where the device has the newest content. */
export function transferringToGpuDirty(Base: ValidationPart): ValidationPart {
  return class extends Base {
    protected override validateResource(resource: Resource, wanted: Wanted): void {
      super.validateResource(resource, wanted);
      if (resource.gpuDirty) {
        resource.backing?.tracker?.transfer(resource, resource.sharedBy);
        resource.sync();
      }
    }
  };
}

/** B11: pages are write-protected again after their bits were handed on, when they are not known any more. */
export function scanningAfterTransfer(Base: ValidationPart): ValidationPart {
  return class extends Base {
    protected override scanAll(): void {}

    protected override validateAll(): void {
      super.validateAll();
      super.scanAll();
    }
  };
}

/** C5: backing off releases the tracker of every switch that was wanted, whether it was taken or not. */
export function releasingWhatWasNotTaken(Base: ValidationPart): ValidationPart {
  return class extends Base {
    protected override takeTrackerUsers(objects: readonly BufferObject[]): void {
      this.undo.push(() => objects.forEach(releaseTracker));
      objects.forEach((object) => object.addTrackerUser());
    }
  };
}

/** C8: boxes are handed on before there is anybody to keep them, and pages unmapped after that. */
export function transferringFirst(Base: ValidationPart): ValidationPart {
  return class extends Base {
    protected override validateResource(resource: Resource, { written, switchTo }: Wanted): void {
      resource.create();
      if (switchTo !== undefined) {
        this.switchPlace(resource, switchTo);
      }
      resource.bind();
      const { backing } = resource;
      if (backing?.tracker !== undefined && !resource.gpuDirty) {
        backing.tracker.transfer(resource, resource.sharedBy);
        resource.sync();
        if (written) {
          backing.unmapRange(...resource.pageRange);
        }
      }
      resource.followTracking();
    }
  };
}

/** E2: the first use moves a buffer object to the device's memory, and zaps its mappings for that. */
export function movingWithoutRecord(Base: ValidationPart): ValidationPart {
  return class extends Base {
    protected override place(object: BufferObject): void {
      if (!object.isPlaced) {
        unmapUnrecorded(object.context.mapping, object.firstPage, object.pageCount);
      }
      super.place(object);
    }
  };
}

/** Releasing a tracker that is not there does nothing. */
function releaseTracker(object: BufferObject): void {
  if (object.tracker !== undefined) {
    object.releaseTrackerUser();
  }
}
