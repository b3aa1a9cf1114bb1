import type { IntervalNode } from '@cg/collections';
import { PAGE_SIZE } from '@cg/pagetable';
import type { DriverState } from '../driver-state.js';
import type { BufferObject, BufferReservation, ResidentResource } from '../memory/buffer-object.js';
import { RefCount, type RefCounted } from '../ref-count.js';
import type { BackedResource, SharedBy } from '@cg/dirty-tracking';

/**
 * An object that the device knows by an id, whose content lies in a byte range of a buffer object. Handles hold
 * references; dropping the last destroys it.
 */
export abstract class Resource implements ResidentResource, RefCounted {
  /** Its references; the first is its maker's. */
  readonly references = new RefCount(this);
  /** The backing holds content that was never uploaded: binding uploads all of it. */
  needsUpload = false;
  #gpuDirty = false;
  /** Submissions that write it and that the device is not done with. */
  #expectedWrites = 0;
  #backing: BufferObject | undefined;
  #backingOffset = 0;
  #node: IntervalNode<ResidentResource> | undefined;
  #isRetired = false;
  /** Made when another resource first lies in the backing, too. */
  #sharedBy: SharedBy | undefined;

  constructor(
    readonly driver: DriverState,
    /** Changes only where the resource itself grows. */
    public backingBytes: number,
    /** Whether the CPU sees it as coherent memory. */
    readonly coherent: boolean,
  ) {}

  /** Its newest content is on the device, or may be: set once a submission writes it (rule 6.2). */
  get gpuDirty(): boolean {
    return this.#gpuDirty || this.#expectedWrites > 0;
  }

  set gpuDirty(dirty: boolean) {
    const before = this.gpuDirty;
    this.#gpuDirty = dirty;
    this.#countGpuDirty(before);
  }

  /** A submission writes it, and has returned before the device is done. */
  expectWrite(): void {
    const before = this.gpuDirty;
    this.#expectedWrites++;
    this.#countGpuDirty(before);
  }

  /** The device is done with a submission that writes it. */
  settleWrite(): void {
    const before = this.gpuDirty;
    this.#expectedWrites--;
    this.#countGpuDirty(before);
  }

  #countGpuDirty(before: boolean): void {
    const { gpuDirty } = this;
    if (gpuDirty !== before) {
      this.driver.residency.epoch++;
      this.#backing?.countGpuDirty(gpuDirty ? 1 : -1);
      if (gpuDirty) {
        this.deviceWrites();
      }
      this.gpuDirtyChanged();
    }
  }

  /** `gpuDirty` has changed. */
  protected gpuDirtyChanged(): void {}

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

  /** Whether the device's content moves along when the backing changes. */
  get keepsContent(): boolean {
    return this.coherent;
  }

  /** Whether the device has what the last validation sent; false after a refusal. */
  get isReady(): boolean {
    return true;
  }

  abstract readonly isTracked: boolean;
  abstract addDirtyBytes(start: number, end: number): void;
  /** Defines the resource on the device. Does nothing if it is defined. */
  abstract create(): void;
  /** Binds the backing, and uploads all content where it `needsUpload`. Does nothing if neither is needed. */
  abstract bind(): void;
  /** Unbinds the backing on the device. Does nothing if it is not bound; cannot fail. */
  abstract unbind(): void;
  /** Starts or stops keeping dirty boxes, depending on whether the backing is tracked. */
  abstract followTracking(): void;
  /** It has become GPU-dirty. */
  protected deviceWrites(): void {}
  /** A fault has read it back: until the CPU stores to it, memory has what the device has, except where it is dirty. */
  noteReadBack(): void {}
  /** Sends the updates for everything dirty. If it throws, nothing is forgotten (rule 7.6). */
  abstract sync(): void;
  abstract readBack(refused: () => void): void;

  /**
   * Destroys it on the device and detaches it from its backing; cannot fail.
   * @param held the reservation of its backing; undefined if it has none
   */
  abstract destroy(held: BufferReservation | undefined): void;

  unreferenced(): void {
    this.retire();
  }

  /** Called without references left; it is destroyed as soon as its backing can be reserved (rule 8.6). */
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
   * Places the resource in a buffer object, adds it to the object's index (rule 6.1), and holds a reference to the
   * object. A coherent one becomes a user of the tracker first, so that a refusal leaves everything as it was.
   * @throws as `BufferObject.addTrackerUser`
   */
  attach(held: BufferReservation, offset: number): void {
    if (this.coherent) {
      held.object.addTrackerUser(held);
    }
    this.#enter(held, offset);
  }

  /** Removes the resource from its buffer object, and drops its use of the object and of the tracker. Cannot fail. */
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
   * Moves the resource to another place, where the index then finds it (C4). Its content is then the content of that
   * place. Trackers are not informed: the caller that moves a coherent resource adds a user to one and releases one
   * of the other.
   */
  moveTo(from: BufferReservation, to: BufferReservation, offset: number): void {
    this.driver.residency.epoch++;
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
    backing.countGpuDirty(this.gpuDirty ? 1 : 0);
  }

  /** @throws VmwgfxError EINVAL if the reservation is not that of its backing */
  #leave(held: BufferReservation): void {
    const backing = this.#backing;
    backing?.assertHeld(held);
    if (backing !== undefined && this.#node !== undefined) {
      backing.resources.remove(this.#node);
      backing.countGpuDirty(this.gpuDirty ? -1 : 0);
      backing.resourceLeft(this.#backingOffset);
    }
    this.#node = undefined;
    this.#backing = undefined;
  }

  /**
   * The resources with bytes in a byte range of the same backing, including this one; undefined if there is no other:
   * a look-up for each dirty range costs as much as the rest of its transfer.
   */
  get sharedBy(): SharedBy | undefined {
    if (this.#backing?.resources.size === 1) {
      return undefined;
    }
    this.#sharedBy ??= (start, end) => this.#sharing(start, end);
    return this.#sharedBy;
  }

  *#sharing(start: number, end: number): Generator<BackedResource> {
    for (const node of this.#backing?.resources.overlapping(start, end) ?? []) {
      yield node.value;
    }
  }
}
