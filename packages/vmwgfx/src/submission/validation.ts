import { PAGE_SIZE, pagesFor } from '@cg/pagetable';
import { cleanResourcesStep } from '../coherency/read-back.js';
import type { Fence } from '../device/fence.js';
import { VmwgfxError } from '../errors.js';
import { BufferObject, type BufferReservation } from '../memory/buffer-object.js';
import type { Resource } from '../resource/resource.js';
import type { Residency } from '../residency.js';
import { Journal } from './journal.js';
import { checkNotAccessed, Reservations } from './reservations.js';
import type { PreemptionPoint } from '../preemption-points.js';
import { ReplaceableStep } from '../replaceable-step.js';

/** A place in a buffer object. */
export interface Place {
  readonly object: BufferObject;
  readonly offset: number;
}

/** The end of a file's last submission, as the next one finds it if there was no event meanwhile. */
export interface Settled {
  /** `Residency.epoch`; a submission that uploads stores, and nothing else, takes it along. */
  epoch: number;
  /** Of its buffer objects: the next one takes them again. */
  readonly reservations: Reservations;
  /** The numbers of the commands that are sent; the others are the driver's. */
  readonly sent: readonly number[];
  /** `EvictionOrder.changes` of buffer objects and surfaces: with an equal number they are the newest in that order. */
  uses: number;
}

/** A submission's requirements of a resource. */
export interface Wanted {
  readonly written: boolean;
  readonly switchTo: Place | undefined;
}

/** The requirements of most resources: shared, since a submission may name thousands. */
const READ: Wanted = { written: false, switchTo: undefined };
const WRITTEN: Wanted = { written: true, switchTo: undefined };

/** Those of a settled submission, which has them in its stream: nothing is added to them. */
const NO_RESOURCES = new Map<Resource, Wanted>();
const NO_OBJECTS = new Set<BufferObject>();

/**
 * Everything a submission touches, made ready for the device as one transaction (rule 6.2): buffer objects reserved
 * and scanned, resources created, bound and up to date. After `validate`, even if that throws, comes `commit` or
 * `backOff`; in between its set does not change.
 */
export class Validation {
  /** Referenced until the end: another thread may close them meanwhile. */
  #resources = NO_RESOURCES;
  /** Each buffer object once, however often it is named. */
  #objects = NO_OBJECTS;
  readonly #ranges: { object: BufferObject; start: number; end: number }[] = [];
  #reservations = new Reservations();
  readonly journal = new Journal();
  #isScanned = false;
  /** All of them are known to be ready; in place of `#resources`. */
  #settled: readonly Resource[] | undefined;

  /** The reservations held until the end; some may be taken during preparation. */
  get reservations(): Reservations {
    return this.#reservations;
  }

  /** Adds a resource that a command reads, or writes. */
  add(resource: Resource, written: boolean): void {
    const wanted = this.#resources.get(resource);
    if (wanted === undefined) {
      resource.references.take();
      if (this.#resources === NO_RESOURCES) {
        this.#resources = new Map();
      }
      this.#resources.set(resource, written ? WRITTEN : READ);
    } else if (written && !wanted.written) {
      this.#resources.set(resource, wanted.switchTo === undefined ? WRITTEN : { ...wanted, written });
    }
  }

  /** Adds a buffer object that a command names. */
  addBuffer(object: BufferObject): void {
    if (!this.#objects.has(object)) {
      object.references.take();
      if (this.#objects === NO_OBJECTS) {
        this.#objects = new Set();
      }
      this.#objects.add(object);
    }
  }

  /** Adds bytes of a buffer object that the device accesses directly and that have to be up to date. */
  useRange(object: BufferObject, start: number, end: number): void {
    this.addBuffer(object);
    this.#ranges.push({ object, start, end });
  }

  /** Adds a resource that this submission moves to another place; of several places the last counts. */
  switchBacking(resource: Resource, object: BufferObject, offset: number): void {
    this.addBuffer(object);
    this.add(resource, false);
    const written = this.#resources.get(resource)?.written === true;
    this.#resources.set(resource, { written, switchTo: { object, offset } });
  }

  /**
   * Reserves, scans and uploads, for a submission whose resources are known to be ready but for stores by the CPU.
   * @param settled follows the epoch where nothing but these stores advances it
   * @returns false if there was another event meanwhile: all is then added and validated, without another scan
   * @throws as `validate`
   */
  validateAgain(settled: Settled, resources: readonly Resource[]): boolean {
    const { reservations } = settled;
    reservations.takeAgain();
    this.#reservations = reservations;
    this.#scan();
    const { all } = reservations;
    const residency = all.at(0)?.object.driver.residency;
    if (residency !== undefined && residency.epoch !== settled.epoch) {
      return false;
    }
    this.#settled = resources;
    if (residency !== undefined && all.some(({ object }) => isDirty(object))) {
      this.#uploadStores(settled, residency);
    }
    return true;
  }

