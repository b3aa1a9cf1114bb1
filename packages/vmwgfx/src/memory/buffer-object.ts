import { IntervalTree } from '@cg/collections';
import { LEAF_PAGES, PAGE_SIZE } from '@cg/pagetable';
import { readBackResources } from '../coherency/read-back.js';
import type { BackingPages, DriverState } from '../driver-state.js';
import { isErrno, VmwgfxError } from '../errors.js';
import type { Fence } from '../device/fence.js';
import { RefCount } from '../ref-count.js';
import { ReplaceableStep } from '../replaceable-step.js';
import { DirtyTracker } from '@cg/dirty-tracking';
import { NEVER_USED, type Evictable } from './eviction-order.js';
import { evictUntil } from './eviction.js';
import { MAX_MOB_PAGES } from './mob-page-table.js';
import { MobViews } from './mob-views.js';
import { Reservation } from './reservation.js';
import type { Residence, ResidentResource } from './resident-resource.js';

/** Which pages of a buffer object were written, and which resources are told (rule 5). */
export const trackerStep = new ReplaceableStep(DirtyTracker);
/** The resources of a buffer object by byte range (rule 6.1). */
export const resourceIndexStep = new ReplaceableStep<new () => IntervalTree<ResidentResource>>(IntervalTree);

/** A buffer object that its holder has to itself. */
export type BufferReservation = Reservation<BufferObject>;

/**
 * Pages of guest memory that back resources: the CPU maps them, the device reads and writes them as a MOB.
 * Handles, mappings, the resources in it and its reservation keep it; the last of them to go frees it (rule 8.6).
 */
