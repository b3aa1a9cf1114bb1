import { IntervalTree } from '@cg/collections';
import { PAGE_SIZE } from '@cg/pagetable';
import type { BackingPages, DriverState } from '../driver-state.js';
import { isErrno, VmwgfxError } from '../errors.js';
import type { FencedUse } from '../device/fence.js';
import { RefCount, type RefCounted } from '../ref-count.js';
import { ReplaceableStep } from '../replaceable-step.js';
import { DirtyTracker, type BackedResource } from '@cg/dirty-tracking';
import { dirtyAliasedBytes } from './aliased-bytes.js';
import { EvictionPlace, type Evictable } from './eviction-order.js';
import { checkMobPages } from './mob-page-table.js';
import { MobViews } from './mob-views.js';
import { reclaiming } from './reclaiming.js';

export const trackerStep = new ReplaceableStep(DirtyTracker);
export const resourceIndexStep = new ReplaceableStep<new () => IntervalTree<ResidentResource>>(IntervalTree);

/**
 * Proof that its holder has exclusive use of a buffer object: required to change a tracker, a backing, an offset or a
 * place, from before the first page-table entry changes until after the flush (rule 8.4). It keeps the object.
 */
export class BufferReservation {
  /** Only for `BufferObject.reserve`. @param holder the holder of several, if it is one of these */
  constructor(
    readonly object: BufferObject,
    readonly holder?: object,
  ) {}
}

/** A resource as the buffer object behind it sees it. */
export interface ResidentResource extends BackedResource {
  /** Its newest content is on the device (rule 6.2). */
  gpuDirty: boolean;
  /** First and end page of the buffer object that hold any of its bytes. */
  readonly pageRange: [start: number, end: number];
  /** Unbinds the backing on the device. Does nothing if it is not bound; cannot fail. */
  unbind(): void;
  /** Sends the command that reads the content back into the backing, and is waited for. @param refused by the device */
  readBack(refused: () => void): void;
  /** A fault has read it back; no CPU has stored to it since. */
  noteReadBack(): void;
  /** Destroys an unused resource on the device and detaches it from its backing; cannot fail. */
  destroy(held: BufferReservation | undefined): void;
}

/**
 * Pages of guest memory that back resources: the CPU maps them, the device reads and writes them as a MOB. References
 * are held by handles, mappings, resident resources and the reservation; dropping the last frees it (rule 8.6).
 */
export class BufferObject implements BackingPages, Evictable, RefCounted {
  readonly frames: Uint32Array;
  /** Its first page in the device's mapping, where user space maps it from. */
  readonly firstPage: number;
  /** Its references; the first is its maker's. */
  readonly references = new RefCount(this);
  /** The resources in it by byte range; a query finds overlapping ones too (rule 6.1, C2). */
  readonly resources: IntervalTree<ResidentResource>;
  /** The last submission that named it. */
  lastUse: FencedUse | undefined;
  /** Current CPU accesses, during which no submission may name it (the kernel's cpu_writers). */
  cpuWriters = 0;
  /** Coherent resources in it, and submissions about to move one there: the last that goes ends the tracker. */
  trackerUsers = 0;
  /** Its frames are freed. */
  isDestroyed = false;
  readonly eviction = new EvictionPlace(this);
  #tracker: DirtyTracker | undefined;
  readonly #mobs: MobViews;
  #gpuDirtyResources = 0;
  #reservation: BufferReservation | undefined;
  /** Unused resources in it that are yet to be destroyed. They hold no reference to it. */
  #retired: Set<ResidentResource> | undefined;

  /** @throws VmwgfxError ENOMEM for more pages than a MOB can have, PageTableError ENOMEM if too few are free */
  constructor(
    readonly driver: DriverState,
    readonly pageCount: number,
  ) {
    checkMobPages(pageCount);
    const ResourceIndex = resourceIndexStep.in(driver);
    this.resources = new ResourceIndex();
    this.firstPage = driver.fakeOffsets.allocate(this);
    try {
      driver.faults.pass('frames');
      this.frames = reclaiming(driver, () => driver.memory.allocateFrames(pageCount));
    } catch (error) {
      driver.fakeOffsets.free(this);
      throw error;
    }
    this.#mobs = new MobViews(driver, this.frames);
  }

  /** Its size in bytes, whole pages. */
  get bytes(): number {
    return this.pageCount * PAGE_SIZE;
  }

  /** The tracker, while writes to this buffer object are tracked. */
  get tracker(): DirtyTracker | undefined {
    return this.#tracker;
  }

  /**
   * Takes the lock of the tracker, the resources and the placement, for a call that may walk its mappings: neither
   * has to be waited for once something is changed (rule 8.5).
   * @param holder for `heldBy`
   * @throws as `reserveAgain`, PageTableError EDEADLK if a walk would have to wait
   */
  reserve(holder?: object): BufferReservation {
    this.driver.mapping.assertWalkable();
    return this.reserveOnly(holder);
  }

