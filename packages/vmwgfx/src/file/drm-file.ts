import {
  PAGE_SIZE,
  pagesFor,
  VM_MAYREAD,
  VM_MAYWRITE,
  VM_PFNMAP,
  VM_READ,
  VM_SHARED,
  VM_WRITE,
  type AddressSpace,
  type Vma,
} from '@cg/pagetable';
import type { DriverState } from '../driver-state.js';
import { vmaOperationsStep } from '../coherency/fault-handlers.js';
import { VmwgfxError } from '../errors.js';
import { BufferObject } from '../memory/buffer-object.js';
import type { SurfaceStatistics } from '../resource/surface.js';
import type { Fence } from '../device/fence.js';
import { submit } from '../submission/submit.js';
import { allocateBacking, validationStep } from '../submission/validation.js';
import type { TrackerStatistics, TrackingMethod } from '@cg/dirty-tracking';
import { CpuAccess, type CpuAccessRequest } from './cpu-access.js';
import { HandleTable } from './handle-table.js';
import { describeObject, type DeviceDescription, type ObjectDescription } from './descriptions.js';
import { makeContext, makeShader, type NewContext, type NewShader } from './new-context.js';
import { makeSurface, type NewSurface } from './new-surface.js';
import { SharedObject } from './shared-object.js';

/** What a created surface is to its user. */
export interface SurfaceHandle {
  readonly handle: number;
  /** Bytes of its backing; a mapping is this many, rounded up to pages. */
  readonly bytes: number;
}

/** What a created buffer object is to its user. */
export interface BufferHandle {
  readonly handle: number;
  /** Bytes of it: what was asked for, rounded up to pages. */
  readonly bytes: number;
  /** Where it begins in the device's mapping, in bytes: what `mmap` takes. */
  readonly mapOffset: number;
}

/** A part of the device's mapping to map. */
export interface MapRequest {
  readonly addressSpace: AddressSpace;
  /** Byte of the device's mapping, a multiple of 4096. */
  readonly offset: number;
  /** Bytes, a multiple of 4096; all in one buffer object. */
  readonly length: number;
}

/** How commands are to be taken. */
export interface SubmitOptions {
  /** Handle of the DX context that they are for (`context_handle` of drm_vmw_execbuf_arg). */
  readonly context?: number;
}

/** What tracking and uploading a surface took so far. */
export interface TrackingStatistics extends SurfaceStatistics, TrackerStatistics {
  readonly method: TrackingMethod | undefined;
  /** Page-table entries that tracking looked at. */
  readonly entriesScanned: number;
}

/** One open file of the device: what a process can ask of the driver. */
export class DrmFile {
  readonly #handles = new HandleTable();
  readonly #cpuAccesses = new Set<CpuAccess>();

  constructor(readonly driver: DriverState) {}

  /** What the device can do, and what of it the driver takes. */
  get device(): DeviceDescription {
    const { device, limits, graphicsMemory } = this.driver;
    return { ...device, ...limits, graphicsMemoryBytes: graphicsMemory.limit };
  }

