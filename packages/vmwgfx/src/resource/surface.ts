import { PAGE_SIZE } from '@cg/pagetable';
import {
  boxBytes,
  boxRows,
  rowsEnd,
  SurfaceLayout,
  type BoxRows,
  type SubresourceBox,
} from '@cg/surface-layout';
import { SVGA3D_INVALID_ID } from '@cg/svga-protocol';
import type { DriverState } from '../driver-state.js';
import {
  emitDefinition,
  hasStreamOutput,
  type SurfaceToDefine,
  type SurfaceTraits,
} from '../device/surface-definition.js';
import { VmwgfxError } from '../errors.js';
import type { BufferObject, BufferReservation } from '../memory/buffer-object.js';
import { EvictionPlace, type Evictable } from '../memory/eviction-order.js';
import { ComparedBoxes, newKeptBoxes, takesShadow, type KeptBoxes } from './kept-boxes.js';
import type { SurfaceMemory } from './shadow.js';
import { WeakRefs, type Named } from './weak-refs.js';
import { Resource } from './resource.js';
import { emitUpdateStep } from './update-command.js';

/** The definition of a surface. */
export interface SurfaceRequest extends SurfaceToDefine {
  readonly coherent: boolean;
}

/** Counters of a surface, kept with or without a listener. */
export interface SurfaceStatistics {
  /** Boxes uploaded. */
  boxes: number;
  bytesUploaded: number;
  readBacks: number;
}

/** A guest-backed surface. */
export class Surface extends Resource implements Evictable, Named {
  readonly layout: SurfaceLayout;
  readonly traits: SurfaceTraits;
  readonly eviction = new EvictionPlace(this);
  readonly namedBy = new WeakRefs();
  readonly statistics: SurfaceStatistics = { boxes: 0, bytesUploaded: 0, readBacks: 0 };
  #id = SVGA3D_INVALID_ID;
  #bound = false;
  /** The device has it bound to its former place; it is bound again before it is used. */
  #isBoundElsewhere = false;
  #dirtyBoxes: KeptBoxes | undefined;
  /** The same, if they are compared with what the device is known to have. */
  readonly #compared: ComparedBoxes | undefined;
  /** The device has refused an update that was not sent again: also one that a submission will write misses that. */
  #lacksUpdate = false;
  /** The device has refused its binding, which was not sent again: loads of what memory has (9.1) miss that. */
  #lacksBinding = false;
  /** Its commands that the device still has come before its destruction there. */
  #isDestroyed = false;

  /** @throws SurfaceLayoutError for an impossible layout */
  constructor(driver: DriverState, request: SurfaceRequest) {
    const layout = layoutOf(request);
    super(driver, layout.backingBytes, request.coherent);
    this.layout = layout;
    this.traits = request.traits;
    if (request.coherent) {
      this.#compared = takesShadow(driver, layout)
        ? new ComparedBoxes(driver, layout, () => this.#place())
        : undefined;
      this.#dirtyBoxes = this.#compared ?? newKeptBoxes(driver, layout);
    }
  }

  /** Where it lies; it has a backing when anything is uploaded or read back. */
  #place(): SurfaceMemory {
    const { frames } = this.backing as BufferObject;
    return { memory: this.driver.memory, frames, firstPage: this.backingOffset / PAGE_SIZE };
  }

  /** Its definition. Not kept: the layout has most of it. */
  get request(): SurfaceRequest {
    const { layout, coherent, traits } = this;
    const { cube = false } = layout.description;
    return { ...layout.description, cube, coherent, traits };
  }

  /** The device's id; SVGA3D_INVALID_ID before `create`. */
  get id(): number {
    return this.#id;
  }

  get stateId(): number {
    return this.#id;
  }

  override get isReady(): boolean {
    const isDirty = !this.gpuDirty && this.#dirtyBoxes?.isEmpty === false;
    const isMissing = this.needsUpload || this.#lacksUpdate;
    if (this.#isDestroyed) {
      return !isMissing && !this.#lacksBinding;
    }
    return this.#id !== SVGA3D_INVALID_ID && this.#bound && !isMissing && !isDirty;
  }

  get isTracked(): boolean {
    return this.#dirtyBoxes !== undefined;
  }

  /** A surface that must be read back, which takes longest, is evicted last. */
  get evictionPriority(): number {
    return this.gpuDirty ? 1 : 0;
  }

