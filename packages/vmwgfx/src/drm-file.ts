import {
  PAGE_SIZE,
  VM_MAYREAD,
  VM_MAYWRITE,
  VM_PFNMAP,
  VM_READ,
  VM_SHARED,
  VM_WRITE,
  type AddressSpace,
  type Vma,
} from '@cg/pagetable';
import type { DriverContext } from './context.js';
import { checkSurface } from './device/device-limits.js';
import { VmwgfxError } from './errors.js';
import { BufferObjectVmaOperations } from './coherency/fault-handlers.js';
import { Surface, type SurfaceRequest, type SurfaceStatistics } from './resource/surface.js';
import type { Fence } from './device/fence.js';
import { readUserCommands } from './submission/user-commands.js';
import { allocateBacking, Validation } from './submission/validation.js';
import type { TrackerStatistics } from './tracking/dirty-tracker.js';
import type { TrackingMethod } from './tracking/policy.js';

/** A surface to create; what is left out is 1, false, or none. */
export interface NewSurface {
  /** SVGA3D format id. */
  readonly format: number;
  readonly width: number;
  readonly height: number;
  readonly depth?: number;
  readonly mipLevels?: number;
  /** Array size; 6 for a cube. */
  readonly layers?: number;
  readonly samples?: number;
  readonly cube?: boolean;
  /** Whether the CPU may map it and use it with no call in between (the kernel's drm_vmw_surface_flag_coherent). */
  readonly coherent?: boolean;
}

/** What a created surface is to its user. */
export interface SurfaceHandle {
  readonly handle: number;
  /** Bytes of its backing; a mapping is this many, rounded up to pages. */
  readonly bytes: number;
}

/** What tracking and uploading a surface took so far. */
export interface TrackingStatistics extends SurfaceStatistics, TrackerStatistics {
  readonly method: TrackingMethod | undefined;
  /** Page-table entries that tracking looked at. */
  readonly entriesScanned: number;
}

/** One open file of the device: what a process can ask of the driver. */
export class DrmFile {
  readonly #context: DriverContext;
  readonly #surfaces = new Map<number, Surface>();
  #nextHandle = 1;

  constructor(context: DriverContext) {
    this.#context = context;
  }

  /**
   * Creates a surface. A coherent one gets its backing, and the tracking of it, at once.
   * @throws SurfaceLayoutError for a surface that cannot be, VmwgfxError EINVAL for one that this device does not
   * take; PageTableError or VmwgfxError ENOMEM
   */
  createSurface(wanted: NewSurface): SurfaceHandle {
    const request = requestOf(wanted);
    const surface = new Surface(this.#context, request);
    checkSurface(request, surface.backingBytes, this.#context.limits);
    if (surface.coherent) {
      allocateBacking(surface);
    }
    const handle = this.#nextHandle++;
    this.#surfaces.set(handle, surface);
    return { handle, bytes: surface.layout.bytes };
  }

  /**
   * Maps the backing of a coherent surface, shared and writable.
   * @throws VmwgfxError ENOENT, or EINVAL where the surface is not coherent; PageTableError as AddressSpace.map
   */
  mapSurface(handle: number, addressSpace: AddressSpace): Vma {
    const { backing, coherent } = this.#surface(handle);
    if (backing === undefined || !coherent) {
      throw new VmwgfxError('EINVAL', `surface ${handle} is not coherent and cannot be mapped`, { handle });
    }
    return addressSpace.map({
      length: backing.pageCount * PAGE_SIZE,
      flags: VM_READ | VM_WRITE | VM_SHARED | VM_MAYREAD | VM_MAYWRITE | VM_PFNMAP,
      mapping: this.#context.mapping,
      firstPage: backing.firstPage,
      operations: new BufferObjectVmaOperations(backing),
    });
  }

  /**
   * Submits commands in the device's binary format, with surface handles in place of ids. What the CPU has
   * stored to coherent surfaces that they name goes ahead of them (rule 1.1).
   * @returns the fence behind them
   * @throws VmwgfxError EINVAL or ENOENT for commands that a user may not send, with nothing done; ENOMEM; EIO
   * where the device refused one, with the others done
   */
  submit(commands: Uint8Array): Fence {
    const { queue } = this.#context;
    const copies = readUserCommands(commands, queue.maxCommandBytes, (handle) => this.#surface(handle));
    const validation = new Validation();
    for (const { source, destination } of copies) {
      validation.add(source, false);
      validation.add(destination, true);
    }
    try {
      validation.validate();
      for (const { source, destination, fields } of copies) {
        const refused = (): void => validation.writeRefused(destination);
        queue.emit('SURFACE_COPY', { ...fields, srcSid: source.id, destSid: destination.id }, refused);
        validation.writeSent(destination);
      }
      return queue.fence();
    } catch (error) {
      queue.settle();
      throw error;
    } finally {
      validation.finish();
    }
  }

  /** The device's id of a surface, for hosts that look at the device; SVGA3D_INVALID_ID before its first use. */
  deviceId(handle: number): number {
    return this.#surface(handle).id;
  }

  /** What tracking and uploading a surface took so far. */
  statistics(handle: number): TrackingStatistics {
    const surface = this.#surface(handle);
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
   * Destroys a surface and its backing. Its mappings fault from now on.
   * @throws VmwgfxError ENOENT; EIO where the device refused something: the surface is gone all the same
   */
  destroySurface(handle: number): void {
    const surface = this.#surface(handle);
    const { backing } = surface;
    this.#surfaces.delete(handle);
    try {
      surface.destroy();
    } finally {
      backing?.destroy();
    }
  }

  /** Destroys everything the file owns. @throws the first error of `destroySurface`, after all are gone */
  close(): void {
    const errors: unknown[] = [];
    for (const handle of this.#surfaces.keys()) {
      try {
        this.destroySurface(handle);
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) {
      throw errors[0];
    }
  }

  #surface(handle: number): Surface {
    const surface = this.#surfaces.get(handle);
    if (surface === undefined) {
      throw new VmwgfxError('ENOENT', `no surface has handle ${handle}`, { handle });
    }
    return surface;
  }
}

function requestOf(wanted: NewSurface): SurfaceRequest {
  const {
    format,
    width,
    height,
    depth = 1,
    mipLevels = 1,
    samples = 1,
    cube = false,
    coherent = false,
  } = wanted;
  const layers = wanted.layers ?? (cube ? 6 : 1);
  return { format, width, height, depth, mipLevels, layers, samples, cube, coherent };
}
