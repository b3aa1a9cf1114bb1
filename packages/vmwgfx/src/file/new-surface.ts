import { PAGE_SIZE } from '@cg/pagetable';
import type { DriverState } from '../driver-state.js';
import { checkSurface } from '../device/device-limits.js';
import { plainTraits, type SurfaceTraits } from '../device/surface-definition.js';
import { VmwgfxError } from '../errors.js';
import type { BufferObject } from '../memory/buffer-object.js';
import { Surface, type SurfaceRequest } from '../resource/surface.js';
import { allocateBacking } from '../submission/validation.js';

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
  /** Further properties for the device; a texture if left out. */
  readonly traits?: Partial<SurfaceTraits>;
  /** Whether the CPU may use it without calls in between (the kernel's drm_vmw_surface_flag_coherent). */
  readonly coherent?: boolean;
  /**
   * Its place: a buffer object of this file, from byte `offset` on, a multiple of 4096 (default 0). A coherent
   * surface has the content there from the start. Left out, the surface gets a backing of its own.
   */
  readonly backing?: { readonly buffer: number; readonly offset?: number } | undefined;
}

/** The buffer object and offset for a new surface. */
export interface GivenBacking {
  readonly object: BufferObject;
  readonly offset: number;
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
  const traits = wanted.traits === undefined ? plainTraits : { ...plainTraits, ...wanted.traits };
  return { format, width, height, depth, mipLevels, layers, samples, cube, coherent, traits };
}

/**
 * Makes a surface, with its backing if it is coherent or one is given. If it throws, nothing stays allocated.
 * @throws SurfaceLayoutError for an impossible layout, VmwgfxError EINVAL for a surface that this device does not
 * support or that does not fit into the backing; PageTableError or VmwgfxError ENOMEM
 */
export function makeSurface(driver: DriverState, wanted: NewSurface, given?: GivenBacking): Surface {
  const request = requestOf(wanted);
  const surface = new Surface(driver, request);
  checkSurface(request, surface.backingBytes, driver.limits);
  if (given !== undefined) {
    checkPlace(surface.backingBytes, given.object, given.offset);
    given.object.reserved((held) => surface.attach(held, given.offset));
    // Stores from before tracking started are content of the surface, too (rule 1.1).
    surface.needsUpload = surface.coherent;
  } else if (surface.coherent) {
    allocateBacking(surface);
  }
  return surface;
}

/**
 * Refuses an invalid place for a surface: the device sees a backing from a page on (B9).
 * @throws VmwgfxError EINVAL
 */
export function checkPlace(bytes: number, object: BufferObject, offset: number): void {
  if (!Number.isInteger(offset) || offset < 0 || offset % PAGE_SIZE !== 0) {
    throw new VmwgfxError('EINVAL', `a surface begins on a page of its backing, not at ${offset}`, {
      offset,
    });
  }
  if (offset + bytes > object.bytes) {
    const where = `at ${offset} of a buffer object of ${object.bytes}`;
    throw new VmwgfxError('EINVAL', `a surface of ${bytes} bytes does not fit ${where}`, { offset, bytes });
  }
}