  get isReserved(): boolean {
    return this.backing?.isReserved === true;
  }

  /**
   * Takes it from the device; its next use uploads all of it from its backing. Without one it has no content: a
   * submission defined it there, failed, and gave the backing back (1.5).
   */
  evict(): void {
    if (this.backing === undefined) {
      this.#evictFromDevice();
      return;
    }
    this.backing.reserved((held) => {
      if (this.gpuDirty) {
        held.object.readBack(held, [this]);
      }
      this.needsUpload = true;
      this.#evictFromDevice();
    });
  }

  #evictFromDevice(): void {
    const { queue, events, residency } = this.driver;
    residency.epoch++;
    const sid = this.#id;
    this.#takeFromDevice();
    events.tell?.({ kind: 'surface-evicted', sid });
    queue.flush();
  }

  protected override gpuDirtyChanged(): void {
    this.driver.surfacesOnDevice.priorityChanged(this);
  }

  addDirtyBytes(start: number, end: number): void {
    this.driver.residency.epoch++;
    this.#dirtyBoxes?.addRange(start - this.backingOffset, end - this.backingOffset);
  }

  create(): void {
    const { surfaceIds, surfacesOnDevice } = this.driver;
    if (this.#id !== SVGA3D_INVALID_ID) {
      surfacesOnDevice.touch(this);
      return;
    }
    surfacesOnDevice.evictUntil(() => !surfaceIds.isFull);
    const sid = surfaceIds.allocate();
    const forget = (): void => {
      // One that is being destroyed is freed with that.
      if (this.#id === sid) {
        surfaceIds.free(sid);
        this.#id = SVGA3D_INVALID_ID;
        surfacesOnDevice.remove(this);
      }
    };
    try {
      emitDefinition(this.driver.queue, sid, this.request, forget);
    } catch (error) {
      surfaceIds.free(sid);
      throw error;
    }
    this.#id = sid;
    surfacesOnDevice.touch(this);
  }

  bind(): void {
    const { backing } = this;
    if (backing === undefined) {
      throw new VmwgfxError('EINVAL', 'a surface cannot be bound without a backing');
    }
    if (!this.#bound) {
      const wasElsewhere = this.#isBoundElsewhere;
      const forget = (): void => {
        this.driver.residency.epoch++;
        this.#bound = false;
        this.#lacksBinding = true;
        this.#isBoundElsewhere = wasElsewhere;
        // Updates after a refused binding were read from the former place.
        this.needsUpload ||= wasElsewhere && this.isTracked && !this.gpuDirty;
      };
      const mobid = backing.mobId(this.backingOffset / PAGE_SIZE);
      this.driver.queue.emit('BIND_GB_SURFACE', { sid: this.#id, mobid }, forget);
      this.#bound = true;
      this.#lacksBinding = false;
      this.#isBoundElsewhere = false;
    }
    if (this.needsUpload) {
      this.#uploadAll(backing);
    }
  }

  /** The device gets everything, so nothing is dirty any more (rule 6.2). */
  #uploadAll(backing: BufferObject): void {
    const bytes = this.layout.bytes;
    const refused = (): void => {
      this.driver.residency.epoch++;
      this.needsUpload = true;
      this.statistics.bytesUploaded -= bytes;
    };
    this.driver.queue.emit('UPDATE_GB_SURFACE', { sid: this.#id }, refused);
    if (this.#compared !== undefined) {
      const one = { rows: 1, images: 1, rowStride: bytes, imageStride: bytes };
      this.#noteUpload(this.#compared, { offset: 0, rowBytes: bytes, ...one });
    }
    this.needsUpload = false;
    this.#lacksUpdate = false;
    this.statistics.bytesUploaded += bytes;
    this.#dirtyBoxes?.clear();
    backing.tracker?.clear(this, this.sharedBy);
    this.driver.events.tell?.({ kind: 'update-emitted', sid: this.#id, bytes, box: undefined });
  }

  /** The command just emitted uploads rows of it. */
  #noteUpload({ shadow }: ComparedBoxes, rows: BoxRows): void {
    this.driver.queue.noteUpload(shadow.upload(rows, this.#place()));
  }

  unbind(): void {
    if (!this.#bound) {
      return;
    }
    this.#bound = false;
    // What it has may be lost: bound again, it takes what memory has then (9.1).
    this.#compared?.shadow.forget();
    this.driver.queue.emitNoFail('BIND_GB_SURFACE', { sid: this.#id, mobid: SVGA3D_INVALID_ID });
  }

  override moveTo(from: BufferReservation, to: BufferReservation, offset: number): void {
    if (this.coherent) {
      // If the next binding were refused, transfers would still use the former place.
      this.unbind();
      this.needsUpload = true;
    } else {
      // An explicit surface keeps its content on the device, since its program decides what to upload. Unbinding may
      // lose that (9.1), so the surface is bound directly to the new place.
      this.#isBoundElsewhere ||= this.#bound;
      this.#bound = false;
    }
    super.moveTo(from, to, offset);
  }

  followTracking(): void {
    const wanted = this.coherent || this.backing?.tracker !== undefined;
    if (wanted && this.#dirtyBoxes === undefined) {
      this.#dirtyBoxes = newKeptBoxes(this.driver, this.layout);
    } else if (!wanted) {
      this.#dirtyBoxes = undefined;
    }
  }

  sync(): void {
    if (this.#dirtyBoxes === undefined || this.#dirtyBoxes.isEmpty) {
      return;
    }
    this.#lacksUpdate = false;
    const { events } = this.driver;
    const emitUpdate = emitUpdateStep.in(this.driver);
    for (const box of this.#dirtyBoxes.boxes()) {
      emitUpdate(this.driver, this.#id, this.layout, box, () => this.#markDirty(box));
      if (this.#compared !== undefined) {
        this.#noteUpload(this.#compared, boxRows(this.layout, box.subresource, box));
      }
      const bytes = boxBytes(this.layout, box.subresource, box);
      this.statistics.boxes++;
      this.statistics.bytesUploaded += bytes;
      events.tell?.({ kind: 'update-emitted', sid: this.#id, bytes, box });
    }
    this.#dirtyBoxes.clear();
  }

  readBack(refused: () => void): void {
    if (!this.#bound) {
      this.bind();
    }
    this.driver.queue.emit('READBACK_GB_SURFACE', { sid: this.#id }, refused);
    this.statistics.readBacks++;
  }

  protected override deviceWrites(): void {
    this.#compared?.shadow.deviceWrites();
  }

  override noteReadBack(): void {
    const { backing, backingOffset } = this;
    const firstPage = backingOffset / PAGE_SIZE;
    this.#compared?.noteReadBack((page) => backing?.tracker?.dirty.has(firstPage + page) ?? true);
  }

  override retire(): void {
    this.namedBy.tellDestroyed();
    super.retire();
  }

  destroy(held: BufferReservation | undefined): void {
    this.#isDestroyed = true;
    this.#takeFromDevice();
    this.driver.queue.submit();
    if (held !== undefined) {
      this.detach(held);
    }
  }

  /** Destroys it on the device with the next flush. */
  #takeFromDevice(): void {
    const { queue, surfaceIds, surfacesOnDevice } = this.driver;
    const id = this.#id;
    surfacesOnDevice.remove(this);
    this.#compared?.shadow.drop();
    if (id === SVGA3D_INVALID_ID) {
      return;
    }
    this.#id = SVGA3D_INVALID_ID;
    this.namedBy.tellLeftDevice();
    if (this.#bound) {
      queue.emitNoFail('BIND_GB_SURFACE', { sid: id, mobid: SVGA3D_INVALID_ID });
    }
    queue.emitNoFail('DESTROY_GB_SURFACE', { sid: id });
    queue.whenEnded(() => surfaceIds.free(id));
    this.#bound = false;
    this.#isBoundElsewhere = false;
  }

  /** An upload failed: its box is dirty again (rule 1.5). */
  #markDirty(box: SubresourceBox): void {
    const rows = boxRows(this.layout, box.subresource, box);
    this.#lacksUpdate = true;
    this.driver.residency.epoch++;
    this.#dirtyBoxes?.addRange(rows.offset, rowsEnd(rows));
    this.statistics.boxes--;
    this.statistics.bytesUploaded -= boxBytes(this.layout, box.subresource, box);
  }
}

/** From one literal: each spread of a request would make a hidden class of its own, which is collected late. */
function layoutOf(request: SurfaceRequest): SurfaceLayout {
  const { format, width, height, depth, mipLevels, layers, samples, cube, traits } = request;
  const streamOutput = hasStreamOutput(traits);
  return new SurfaceLayout({ format, width, height, depth, mipLevels, layers, samples, cube, streamOutput });
}