  /**
   * As `reserve`, without the check of the mappings: for a fault handler, which walks none and may run while others
   * do, and for a call that has checked already.
   */
  reserveOnly(holder?: object): BufferReservation {
    const held = new BufferReservation(this, holder);
    this.reserveAgain(held);
    return held;
  }

  /** Makes a reservation of it valid that has ended. @throws VmwgfxError EDEADLK if it is taken */
  reserveAgain(held: BufferReservation): void {
    if (this.#reservation !== undefined) {
      throw new VmwgfxError('EDEADLK', `buffer object at page ${this.firstPage} is reserved already`);
    }
    this.references.take();
    this.#reservation = held;
  }

  /** The reservation, if `holder` has it. */
  heldBy(holder: object): BufferReservation | undefined {
    return this.#reservation?.holder === holder ? this.#reservation : undefined;
  }

  /** Ends a reservation, after destroying what was retired during it; cannot fail. */
  unreserve(held: BufferReservation): void {
    this.assertHeld(held);
    this.#destroyRetired(held);
    this.#reservation = undefined;
    this.references.drop();
  }

  /** Calls `act` with the object reserved. @throws as `reserve` and `act` */
  reserved<Result>(act: (held: BufferReservation) => Result): Result {
    const held = this.reserve();
    try {
      return act(held);
    } finally {
      this.unreserve(held);
    }
  }

  /** @throws VmwgfxError EINVAL for a reservation of another buffer object, or one that has ended */
  assertHeld(held: BufferReservation): void {
    if (held !== this.#reservation) {
      throw new VmwgfxError('EINVAL', `not the reservation of the buffer object at page ${this.firstPage}`);
    }
  }

  /**
   * Drops the reference of an unused resource, and destroys it at once or when the object's reservation ends (rule
   * 8.6). GPU-dirty coherent content is read back first (rule 6.5). If that fails, it is tried again after the
   * next use of the object, and a fault reads it back as of any resource.
   */
  retire(resource: ResidentResource): void {
    this.#retired ??= new Set();
    this.#retired.add(resource);
    this.references.drop();
    if (!this.isDestroyed && this.#reservation === undefined) {
      this.unreserve(this.reserveOnly());
    }
  }

