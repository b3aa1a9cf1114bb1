import type { SurfaceLayout } from '@cg/surface-layout';
import { SvgaDeviceError } from './errors.js';
import type { CommandFields } from './protocol/command-table.js';
import { SVGA3D_INVALID_ID } from './protocol/surface-types.js';

/** What DEFINE_GB_SURFACE or DEFINE_GB_SURFACE_V2 said of a surface. */
export type SurfaceDefinition = CommandFields<'DEFINE_GB_SURFACE_V2'>;

/** The device's memory for images: how much of it is in use. */
export class ImageMemory {
  readonly #limit: number;
  #used = 0;

  /** @param limit bytes of all images together */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @throws SvgaDeviceError ENOMEM where the limit, or the host's memory, does not allow it */
  allocate(bytes: number): Uint8Array {
    if (bytes > this.#limit - this.#used) {
      throw new SvgaDeviceError('ENOMEM', 'images exceed the device memory', { bytes, used: this.#used });
    }
    let image: Uint8Array;
    try {
      image = new Uint8Array(bytes);
    } catch {
      throw new SvgaDeviceError('ENOMEM', 'the host has no memory for an image', { bytes });
    }
    this.#used += bytes;
    return image;
  }

  free(image: Uint8Array): void {
    this.#used -= image.length;
  }
}

/**
 * A guest-backed surface: its definition, the MOB it is bound to, and the device's own image of it, which is
 * laid out exactly as the backing is. A binding is an id, looked up when it is used: it outlives the MOB, and
 * then leads nowhere.
 */
export class Surface {
  /** The id of the MOB; SVGA3D_INVALID_ID where unbound. */
  mobId: number = SVGA3D_INVALID_ID;
  #image: Uint8Array | undefined;

  constructor(
    readonly definition: SurfaceDefinition,
    readonly layout: SurfaceLayout,
  ) {}

  /** True once the image takes memory. */
  get hasImage(): boolean {
    return this.#image !== undefined;
  }

  /**
   * The image, made of zeros when first asked for.
   * @throws SvgaDeviceError ENOMEM as `ImageMemory.allocate` does
   */
  image(memory: ImageMemory): Uint8Array {
    this.#image ??= memory.allocate(this.layout.bytes);
    return this.#image;
  }

  /** Lets the image go: the next one is zeros again. */
  dropImage(memory: ImageMemory): void {
    if (this.#image !== undefined) {
      memory.free(this.#image);
      this.#image = undefined;
    }
  }
}