export class BufferObject implements BackingPages, Residence, Evictable {
  readonly frames: Uint32Array;
  /** Its first page in the device's mapping, where user space maps it from. */
  readonly firstPage: number;
  /** Whoever uses it. Made with one reference, its maker's. */
  readonly references = new RefCount(() => this.#destroy());
  /** The resources in it by byte range; overlapping ones are all found (rule 6.1, C2). */
  readonly resources: IntervalTree<ResidentResource>;
  /** Behind the last submission that named it. */
  lastFence: Fence | undefined;
  /** Who uses it with the CPU and wants no submission to name it (the kernel's cpu_writers). */
  cpuWriters = 0;
  lastUse = NEVER_USED;
  #tracker: DirtyTracker | undefined;
  #trackerUsers = 0;
  readonly #mobs: MobViews;
  #gpuDirtyResources = 0;
  #placed = false;
  #reservation: BufferReservation | undefined;
  /** Resources in it that nobody uses and that are still to go. They do not keep it. */
  #retired: Set<ResidentResource> | undefined;
  #destroyed = false;

  /** @throws VmwgfxError ENOMEM for more pages than a MOB can have, PageTableError ENOMEM where too few are free */
  constructor(
    readonly driver: DriverState,
    readonly pageCount: number,
  ) {
    if (pageCount > MAX_MOB_PAGES) {
      const bytes = pageCount * PAGE_SIZE;
      throw new VmwgfxError('ENOMEM', `a MOB cannot have ${bytes} bytes`, { bytes });
    }
    const ResourceIndex = resourceIndexStep.in(driver);
    this.resources = new ResourceIndex();
    this.firstPage = driver.fakeOffsets.allocate(this);
    try {
      driver.faults.pass('frames');
      this.frames = driver.memory.allocateFrames(pageCount);
    } catch (error) {
      driver.fakeOffsets.free(this);
      throw error;
    }
    this.#mobs = new MobViews(driver, this.frames);
  }

  /** Bytes of it, whole pages. */
  get bytes(): number {
    return this.pageCount * PAGE_SIZE;
  }

  /** The tracker, where somebody wants the writes to this buffer object found. */
  get tracker(): DirtyTracker | undefined {
    return this.#tracker;
  }

  /** How many use the tracker. */
  get trackerUsers(): number {
    return this.#trackerUsers;
  }

  /** Its frames are somebody else's now. */
  get isDestroyed(): boolean {
    return this.#destroyed;
  }

  /** Whether the pages from `page` on lie in memory as a huge leaf of `level` maps them. */
  isHugePage(page: number, level: number): boolean {
    const { frames } = this;
    const first = frames[page];
    for (let i = 1; i < LEAF_PAGES[level]; i++) {
      if (frames[page + i] !== first + i) {
        return false;
      }
    }
    return first % LEAF_PAGES[level] === 0;
  }

  /**
   * Takes what guards the tracker, the resources and the placement, for a call that may walk its mappings: neither has
   * to be waited for once something is changed (rule 8.5).
   * @throws VmwgfxError EDEADLK where it is taken, PageTableError EDEADLK where a walk would have to wait
   */
  reserve(): BufferReservation {
    this.driver.mapping.assertWalkable();
    return this.reserveOnly();
  }

  /**
   * The same without a look at the mappings: for a fault handler, which walks none and may come while others do, and
   * for a call that has looked already.
   * @throws VmwgfxError EDEADLK where it is taken
   */
  reserveOnly(): BufferReservation {
    if (this.#reservation !== undefined) {
      throw new VmwgfxError('EDEADLK', `buffer object at page ${this.firstPage} is reserved already`);
    }
    this.references.take();
    this.#reservation = new Reservation<BufferObject>(this);
    return this.#reservation;
  }

  /** Ends a reservation. What was retired meanwhile goes first; cannot fail. */
  unreserve(held: BufferReservation): void {
    this.assertHeld(held);
    this.#destroyRetired(held);
    this.#reservation = undefined;
    this.references.drop();
  }

  /** Does something with it reserved. @throws as `reserve`, and what that throws */
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
   * A resource in it is used by nobody any more, and gives up its reference: it goes at once, or when whoever has the
   * object reserved is done (rule 8.6). What only the device has of it comes back first, where that is coherent
   * memory which somebody may still look at (rule 6.5). Where that fails now, it is tried again after the next use of
   * the object, and a fault brings it back as of any resource.
   */
  retire(resource: ResidentResource): void {
    this.#retired ??= new Set();
    this.#retired.add(resource);
    this.references.drop();
    if (!this.#destroyed && this.#reservation === undefined) {
      this.unreserve(this.reserveOnly());
    }
  }

  #destroyRetired(held: BufferReservation): void {
    if (this.#retired === undefined || this.#retired.size === 0) {
      return;
    }
    for (const resource of this.#retired) {
      if (this.#isUpToDate(held, resource)) {
        this.#retired.delete(resource);
        resource.destroy(held);
      }
    }
  }

