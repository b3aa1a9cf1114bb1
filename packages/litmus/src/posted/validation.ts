import type { BufferObject, BufferReservation, Resource } from '@cg/vmwgfx';
import type { Wanted } from '@cg/vmwgfx/internal';
import { unmapUnrecorded } from './zaps.js';
import type { Step } from './variant.js';

/**
 * B4: dirty pages are uploaded even to a GPU-dirty resource. The driver leaves such a resource alone, which makes up
 * for pages that are dirty by mistake; the posted validation does not.
 */
export function transferringToGpuDirty(Base: Step<'Validation'>): Step<'Validation'> {
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
 * B11: pages are write-protected again after their bits were transferred and cleared. The posted patches have the
 * right order; this is the wrong one.
 */
export function scanningAfterTransfer(Base: Step<'Validation'>): Step<'Validation'> {
  return class extends Base {
    protected override scanAll(): void {}

    protected override validateAll(): void {
      super.validateAll();
      super.scanAll();
    }
  };
}

/** C5: backing off releases the tracker of every requested switch, whether it was taken or not. */
export function releasingWhatWasNotTaken(Base: Step<'Validation'>): Step<'Validation'> {
  return class extends Base {
    protected override takeTrackerUsers(objects: readonly BufferReservation[]): void {
      this.journal.note(() => objects.forEach(releaseTracker));
      objects.forEach((held) => held.object.addTrackerUser(held));
    }
  };
}

/**
 * C8: the posted patches have the right order, and depend on it; this is the wrong one. Dirty pages are transferred
 * before there are boxes to keep them, and the pages of resources to be written are unmapped after that.
 */
export function transferringFirst(Base: Step<'Validation'>): Step<'Validation'> {
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
 * E2: the first use moves a buffer object to the device's memory, and zaps its mappings for that. On this machine
 * pages do not move, so the driver has nothing to zap; an eviction zaps, and harvests the entries. A device that
 * loads the content of a surface from memory at the first use (9.1) misses nothing of it.
 */
export function movingWithoutRecord(Base: Step<'Validation'>): Step<'Validation'> {
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
