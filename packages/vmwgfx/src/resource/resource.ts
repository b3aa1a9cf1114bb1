import type { IntervalNode } from '@cg/collections';
import { PAGE_SIZE } from '@cg/pagetable';
import type { DriverContext } from '../context.js';
import type { BufferObject } from '../memory/buffer-object.js';
import type { ResidentResource } from '../memory/resident-resource.js';
import { References } from '../references.js';
import type { BackedResource, SharedBy } from '../tracking/dirty-tracker.js';

/**
 * Something the device knows by an id, whose content lies in a byte range of a buffer object. Handles keep
 * it; the last of them to go destroys it.
 */
export abstract class Resource implements ResidentResource {
  /** Whoever uses it. Made with one reference, its maker's. */
  readonly references = new References(() => this.destroy());
  /** The backing holds content that the device has never had: binding uploads all of it. */
  needsUpload = false;
  readBackInDoubt = false;
  #gpuDirty = false;
  #backing: BufferObject | undefined;
  #backingOffset = 0;
  #node: IntervalNode<ResidentResource> | undefined;

  constructor(
    readonly context: DriverContext,
    /** Changes only where the resource itself grows. */
    public backingBytes: number,
    /** Whether the CPU sees it as coherent memory. */
    readonly coherent: boolean,
  ) {}

  /** Its newest content is on the device: set once a submission has written it (rule 6.2). */
  get gpuDirty(): boolean {
    return this.#gpuDirty;
  }

  set gpuDirty(dirty: boolean) {
    if (dirty !== this.#gpuDirty) {
      this.#gpuDirty = dirty;
      this.#backing?.countGpuDirty(dirty ? 1 : -1);
    }
  }

  get backing(): BufferObject | undefined {
    return this.#backing;
  }

  get backingOffset(): number {
    return this.#backingOffset;
  }

  get pageRange(): [start: number, end: number] {
    const { backingOffset, backingBytes } = this;
    return [Math.floor(backingOffset / PAGE_SIZE), Math.ceil((backingOffset + backingBytes) / PAGE_SIZE)];
  }

  /** Whether what the device has of it goes along where its backing changes. */
  get keepsContent(): boolean {
    return this.coherent;
  }

  /** Whether the device has what the last validation sent it; a refusal takes that back. */
  get isReady(): boolean {
    return true;
  }

  abstract readonly isTracked: boolean;
  abstract addDirtyBytes(start: number, end: number): void;
  /** Makes the resource known to the device. Does nothing where it is. */
  abstract create(): void;
  /** Gives the device the backing, and all its content where it `needsUpload`. Does nothing where it has both. */
  abstract bind(): void;
  /** The device lets go of the backing. Does nothing where it does not have it; cannot fail. */
  abstract unbind(): void;
  /** Starts or ends keeping dirty boxes, as the backing is tracked or not. */
  abstract followTracking(): void;
  /** Sends the updates for everything known to be dirty. Throwing, it has forgotten nothing (rule 7.6). */
  abstract sync(): void;
  abstract readBack(refused: () => void): void;

  /** Takes it from the device and out of its backing. */
  abstract destroy(): void;

  /**
   * Places the resource in a buffer object, keeps it findable there (rule 6.1), and keeps the object. A coherent
   * one becomes a user of the tracker first, so that a refusal leaves everything as it was.
   * @throws as `BufferObject.addTrackerUser`
   */
  attach(backing: BufferObject, offset: number): void {
    if (this.coherent) {
      backing.addTrackerUser();
    }
    this.#enter(backing, offset);
  }

  /** Takes the resource out of its buffer object, and gives back its use of it and of the tracker. Cannot fail. */
  detach(): void {
    this.unbind();
    const backing = this.#leave();
    if (backing === undefined) {
      return;
    }
    if (this.coherent) {
      backing.releaseTrackerUser();
    }
    backing.references.drop();
  }

  /**
   * Lies elsewhere from now on, findable there (C4). Its content is then what is there. Trackers know nothing of
   * it: who moves a coherent resource takes the use of one and gives up that of the other.
   */
  moveTo(backing: BufferObject, offset: number): void {
    const left = this.#leave();
    this.#enter(backing, offset);
    left?.references.drop();
  }

  #enter(backing: BufferObject, offset: number): void {
    backing.references.take();
    this.#backing = backing;
    this.#backingOffset = offset;
    this.#node = backing.resources.insert(offset, offset + this.backingBytes, this);
    if (this.#gpuDirty) {
      backing.countGpuDirty(1);
    }
  }

  #leave(): BufferObject | undefined {
    const backing = this.#backing;
    if (backing !== undefined && this.#node !== undefined) {
      backing.resources.remove(this.#node);
      if (this.#gpuDirty) {
        backing.countGpuDirty(-1);
      }
      backing.resourceLeft(this.#backingOffset);
    }
    this.#node = undefined;
    this.#backing = undefined;
    return backing;
  }

  /** The resources with bytes in a byte range of the same backing, this one included. */
  readonly sharedBy: SharedBy = (start, end) => this.#sharing(start, end);

  *#sharing(start: number, end: number): Generator<BackedResource> {
    for (const node of this.#backing?.resources.overlapping(start, end) ?? []) {
      yield node.value;
    }
  }
}