  /** Whether memory has what the device had of a retired resource, or nobody minds. */
  #isUpToDate(held: BufferReservation, resource: ResidentResource): boolean {
    if (!resource.gpuDirty || !resource.isTracked) {
      return true;
    }
    try {
      readBackResources(held, [resource]);
    } catch (error) {
      if (!isErrno(error)) {
        throw error;
      }
    }
    return !resource.gpuDirty;
  }

  /**
   * One more user of the tracker; the first one starts it (rule 5.1).
   * @throws VmwgfxError ENOMEM where its memory is refused, PageTableError ENOMEM where frames for tables are
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
      } catch (error) {
        driver.account.refund(bytes);
        throw error;
      }
    }
    this.#trackerUsers++;
  }

  /** What the device has written is found by a fault from the first tracked moment on (rule 1.2). */
  #unmapGpuDirty(held: BufferReservation): void {
    for (const { value: resource } of this.resources.overlapping(0, this.bytes)) {
      if (resource.gpuDirty) {
        this.unmapRange(held, ...resource.pageRange);
      }
    }
  }

  /** One user of the tracker less; the last one ends it. */
  releaseTrackerUser(held: BufferReservation): void {
    this.assertHeld(held);
    if (--this.#trackerUsers === 0) {
      this.#tracker = undefined;
      this.driver.account.refund(DirtyTracker.bytesFor(this.pageCount));
    }
  }

  /** The device has written bytes of it by a command: news to each resource there, as a store would be. */
  noteDeviceWrite(held: BufferReservation, start: number, end: number): void {
    this.assertHeld(held);
    this.#tracker?.recordDeviceWrite(Math.floor(start / PAGE_SIZE), Math.ceil(end / PAGE_SIZE));
  }

  /** Removes every mapping of a page range, and keeps what its entries knew (rule 5.5). */
  unmapRange(held: BufferReservation, start: number, end: number): void {
    this.assertHeld(held);
    this.#tracker?.collectBeforeUnmap(start, end);
    this.driver.mapping.unmapRange(this.firstPage + start, end - start);
  }

  /** Whether the device sees it. */
  get isPlaced(): boolean {
    return this.#placed;
  }

  /** Whether somebody has it reserved. */
  get isReserved(): boolean {
    return this.#reservation !== undefined;
  }

  /** What holds nothing goes first; what would have to be read back, which takes longest, goes last. */
  get evictionPriority(): number {
    return this.#gpuDirtyResources > 0 ? 2 : Math.min(this.resources.size, 1);
  }

  /** A resource in it became GPU-dirty, or clean, or came or went as one that is. */
  countGpuDirty(change: 1 | -1): void {
    this.#gpuDirtyResources += change;
  }

  /**
   * Lets the device see it, where it does not; others may have to go.
   * @throws VmwgfxError ENOMEM where not enough of them can, EIO where one of them cannot be read back
   */
  place(): void {
    const { graphicsMemory, placed, faults } = this.driver;
    if (!this.#placed) {
      faults.pass('graphics-charge');
      evictUntil(() => graphicsMemory.left >= this.bytes, placed);
      graphicsMemory.charge(this.bytes);
      this.#placed = true;
    }
    placed.touch(this);
  }

  /** Its mappings go, as with every move, and what their entries knew is kept (E2). */
  evict(): void {
    this.reserved((held) => {
      const residents = [...this.resources.overlapping(0, this.bytes)].map(({ value }) => value);
      const dirty = residents.filter(({ gpuDirty }) => gpuDirty);
      readBackResources(held, dirty);
      this.lastFence?.wait();
      this.unmapRange(held, 0, this.pageCount);
      residents.forEach((resource) => resource.unbind());
      const { events, queue } = this.driver;
      if (this.#placed) {
        events.tell?.({ kind: 'buffer-evicted', object: this.firstPage });
      }
      this.#leaveDevice(() => queue.flush());
    });
  }

  /**
   * The id of the MOB that begins at a page of it; the first call makes that known to the device.
   * @throws as `place`
   */
  mobId(firstPage = 0): number {
    this.place();
    return this.#mobs.id(firstPage);
  }

  /** A resource that began at a byte of it is gone: the device needs a MOB from there only for others that do. */
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

  /** The device sees it no more: no resource is bound to it. @throws what `flush` throws; it is gone all the same */
  #leaveDevice(flush: () => void): void {
    const { placed, graphicsMemory } = this.driver;
    if (!this.#placed) {
      return;
    }
    this.#placed = false;
    placed.remove(this);
    graphicsMemory.refund(this.bytes);
    this.#mobs.destroy(flush);
  }

  /** Nobody uses it any more: nothing maps it, and no resource is in it but retired ones. */
  #destroy(): void {
    const { memory, queue, fakeOffsets } = this.driver;
    this.#destroyed = true;
    if (this.#retired !== undefined) {
      const held = new Reservation<BufferObject>(this);
      this.#reservation = held;
      this.#retired.forEach((resource) => resource.destroy(held));
      this.#reservation = undefined;
    }
    this.#leaveDevice(() => queue.settle());
    fakeOffsets.free(this);
    this.frames.forEach((frame) => memory.freeFrame(frame));
  }
}
