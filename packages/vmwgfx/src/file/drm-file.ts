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
import { LastStream } from '../submission/last-stream.js';
import { submit } from '../submission/submit.js';
import { allocateBacking, validationStep } from '../submission/validation.js';
import type { TrackerStatistics, TrackingMethod } from '@cg/dirty-tracking';
import { CpuAccess, type CpuAccessRequest } from './cpu-access.js';
import { HandleTable } from './handle-table.js';
import { describeObject, type DeviceDescription, type ObjectDescription } from './descriptions.js';
import { makeContext, makeShader, type NewContext, type NewShader } from './new-context.js';
import { makeSurface, type NewSurface } from './new-surface.js';
import { SharedObject } from './shared-object.js';

/** A created surface, as its user sees it. */
export interface SurfaceHandle {
  readonly handle: number;
  /** Bytes of its backing; a mapping is this many, rounded up to pages. */
  readonly bytes: number;
}

/** A created buffer object, as its user sees it. */
export interface BufferHandle {
  readonly handle: number;
  /** Its size in bytes: the requested one, rounded up to pages. */
  readonly bytes: number;
  /** Where it begins in the device's mapping, in bytes: the offset for `mmap`. */
  readonly mapOffset: number;
}

/** A part of the device's mapping to map. */
export interface MapRequest {
  readonly addressSpace: AddressSpace;
  /** Offset in the device's mapping in bytes, a multiple of 4096. */
  readonly offset: number;
  /** Bytes, a multiple of 4096; all in one buffer object. */
  readonly length: number;
}

/** Options of a submission. */
export interface SubmitOptions {
  /** Handle of the commands' DX context (`context_handle` of drm_vmw_execbuf_arg). */
  readonly context?: number;
}

/** Statistics of tracking and uploading a surface. */
export interface TrackingStatistics extends SurfaceStatistics, TrackerStatistics {
  readonly method: TrackingMethod | undefined;
  /** Page-table entries that tracking examined. */
  readonly entriesScanned: number;
}

/** One open file of the device: a process's interface to the driver. */
export class DrmFile {
  readonly #handles = new HandleTable();
  readonly #lastStream = new LastStream();
  readonly #cpuAccesses = new Set<CpuAccess>();

  constructor(readonly driver: DriverState) {}

  /** The device's capabilities, and its limits. */
  get device(): DeviceDescription {
    const { device, limits, graphicsMemory } = this.driver;
    return { ...device, ...limits, graphicsMemoryBytes: graphicsMemory.limit };
  }

