import type { IntervalTree } from '@cg/collections';
import { LEAF_PAGES, PAGE_SIZE } from '@cg/pagetable';
import { readBackResources } from '../coherency/read-back.js';
import type { BackingPages, DriverContext } from '../context.js';
import { VmwgfxError } from '../errors.js';
import type { Fence } from '../device/fence.js';
import { References } from '../references.js';
import { DirtyTracker } from '../tracking/dirty-tracker.js';
import { NEVER_USED, type Evictable } from './eviction-order.js';
import { evictUntil } from './eviction.js';
import { MAX_MOB_PAGES } from './mob-page-table.js';
import { MobViews } from './mob-views.js';
import type { Residence, ResidentResource } from './resident-resource.js';

/**
 * Pages of guest memory that back resources: the CPU maps them, the device reads and writes them as a MOB.
 * Handles and the resources in it keep it; the last of them to go frees it, and mappings that are left over
 * fault from then on.
 */
export class BufferObject implements BackingPages, Residence, Evictable {
  readonly frames: Uint32Array;
  /** Its first page in the device's mapping, where user space maps it from. */
  readonly firstPage: number;
  /** Whoever uses it. Made with one reference, its maker's. */
  readonly references = new References(() => this.#destroy());
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
  #reserved = false;
  #destroyed = false;

  /** @throws VmwgfxError ENOMEM for more pages than a MOB can have, PageTableError ENOMEM where too few are free */
  constructor(
    readonly context: DriverContext,
    readonly pageCount: number,
  ) {
    if (pageCount > MAX_MOB_PAGES) {
      const bytes = pageCount * PAGE_SIZE;
      throw new VmwgfxError('ENOMEM', `a MOB cannot have ${bytes} bytes`, { bytes });
    }
    this.resources = new context.parts.ResourceIndex();
    this.firstPage = context.fakeOffsets.allocate(this);
    try {
      context.faults.pass('frames');
      this.frames = context.memory.allocateFrames(pageCount);
    } catch (error) {
      context.fakeOffsets.free(this);
      throw error;
    }
    this.#mobs = new MobViews(context, this.frames);
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

  /** Its frames are somebody else's now: a mapping that is left over must not show them. */
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

  /** Takes what guards the tracker, the resources and the placement. @throws VmwgfxError EDEADLK where it is taken */
  reserve(): void {
    if (this.#reserved) {
      throw new VmwgfxError('EDEADLK', `buffer object at page ${this.firstPage} is reserved already`);
    }
    this.#reserved = true;
  }

  unreserve(): void {
    this.#reserved = false;
  }

  /**
   * One more user of the tracker; the first one starts it (rule 5.1). What is mapped by huge entries is split
   * first, with its dirty state (rule 2.8).
   * @throws VmwgfxError ENOMEM where its memory is refused, PageTableError ENOMEM where frames for tables are
   * missing; the count is then as before
   */
  addTrackerUser(): void {
    const { context, pageCount } = this;
    if (this.#tracker === undefined) {
      const bytes = DirtyTracker.bytesFor(pageCount);
      context.faults.pass('tracker-charge');
      context.account.charge(bytes);
      try {
        this.#unmapGpuDirty();
        context.mapping.splitHugeLeaves(this.firstPage, pageCount);
        const memory = context.trackMemory(this, context);
        this.#tracker = new context.parts.DirtyTracker(memory, context.makePolicy());
      } catch (error) {
        context.account.refund(bytes);
        throw error;
      }
    }
    this.#trackerUsers++;
  }

  /** What the device has written is found by a fault from the first tracked moment on (rule 1.2). */
  #unmapGpuDirty(): void {
    for (const { value: resource } of this.resources.overlapping(0, this.bytes)) {
      if (resource.gpuDirty) {
        this.unmapRange(...resource.pageRange);
      }
    }
  }

  /** One user of the tracker less; the last one ends it. */
  releaseTrackerUser(): void {
    if (--this.#trackerUsers === 0) {
      this.#tracker = undefined;
      this.context.account.refund(DirtyTracker.bytesFor(this.pageCount));
    }
  }

  /** The device has written bytes of it by a command: news to each resource there, as a store would be. */
  noteDeviceWrite(start: number, end: number): void {
    this.#tracker?.recordDeviceWrite(Math.floor(start / PAGE_SIZE), Math.ceil(end / PAGE_SIZE));
  }

  /** Removes every mapping of a page range, and keeps what its entries knew (rule 5.5). */
  unmapRange(start: number, end: number): void {
    this.#tracker?.collectBeforeUnmap(start, end);
    this.context.mapping.unmapRange(this.firstPage + start, end - start);
  }

  /** Whether the device sees it. */
  get isPlaced(): boolean {
    return this.#placed;
  }

  /** Whether somebody has it reserved. */
  get isReserved(): boolean {
    return this.#reserved;
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
    const { graphicsMemory, placed, faults } = this.context;
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
    this.reserve();
    try {
      const residents = [...this.resources.overlapping(0, this.bytes)].map(({ value }) => value);
      const dirty = residents.filter(({ gpuDirty }) => gpuDirty);
      readBackResources(this, dirty);
      this.lastFence?.wait();
      this.unmapRange(0, this.pageCount);
      residents.forEach((resource) => resource.unbind());
      this.#leaveDevice();
    } finally {
      this.unreserve();
    }
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

  /** The device sees it no more: no resource is bound to it. @throws VmwgfxError EIO; it is gone all the same */
  #leaveDevice(): void {
    const { placed, graphicsMemory } = this.context;
    if (!this.#placed) {
      return;
    }
    this.#placed = false;
    placed.remove(this);
    graphicsMemory.refund(this.bytes);
    this.#mobs.destroy();
  }

  /** Nobody uses it any more: no resource is in it, and its mappings go first. */
  #destroy(): void {
    const { memory, mapping, fakeOffsets } = this.context;
    // First: a fault that is taken while its entries go must not make new ones.
    this.#destroyed = true;
    mapping.unmapRange(this.firstPage, this.pageCount);
    try {
      this.#leaveDevice();
    } finally {
      fakeOffsets.free(this);
      this.frames.forEach((frame) => memory.freeFrame(frame));
    }
  }
}