  #destroyRetired(held: BufferReservation): void {
    this.#retired?.forEach((resource) => {
      if (this.#isUpToDate(held, resource)) {
        this.#retired?.delete(resource);
        resource.destroy(held);
      }
    });
  }

  /** Whether a retired resource is not coherent, or memory has its newest content. */
  #isUpToDate(held: BufferReservation, resource: ResidentResource): boolean {
    if (!resource.gpuDirty || !resource.isTracked) {
      return true;
    }
    try {
      this.readBack(held, [resource]);
    } catch (error) {
      if (!isErrno(error)) {
        throw error;
      }
    }
    return !resource.gpuDirty;
  }

  /**
   * Adds a user of the tracker; the first one starts it (rule 5.1).
   * @throws VmwgfxError ENOMEM if its memory is refused, PageTableError ENOMEM if frames for tables are
   * missing; the count is then as before
   */
  addTrackerUser(held: BufferReservation): void {
    this.assertHeld(held);
    const { driver, pageCount } = this;
    if (this.#tracker === undefined) {
      const bytes = DirtyTracker.bytesFor(pageCount);
      driver.faults.pass('tracker-charge');
      driver.account.charge(bytes);
      try {
        this.#unmapGpuDirty(held);
        const memory = driver.trackMemory(this, driver);
        const log = { events: driver.events, object: this.firstPage };
        const Tracker = trackerStep.in(driver);
        this.#tracker = new Tracker(memory, driver.makePolicy(), log);
        driver.residency.epoch++;
      } catch (error) {
        driver.account.refund(bytes);
        throw error;
      }
    }
    this.trackerUsers++;
  }

  /** From the start of tracking on, access to GPU-dirty content faults (rule 1.2). */
  #unmapGpuDirty(held: BufferReservation): void {
    for (const { value: resource } of this.resources.overlapping(0, this.bytes)) {
      if (resource.gpuDirty) {
        this.unmapRange(held, ...resource.pageRange);
      }
    }
  }

  /** Removes a user of the tracker; the last one ends it. */
  releaseTrackerUser(held: BufferReservation): void {
    this.assertHeld(held);
    if (--this.trackerUsers === 0) {
      this.#tracker = undefined;
      this.driver.residency.epoch++;
      this.driver.account.refund(DirtyTracker.bytesFor(this.pageCount));
    }
  }

  /** A command has written bytes of it: dirty for each resource there, as by a store. */
  noteDeviceWrite(held: BufferReservation, start: number, end: number): void {
    this.assertHeld(held);
    this.#tracker?.recordDeviceWrite(Math.floor(start / PAGE_SIZE), Math.ceil(end / PAGE_SIZE));
  }

  /**
   * Reads back GPU-dirty resources in it, in order, and waits once.
   * @throws the error of the first read-back that fails; the content read back before it is usable
   */
  readBack(held: BufferReservation, resources: readonly ResidentResource[]): void {
    try {
      this.#tryToReadBack(held, resources);
    } catch (error) {
      // A refusal from before may show that nothing was written, and memory has the newest content.
      if (!isErrno(error) || resources.some(({ gpuDirty }) => gpuDirty)) {
        throw error;
      }
    }
  }

  #tryToReadBack(held: BufferReservation, resources: readonly ResidentResource[]): void {
    const sent = new Set<ResidentResource>();
    try {
      for (const resource of resources) {
        this.#tracker?.beforeDeviceWrite(...resource.pageRange);
        resource.readBack(() => sent.delete(resource));
        sent.add(resource);
      }
    } finally {
      if (sent.size > 0) {
        this.finishReadBacks(held, sent);
      }
    }
  }

  /** Waits for read-backs. Those that the device refuses have left the set by then, and stay GPU-dirty. */
  finishReadBacks(held: BufferReservation, sent: ReadonlySet<ResidentResource>): void {
    this.assertHeld(held);
    const { queue, events } = this.driver;
    // Without a fence their completion is unknown, and they stay GPU-dirty.
    const fence = queue.emitFenceOrSettle();
    try {
      queue.flush();
    } finally {
      fence.wait();
      for (const resource of sent) {
        this.#tracker?.afterDeviceWrite(...resource.pageRange);
        resource.gpuDirty = false;
        dirtyAliasedBytes(this.resources, resource);
        const { backingOffset: start, backingBytes } = resource;
        events.tell?.({ kind: 'read-back', object: this.firstPage, start, end: start + backingBytes });
      }
    }
  }

  /** Zaps every mapping of a page range and harvests the dirty bits (rule 5.5). */
  unmapRange(held: BufferReservation, start: number, end: number): void {
    this.assertHeld(held);
    this.#tracker?.collectBeforeUnmap(start, end);
    this.driver.mapping.unmapRange(this.firstPage + start, end - start);
  }

  /** Whether the device sees it. */
  get isPlaced(): boolean {
    return this.#mobs.isPlaced;
  }

  get isReserved(): boolean {
    return this.#reservation !== undefined;
  }

  /** An empty one is evicted first; one that must be read back, which takes longest, last. */
  get evictionPriority(): number {
    return this.#gpuDirtyResources > 0 ? 2 : Math.min(this.resources.size, 1);
  }

  /** Counts the GPU-dirty resources in it when one becomes GPU-dirty or clean, and when any is added or removed. */
  countGpuDirty(change: 1 | 0 | -1): void {
    this.#gpuDirtyResources += change;
    this.driver.placed.priorityChanged(this);
  }

  /** Makes it visible to the device. @throws as `MobViews.place` */
  place(): void {
    this.#mobs.place();
    this.driver.placed.touch(this);
  }

  /** Reads its resources back, zaps its mappings and harvests their dirty bits (E2). */
  evict(): void {
    this.reserved((held) => {
      const residents = [...this.resources.overlapping(0, this.bytes)].map(({ value }) => value);
      const dirty = residents.filter(({ gpuDirty }) => gpuDirty);
      this.readBack(held, dirty);
      this.unmapRange(held, 0, this.pageCount);
      residents.forEach((resource) => resource.unbind());
      const { events, queue, residency } = this.driver;
      residency.epoch++;
      if (this.isPlaced) {
        events.tell?.({ kind: 'buffer-evicted', object: this.firstPage });
      }
      this.#leaveDevice();
      queue.flush(); // there is room once the device is done with it
    });
  }

  /**
   * The id of the MOB that begins at a page of it; the first call defines it on the device.
   * @throws as `place`
   */
  mobId(firstPage = 0): number {
    this.place();
    return this.#mobs.id(firstPage);
  }

  /** A resource at an offset was removed: drops the MOB that begins there if no other resource needs it. */
  resourceLeft(offset: number): void {
    if (offset === 0 || offset % PAGE_SIZE !== 0) {
      return;
    }
    for (const { start } of this.resources.overlapping(offset, offset + 1)) {
      if (start === offset) {
        return;
      }
    }
    this.#mobs.drop(offset / PAGE_SIZE);
  }

  /** Removes it from the device; no resource is bound to it. */
  #leaveDevice(): void {
    this.driver.placed.remove(this);
    this.#mobs.destroy();
  }

  /** Destroys it: without references there is no mapping, and no resource but retired ones. */
  unreferenced(): void {
    const { memory, queue, fakeOffsets } = this.driver;
    this.isDestroyed = true;
    if (this.#retired !== undefined) {
      const held = new BufferReservation(this);
      this.#reservation = held;
      this.#retired.forEach((resource) => resource.destroy(held));
      this.#reservation = undefined;
    }
    this.#leaveDevice();
    queue.submit();
    fakeOffsets.free(this);
    queue.whenEnded(() => this.frames.forEach((frame) => memory.freeFrame(frame)));
  }
}
