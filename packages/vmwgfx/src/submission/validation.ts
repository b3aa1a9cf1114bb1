import { pagesFor } from '@cg/pagetable';
import { BufferObject } from '../memory/buffer-object.js';
import type { Resource } from '../resource/resource.js';

/**
 * Everything a submission touches, made ready for the device (rule 6.2): buffer objects reserved and
 * scanned, resources created, bound and up to date. `finish` must follow `validate`, also where that throws;
 * between the two nothing of it changes.
 */
export class Validation {
  /** Each resource, and whether the submission is to write it. */
  readonly #resources = new Map<Resource, boolean>();
  /** Commands sent that write a resource, and not refused. */
  readonly #writes = new Map<Resource, number>();
  readonly #newlyDirty = new Set<Resource>();
  readonly #reserved: BufferObject[] = [];

  /** Adds a resource that a command reads, or writes. */
  add(resource: Resource, written: boolean): void {
    this.#resources.set(resource, written || (this.#resources.get(resource) ?? false));
  }

  /** A command that writes a resource was sent. */
  writeSent(resource: Resource): void {
    this.#writes.set(resource, (this.#writes.get(resource) ?? 0) + 1);
  }

  /** A command that writes a resource was refused. Once all were, the newest content is still the backing's. */
  writeRefused(resource: Resource): void {
    const left = (this.#writes.get(resource) ?? 0) - 1;
    this.#writes.set(resource, left);
    if (left === 0 && this.#newlyDirty.has(resource)) {
      resource.gpuDirty = false;
    }
  }

  /**
   * Reserves, scans, transfers and syncs. Scanning comes before any transfer, with everything reserved
   * throughout: otherwise bits would be cleared while entries are still writable (rule 5.5, B11).
   * @throws what the failing step throws; what was dirty is still dirty (rule 1.5)
   */
  validate(): void {
    for (const object of this.#backings()) {
      object.reserve();
      this.#reserved.push(object);
    }
    for (const object of this.#reserved) {
      object.tracker?.scan();
    }
    for (const [resource, written] of this.#resources) {
      validateResource(resource, written);
    }
  }

  /**
   * Ends the submission, however far it came: what it wrote has its newest content on the device from now
   * on, and nothing is reserved any more.
   */
  finish(): void {
    for (const [resource, writes] of this.#writes) {
      if (writes > 0 && !resource.gpuDirty) {
        resource.gpuDirty = true;
        this.#newlyDirty.add(resource);
      }
    }
    for (const object of this.#reserved.splice(0)) {
      object.unreserve();
    }
  }

  #backings(): Set<BufferObject> {
    const objects = new Set<BufferObject>();
    for (const resource of this.#resources.keys()) {
      objects.add(resource.backing ?? allocateBacking(resource));
    }
    return objects;
  }
}

/** A new buffer object behind a resource, kept by that alone. Throwing, it leaves none. */
export function allocateBacking(resource: Resource): BufferObject {
  const object = new BufferObject(resource.context, pagesFor(resource.backingBytes));
  try {
    resource.attach(object, 0);
  } finally {
    object.references.drop();
  }
  return object;
}

/** The order is rule 6.2's: nothing is uploaded to what is not bound, nothing the device writes stays mapped. */
function validateResource(resource: Resource, written: boolean): void {
  resource.create();
  resource.bind();
  resource.followTracking();
  const { backing } = resource;
  const tracker = backing?.tracker;
  if (backing === undefined || tracker === undefined) {
    return;
  }
  if (written && !resource.gpuDirty) {
    backing.unmapRange(...resource.pageRange);
  }
  // While its newest content is on the device its pages are unmapped: nobody can have stored to them, and an
  // upload would overwrite what the device wrote (rule 1.4).
  if (!resource.gpuDirty) {
    tracker.transfer(resource, resource.sharedBy);
    resource.sync();
  }
}