  /**
   * Creates a buffer object, of zeros.
   * @throws VmwgfxError EINVAL for a size that is none; ENOMEM, PageTableError ENOMEM
   */
  createBuffer(bytes: number): BufferHandle {
    if (!Number.isSafeInteger(bytes) || bytes < 1) {
      throw new VmwgfxError('EINVAL', `a buffer object cannot have ${bytes} bytes`, { bytes });
    }
    return this.buffer(this.#handles.adopt(new BufferObject(this.driver, pagesFor(bytes))));
  }

  /**
   * Creates a surface. A coherent one gets its backing, and the tracking of it, at once.
   * @throws SurfaceLayoutError for a surface that cannot be, VmwgfxError EINVAL for one that this device does not
   * take or that does not fit into the backing; ENOENT; PageTableError or VmwgfxError ENOMEM
   */
  createSurface(wanted: NewSurface): SurfaceHandle {
    const { backing } = wanted;
    const given =
      backing === undefined
        ? undefined
        : { object: this.#handles.buffer(backing.buffer), offset: backing.offset ?? 0 };
    const surface = makeSurface(this.driver, wanted, given);
    return { handle: this.#handles.adopt(surface), bytes: surface.backingBytes };
  }

  /**
   * Creates a context: one for commands that name it in their `cid`, or one for submissions to name
   * (`SubmitOptions.context`). The device hears of it with its first use. No other file can have it.
   * @throws VmwgfxError EINVAL for a DX context where the device has none
   */
  createContext({ kind }: NewContext): number {
    return this.#handles.adopt(makeContext(this.driver, kind));
  }

  /**
   * Creates a shader of contexts without DX from bytecode in a buffer object, which the shader keeps. No other
   * file can have it.
   * @returns the handle, which `shid` in commands names
   * @throws VmwgfxError ENOENT; EINVAL for a type or size that is none, or a place outside the buffer object
   */
  createShader(wanted: NewShader): number {
    const { buffer } = wanted;
    const object = buffer === undefined ? undefined : this.#handles.buffer(buffer);
    return this.#handles.adopt(makeShader(this.driver, wanted, object));
  }

  /**
   * A new handle of the buffer object that a surface lies in, which gets one where it has none: to map it, or to put
   * other surfaces into it. To be closed by itself.
   * @throws VmwgfxError ENOENT, EINVAL, ENOMEM; PageTableError ENOMEM
   */
  backingOf(handle: number): BufferHandle {
    const surface = this.#handles.surface(handle);
    return this.buffer(this.#handles.add(surface.backing ?? allocateBacking(surface)));
  }

  /**
   * Maps a surface's part of its backing, shared and writable. A coherent surface needs no more; for any other the
   * program says what it has written and what it wants to see: UPDATE_GB_IMAGE, READBACK_GB_IMAGE and their kin.
   * @throws VmwgfxError ENOENT, EINVAL, ENOMEM; PageTableError as AddressSpace.map
   */
  mapSurface(handle: number, addressSpace: AddressSpace): Vma {
    const surface = this.#handles.surface(handle);
    const object = surface.backing ?? allocateBacking(surface);
    const [start, end] = surface.pageRange;
    return this.#map(object, addressSpace, start, end - start);
  }

  /** Maps a whole buffer object, shared and writable. @throws as `mmap` */
  mapBuffer(handle: number, addressSpace: AddressSpace): Vma {
    const object = this.#handles.buffer(handle);
    return this.#map(object, addressSpace, 0, object.pageCount);
  }

  /**
   * Maps a part of the device's mapping, as mmap of the device file does.
   * @throws VmwgfxError EINVAL where no buffer object is there or the range leaves it, EACCES where this file has no
   * handle of it or of a surface in it; PageTableError as AddressSpace.map
   */
  mmap({ addressSpace, offset, length }: MapRequest): Vma {
    const page = offset / PAGE_SIZE;
    const pages = length / PAGE_SIZE;
    const found = Number.isSafeInteger(page) ? this.driver.fakeOffsets.find(page) : undefined;
    if (!(found instanceof BufferObject) || !Number.isInteger(pages) || pages < 1) {
      throw new VmwgfxError('EINVAL', `nothing to map at ${offset}`, { offset, bytes: length });
    }
    const start = page - found.firstPage;
    if (start + pages > found.pageCount) {
      throw new VmwgfxError('EINVAL', `${length} bytes from ${offset} leave the buffer object`, {
        offset,
        bytes: length,
      });
    }
    if (!this.#handles.mayMap(found)) {
      throw new VmwgfxError('EACCES', `what lies at ${offset} is not this file's`, { offset });
    }
    return this.#map(found, addressSpace, start, pages);
  }

  /**
   * Waits until the device is done with a buffer object, and keeps submissions from naming it (EBUSY) until what is
   * returned is released, or the file closed: the synccpu of programs without coherent memory.
   * @throws VmwgfxError ENOENT, EINVAL; EBUSY where it is not to wait; EIO
   */
  syncCpu(handle: number, request: CpuAccessRequest = {}): CpuAccess {
    const access = new CpuAccess(this.#handles.buffer(handle), request, (done) => {
      this.#cpuAccesses.delete(done);
    });
    this.#cpuAccesses.add(access);
    return access;
  }

  /** Offers a buffer object or surface to other files. @throws VmwgfxError ENOENT; EINVAL for contexts and shaders */
  share(handle: number): SharedObject {
    return new SharedObject(this.#handles.export(handle));
  }

  /**
   * A handle of what another file shares: the one it has already, where it has one. Of a surface it counts once
   * more; of a buffer object that the file has exported or opened before it does not.
   * @throws VmwgfxError ENOENT, EINVAL for an object of another device
   */
  open({ object }: SharedObject): number {
    if (object.driver !== this.driver) {
      throw new VmwgfxError('EINVAL', 'the shared object is of another device');
    }
    return this.#handles.import(object);
  }

  /**
   * Submits commands in the device's binary format, with handles in place of ids. What the CPU has stored to
   * coherent surfaces that they name goes ahead of them (rule 1.1). A BIND_GB_SURFACE counts for the whole
   * submission: its surface lies in that buffer object from before the first command on.
   * @param options.context the DX context that the commands are for; those that need one are EINVAL without
   * @returns the fence behind them
   * @throws VmwgfxError EINVAL or ENOENT for commands that a user may not send, with nothing done; ENOMEM; EIO
   * where the device refused one, with the others done
   */
  submit(commands: Uint8Array, options: SubmitOptions = {}): Fence {
    const { context } = options;
    const dxContext = context === undefined ? undefined : this.#handles.dxContext(context);
    const Validation = validationStep.in(this.driver);
    return submit(this.driver, new Validation(), { handles: this.#handles, dxContext }, commands);
  }

  /** A buffer object by its handle. @throws VmwgfxError ENOENT, EINVAL for the handle of something else */
  buffer(handle: number): BufferHandle {
    const { bytes, firstPage } = this.#handles.buffer(handle);
    return { handle, bytes, mapOffset: firstPage * PAGE_SIZE };
  }

  /** What a handle names. @throws VmwgfxError ENOENT */
  describe(handle: number): ObjectDescription {
    return describeObject(this.#handles.object(handle));
  }

  /** The device's id of a surface, for hosts that look at the device; SVGA3D_INVALID_ID before its first use. */
  deviceId(handle: number): number {
    return this.#handles.surface(handle).id;
  }

  /** What tracking and uploading a surface took so far. */
  statistics(handle: number): TrackingStatistics {
    const surface = this.#handles.surface(handle);
    const tracker = surface.backing?.tracker;
    const none: TrackerStatistics = { scans: 0, pagesDirtied: 0, methodSwitches: 0 };
    return {
      ...(tracker?.statistics ?? none),
      ...surface.statistics,
      method: tracker?.method,
      entriesScanned: tracker?.memory.entriesScanned ?? 0,
    };
  }

  /**
   * Closes a handle: one of a surface as often as it was given, any other once. What nothing else keeps goes: a
   * surface with its last handle, a buffer object once no handle, no surface and no mapping has it (rule 8.6).
   * @throws VmwgfxError ENOENT
   */
  closeHandle(handle: number): void {
    this.#handles.close(handle);
  }

  /** Closes every handle of the file. What it has mapped stays mapped. */
  close(): void {
    [...this.#cpuAccesses].forEach((access) => access.release());
    this.#handles.closeAll();
  }

  #map(object: BufferObject, addressSpace: AddressSpace, firstPage: number, pages: number): Vma {
    const VmaOperations = vmaOperationsStep.in(this.driver);
    return addressSpace.map({
      length: pages * PAGE_SIZE,
      flags: VM_READ | VM_WRITE | VM_SHARED | VM_MAYREAD | VM_MAYWRITE | VM_PFNMAP,
      mapping: this.driver.mapping,
      firstPage: object.firstPage + firstPage,
      operations: new VmaOperations(object),
    });
  }
}