  /** Every store is transferred before the first upload: an alias may have been looked at already. */
  #uploadStores(settled: Settled, residency: Residency): void {
    const resources = this.#settled ?? [];
    for (const resource of resources) {
      const { backing } = resource;
      if (backing?.tracker !== undefined && !resource.gpuDirty && isDirty(backing)) {
        backing.tracker.transfer(resource, resource.sharedBy);
      }
    }
    const { epoch } = residency;
    for (const resource of resources) {
      if (!resource.gpuDirty) {
        resource.sync();
      }
    }
    // If it throws, or the device refuses something, the epoch is a later one.
    settled.epoch = residency.epoch === epoch ? epoch : settled.epoch;
  }

  /**
   * Reserves, scans, transfers and syncs. Everything is reserved before anything changes, so that a submission that
   * would have to wait has done nothing (rule 8.5). Scanning comes before any transfer, with everything reserved
   * throughout: otherwise bits would be cleared while entries are still writable (rule 5.5, B11).
   * @throws the error of the failing step; what was dirty is still dirty (rule 1.5)
   */
  validate(): void {
    for (const { backing } of this.#resources.keys()) {
      if (backing !== undefined) {
        this.addBuffer(backing);
      }
    }
    this.#reserveAll();
    for (const resource of this.#resources.keys()) {
      if (resource.backing === undefined) {
        this.#allocateBacking(resource);
      }
    }
    for (const { object } of this.reservations.all) {
      this.place(object);
    }
    this.takeTrackerUsers(this.#switchedTo());
    if (!this.#isScanned) {
      this.#scan();
    }
    const first = this.reservations.all.at(0)?.object;
    const epoch = first?.driver.residency.epoch;
    this.validateAll();
    this.#readBackRanges();
    // Dirty bytes, of aliases too, and read-backs advance the epoch.
    if (epoch !== first?.driver.residency.epoch) {
      this.#syncAliases();
    }
  }

  #scan(): void {
    this.#isScanned = true;
    this.scanAll();
    const first = this.reservations.all.at(0)?.object;
    first?.driver.memory.preemption.reach('submit: between scan and transfer' satisfies PreemptionPoint);
  }

  #readBackRanges(): void {
    for (const { object, start, end } of this.#ranges) {
      const cleanResources = cleanResourcesStep.in(object.driver);
      cleanResources(this.reservations.of(object), Math.floor(start / PAGE_SIZE), Math.ceil(end / PAGE_SIZE));
    }
  }

  /**
   * What a read-back brought, or a CPU stored before a later resource was unmapped, is dirty for aliases that are in
   * sync already.
   */
  #syncAliases(): void {
    for (const resource of this.#resources.keys()) {
      if (!resource.gpuDirty) {
        resource.sync();
      }
    }
  }

  /**
   * Checks that the device took what validation sent. Another thread may have flushed the queue meanwhile and
   * received the refusal in place of this submission.
   * @throws VmwgfxError EIO
   */
  checkReady(): void {
    if (!this.isReady) {
      throw new VmwgfxError('EIO', 'the device refused what a resource of the submission needs');
    }
  }

  /** Whether the device has what validation sent, or is about to get it. */
  get isReady(): boolean {
    return areReady(this.#settled ?? this.#resources.keys());
  }

  /**
   * `isReady` for the time after `commit`. A resource may be retired or destroyed then: what it lacks, the commands
   * still miss.
   */
  readiness(): () => boolean {
    const resources = this.#settled ?? [...this.#resources.keys()];
    return () => areReady(resources);
  }

  /** Ends the submission in its validated state, with a fence after it if there is one. */
  commit(fence?: Fence): void {
    this.journal.accept();
    this.#end(fence);
  }

  /** Ends it with every backing, place and tracker as before (rule 1.5, C5). What was dirty stays dirty. */
  backOff(): void {
    this.journal.undo();
    this.#end();
  }

  #end(fence?: Fence): void {
    this.reservations.release(fence);
    this.#objects.forEach(({ references }) => references.drop());
    this.#objects = NO_OBJECTS;
    this.#resources.forEach((_, { references }) => references.drop());
    this.#resources = NO_RESOURCES;
  }

  #allocateBacking(resource: Resource): void {
    const object = new BufferObject(resource.driver, pagesFor(resource.backingBytes));
    this.addBuffer(object);
    object.references.drop();
    const held = this.reservations.take(object);
    resource.attach(held, 0);
    this.journal.note(() => resource.detach(held));
  }

  /** In the order of their offsets, not of the commands, so that two submissions cannot deadlock. */
  #reserveAll(): void {
    const objects = [...this.#objects];
    objects.sort((a, b) => a.firstPage - b.firstPage);
    for (const object of objects) {
      this.#reserve(object);
    }
  }

  #reserve(object: BufferObject): void {
    this.reservations.take(object);
    checkNotAccessed(object);
  }

  /** The buffer objects that coherent resources switch to, one entry per resource. */
  #switchedTo(): BufferReservation[] {
    const objects: BufferReservation[] = [];
    for (const [resource, { switchTo }] of this.#resources) {
      if (switchTo !== undefined && resource.coherent) {
        objects.push(this.reservations.of(switchTo.object));
      }
    }
    return objects;
  }

  /** Makes a buffer object visible to the device. */
  protected place(object: BufferObject): void {
    object.place();
  }

  /**
   * Takes the tracker uses for switches while that may fail; a failure returns those taken, and no others (6.3, C5).
   */
  protected takeTrackerUsers(objects: readonly BufferReservation[]): void {
    for (const held of objects) {
      held.object.addTrackerUser(held);
      this.journal.note(() => held.object.releaseTrackerUser(held));
    }
  }

  protected scanAll(): void {
    for (const { object } of this.reservations.all) {
      object.tracker?.scan();
    }
  }

  protected validateAll(): void {
    for (const [resource, wanted] of this.#resources) {
      this.validateResource(resource, wanted);
    }
  }

  /**
   * The order is rule 6.2's (C8): nothing is uploaded to an unbound resource, and nothing the device writes stays
   * mapped.
   */
  protected validateResource(resource: Resource, { written, switchTo }: Wanted): void {
    resource.create();
    if (switchTo !== undefined) {
      this.switchPlace(resource, switchTo);
    }
    resource.bind();
    resource.followTracking();
    const { backing } = resource;
    const tracker = backing?.tracker;
    if (backing === undefined || tracker === undefined) {
      return;
    }
    if (written && !resource.gpuDirty) {
      backing.unmapRange(this.reservations.of(backing), ...resource.pageRange);
    }
    // Pages of a GPU-dirty resource are unmapped: no CPU can have stored to them, and an upload would overwrite what
    // the device wrote (rule 1.4).
    if (!resource.gpuDirty) {
      tracker.transfer(resource, resource.sharedBy);
      resource.sync();
    }
  }

  /** Reads GPU-dirty coherent content back into the old place; the resource's content is then the new place's. */
  protected switchPlace(resource: Resource, { object, offset }: Place): void {
    const { backing: old, backingOffset: oldOffset } = resource;
    if (old === undefined || (old === object && oldOffset === offset)) {
      this.#leaveTracker(resource, object);
      return;
    }
    const from = this.reservations.of(old);
    const to = this.reservations.of(object);
    if (resource.keepsContent && resource.gpuDirty) {
      old.readBack(from, [resource]);
    }
    resource.moveTo(from, to, offset);
    if (resource.gpuDirty) {
      object.unmapRange(to, ...resource.pageRange);
    }
    this.journal.note(() => resource.moveTo(to, from, oldOffset));
    this.#leaveTracker(resource, old);
  }

  /** After success, releases the surplus tracker use of a coherent resource. */
  #leaveTracker(resource: Resource, object: BufferObject): void {
    if (resource.coherent) {
      this.journal.note(undefined, () => object.releaseTrackerUser(this.reservations.of(object)));
    }
  }
}

/** Whether it has stores that its resources have yet to get. */
function isDirty({ tracker }: BufferObject): boolean {
  return tracker !== undefined && !tracker.dirty.isEmpty;
}

function areReady(resources: Iterable<Resource>): boolean {
  for (const { isReady } of resources) {
    if (!isReady) {
      return false;
    }
  }
  return true;
}

export const validationStep = new ReplaceableStep(Validation);

/** A new buffer object for a resource, which holds its only reference. If it throws, nothing stays allocated. */
export function allocateBacking(resource: Resource): BufferObject {
  const object = new BufferObject(resource.driver, pagesFor(resource.backingBytes));
  try {
    object.reserved((held) => resource.attach(held, 0));
  } finally {
    object.references.drop();
  }
  return object;
}
