import type { IntervalNode } from '@cg/collections';
import { PAGE_SIZE } from '@cg/pagetable';
import type { DriverState } from '../driver-state.js';
import type { BufferObject, BufferReservation, ResidentResource } from '../memory/buffer-object.js';
import { RefCount } from '../ref-count.js';
import type { BackedResource, SharedBy } from '@cg/dirty-tracking';

/**
 * Something the device knows by an id, whose content lies in a byte range of a buffer object. Handles keep
 * it; the last of them to go destroys it.
 */
export abstract class Resource implements ResidentResource {
  /** Its users. Made with one reference, its maker's. */
  readonly references = new RefCount(() => this.retire());
  /** The backing holds content that the device has never had: binding uploads all of it. */
  needsUpload = false;
  #gpuDirty = false;
  #backing: BufferObject | undefined;
  #backingOffset = 0;
  #node: IntervalNode<ResidentResource> | undefined;
  #isRetired = false;

  constructor(
    readonly driver: DriverState,
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

  /**
   * Takes it from the device and out of its backing; cannot fail.
   * @param held its backing's; none where it has no backing
   */
  abstract destroy(held: BufferReservation | undefined): void;

  /** It has no users left, and is destroyed as soon as its backing can be reserved (rule 8.6). */
  retire(): void {
    const backing = this.#backing;
    if (backing === undefined) {
      this.destroy(undefined);
    } else if (!this.#isRetired) {
      this.#isRetired = true;
      backing.retire(this);
    }
  }

  /**
   * Places the resource in a buffer object, keeps it findable there (rule 6.1), and keeps the object. A coherent
   * one becomes a user of the tracker first, so that a refusal leaves everything as it was.
   * @throws as `BufferObject.addTrackerUser`
   */
  attach(held: BufferReservation, offset: number): void {
    if (this.coherent) {
      held.object.addTrackerUser(held);
    }
    this.#enter(held, offset);
  }

  /** Takes the resource out of its buffer object, and gives back its use of it and of the tracker. Cannot fail. */
  detach(held: BufferReservation): void {
    this.unbind();
    const { object } = held;
    this.#leave(held);
    if (this.coherent) {
      object.releaseTrackerUser(held);
    }
    if (!this.#isRetired) {
      object.references.drop();
    }
  }

  /**
   * Lies elsewhere from now on, findable there (C4). Its content is then what is there. Trackers are
   * not told: the caller that moves a coherent resource takes the use of one and gives up that of the other.
   */
  moveTo(from: BufferReservation, to: BufferReservation, offset: number): void {
    this.#leave(from);
    this.#enter(to, offset);
    from.object.references.drop();
  }

  #enter(held: BufferReservation, offset: number): void {
    const backing = held.object;
    backing.assertHeld(held);
    backing.references.take();
    this.#backing = backing;
    this.#backingOffset = offset;
    this.#node = backing.resources.insert(offset, offset + this.backingBytes, this);
    if (this.#gpuDirty) {
      backing.countGpuDirty(1);
    }
  }

  /** @throws VmwgfxError EINVAL where the reservation is not its backing's */
  #leave(held: BufferReservation): void {
    const backing = this.#backing;
    backing?.assertHeld(held);
    if (backing !== undefined && this.#node !== undefined) {
      backing.resources.remove(this.#node);
      if (this.#gpuDirty) {
        backing.countGpuDirty(-1);
      }
      backing.resourceLeft(this.#backingOffset);
    }
    this.#node = undefined;
    this.#backing = undefined;
  }

  /** The resources with bytes in a byte range of the same backing, this one included. */
  readonly sharedBy: SharedBy = (start, end) => this.#sharing(start, end);

  *#sharing(start: number, end: number): Generator<BackedResource> {
    for (const node of this.#backing?.resources.overlapping(start, end) ?? []) {
      yield node.value;
    }
  }
}