  /**
   * Creates a buffer object filled with zeros.
   * @throws VmwgfxError EINVAL for an invalid size; ENOMEM, PageTableError ENOMEM
   */
  createBuffer(bytes: number): BufferHandle {
    if (!Number.isSafeInteger(bytes) || bytes < 1) {
      throw new VmwgfxError('EINVAL', `a buffer object cannot have ${bytes} bytes`, { bytes });
    }
    return this.buffer(this.#handles.adopt(new BufferObject(this.driver, pagesFor(bytes))));
  }

  /**
   * Creates a surface. A coherent one gets its backing, which is then tracked, at once.
   * @throws SurfaceLayoutError for an impossible layout, VmwgfxError EINVAL for a surface that this device does not
   * support or that does not fit into the backing; ENOENT; PageTableError or VmwgfxError ENOMEM
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
   * Creates a context: one that commands name in their `cid`, or one that submissions name (`SubmitOptions.context`).
   * The device creates it at its first use. It cannot be shared with other files.
   * @throws VmwgfxError EINVAL for a DX context if the device has none
   */
  createContext({ kind }: NewContext): number {
    return this.#handles.adopt(makeContext(this.driver, kind));
  }

  /**
   * Creates a shader of contexts without DX from bytecode in a buffer object, which the shader keeps. It cannot be
   * shared with other files.
   * @returns the handle, which `shid` in commands names
   * @throws VmwgfxError ENOENT; EINVAL for an invalid type or size, or a place outside the buffer object
   */
  createShader(wanted: NewShader): number {
    const { buffer } = wanted;
    const object = buffer === undefined ? undefined : this.#handles.buffer(buffer);
    return this.#handles.adopt(makeShader(this.driver, wanted, object));
  }

  /**
   * A new handle of a surface's backing, which is allocated if there is none: to map it, or to place other
   * surfaces in it. It is closed separately.
   * @throws VmwgfxError ENOENT, EINVAL, ENOMEM; PageTableError ENOMEM
   */
  backingOf(handle: number): BufferHandle {
    const surface = this.#handles.surface(handle);
    return this.buffer(this.#handles.add(surface.backing ?? allocateBacking(surface)));
  }

  /**
   * Maps a surface's part of its backing, shared and writable. A coherent surface needs no more; for any other the
   * program uploads and reads back itself, with UPDATE_GB_IMAGE, READBACK_GB_IMAGE and the like.
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
   * @throws VmwgfxError EINVAL if the range is not within one buffer object, EACCES if this file has no handle
   * of it or of a surface in it; PageTableError as AddressSpace.map
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
   * Waits until the device is done with a buffer object, and keeps submissions from naming it (EBUSY) until the
   * returned access is released, or the file closed: the synccpu of programs without coherent memory.
   * @throws VmwgfxError ENOENT, EINVAL; EBUSY with `dontBlock` if the device is not done; EIO
   */
  syncCpu(handle: number, request: CpuAccessRequest = {}): CpuAccess {
    const access = new CpuAccess(this.#handles.buffer(handle), request, (done) => {
      this.#cpuAccesses.delete(done);
    });
    this.#cpuAccesses.add(access);
    return access;
  }

  /** Exports a buffer object or surface to other files. @throws VmwgfxError ENOENT; EINVAL for contexts and shaders */
  share(handle: number): SharedObject {
    return new SharedObject(this.#handles.export(handle));
  }

  /**
   * A handle of an object that another file shares: the existing one if this file has one. A surface's handle then
   * counts one more opening; a buffer object's, exported or opened before, does not.
   * @throws VmwgfxError ENOENT, EINVAL for an object of another device
   */
  open({ object }: SharedObject): number {
    if (object.driver !== this.driver) {
      throw new VmwgfxError('EINVAL', 'the shared object is of another device');
    }
    return this.#handles.import(object);
  }

  /**
   * Submits commands in the device's binary format, with handles in place of ids. CPU stores to the coherent surfaces
   * that they name are uploaded first (rule 1.1). A BIND_GB_SURFACE counts for the whole submission: its surface lies
   * in that buffer object from the first command on.
   * @param options.context the commands' DX context; commands that need one are EINVAL without
   * @returns the fence after them
   * @throws VmwgfxError EINVAL or ENOENT for commands that a user may not send, with nothing done; ENOMEM; EIO if
   * the device refused one, with the others done
   */
  submit(commands: Uint8Array, options: SubmitOptions = {}): Fence {
    const { context } = options;
    const dxContext = context === undefined ? undefined : this.#handles.dxContext(context);
    const Validation = validationStep.in(this.driver);
    const submitter = { handles: this.#handles, last: this.#lastStream, dxContext };
    return submit(this.driver, new Validation(), submitter, commands);
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

  /** The device's id of a surface, for hosts that inspect the device; SVGA3D_INVALID_ID before its first use. */
  deviceId(handle: number): number {
    return this.#handles.surface(handle).id;
  }

  /** Statistics of tracking and uploading a surface. */
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
   * Closes a handle: a surface's as often as it was given out, any other once. A surface is destroyed with its last
   * handle, a buffer object once no handle, surface or mapping is left (rule 8.6).
   * @throws VmwgfxError ENOENT
   */
  closeHandle(handle: number): void {
    this.#handles.close(handle);
  }

  /** Closes every handle of the file. Its mappings stay. */
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
