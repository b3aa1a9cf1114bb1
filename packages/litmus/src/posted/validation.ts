import type { BufferObject, BufferReservation, Resource } from '@cg/vmwgfx';
import type { DriverParts, Wanted } from '@cg/vmwgfx/internal';
import { unmapUnrecorded } from './mapping.js';

type ValidationPart = DriverParts['Validation'];

/**
 * B4: dirty pages are uploaded even if the device has newer content. The driver skips such a resource, which hides
 * pages marked dirty by mistake; the posted validation does not.
 */
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

/**
 * B11: pages are write-protected again after their bits were transferred, when the set of pages is lost. The posted
 * patches have the right order; this is the wrong one.
 */
export function scanningAfterTransfer(Base: ValidationPart): ValidationPart {
  return class extends Base {
    protected override scanAll(): void {}

    protected override validateAll(): void {
      super.validateAll();
      super.scanAll();
    }
  };
}

/** C5: the error path releases the tracker of every requested switch, whether it was charged or not. */
export function releasingWhatWasNotTaken(Base: ValidationPart): ValidationPart {
  return class extends Base {
    protected override takeTrackerUsers(objects: readonly BufferReservation[]): void {
      this.undo.push(() => objects.forEach(releaseTracker));
      objects.forEach((held) => held.object.addTrackerUser(held));
    }
  };
}

/**
 * C8: the posted patches have the right order; this is the wrong one. Dirty pages are transferred before the surface
 * has dirty boxes, and the pages that the device will write are unmapped after that.
 */
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
          backing.unmapRange(this.reservations.of(backing), ...resource.pageRange);
        }
      }
      resource.followTracking();
    }
  };
}

/**
 * E2: the first use moves a buffer object to the device's memory, and zaps its mappings. On this machine pages do not
 * move, so the driver zaps only at eviction, and keeps the dirty bits. A device that takes the content of a surface
 * from memory at the first use (9.1) loses nothing.
 */
export function movingWithoutRecord(Base: ValidationPart): ValidationPart {
  return class extends Base {
    protected override place(object: BufferObject): void {
      if (!object.isPlaced) {
        unmapUnrecorded(object.driver.mapping, object.firstPage, object.pageCount);
      }
      super.place(object);
    }
  };
}

/** Releasing a missing tracker does nothing. */
function releaseTracker(held: BufferReservation): void {
  if (held.object.tracker !== undefined) {
    held.object.releaseTrackerUser(held);
  }
}
