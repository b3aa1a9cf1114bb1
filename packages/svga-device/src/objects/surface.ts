import type { SurfaceLayout } from '@cg/surface-layout';
import { SVGA3D_INVALID_ID, SVGA3D_SURFACE } from '@cg/svga-protocol';
import { SwapKernel } from '../memory/swap-kernel.js';
import { newImage, type ImageMemory } from './image-memory.js';
import { SurfaceContent } from './surface-content.js';

/** The fields of the commands that define surfaces. */
export interface SurfaceDefinition {
  readonly sid: number;
  /** SVGA3D_SURFACE_* bits 0 to 31. */
  readonly surfaceFlags: number;
  /** SVGA3D_SURFACE_* bits 32 to 63. */
  readonly surface2Flags: number;
  readonly format: number;
  readonly numMipLevels: number;
  readonly multisampleCount: number;
  readonly multisamplePattern: number;
  readonly qualityLevel: number;
  readonly autogenFilter: number;
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  /** Layers; 0 derives the number from the flags. */
  readonly arraySize: number;
  readonly bufferByteStride: number;
  /** 1 if it has an entry in the object table; 0 for SURFACE_DEFINE. */
  readonly guestBacked: number;
}

/** What only some of the commands have; left out, it is 0, and the surface guest-backed. */
type LaterFields = 'surface2Flags' | 'multisamplePattern' | 'qualityLevel' | 'bufferByteStride' | 'arraySize';
export type DefinedFields = Omit<SurfaceDefinition, LaterFields | 'guestBacked'> &
  Partial<Pick<SurfaceDefinition, LaterFields | 'guestBacked'>>;

/**
 * The definition in a command's fields, in the order of their names whichever command it is, and from one literal: an
 * object that is spread from several has a hidden class of its own, of 500 bytes.
 */
export function surfaceDefinition(fields: DefinedFields): SurfaceDefinition {
  return {
    arraySize: fields.arraySize ?? 0,
    autogenFilter: fields.autogenFilter,
    bufferByteStride: fields.bufferByteStride ?? 0,
    depth: fields.depth,
    format: fields.format,
    guestBacked: fields.guestBacked ?? 1,
    height: fields.height,
    multisampleCount: fields.multisampleCount,
    multisamplePattern: fields.multisamplePattern ?? 0,
    numMipLevels: fields.numMipLevels,
    qualityLevel: fields.qualityLevel ?? 0,
    sid: fields.sid,
    surface2Flags: fields.surface2Flags ?? 0,
    surfaceFlags: fields.surfaceFlags,
    width: fields.width,
  };
}

/**
 * A surface: its definition, the MOB it is bound to, and the device's own image of it, which is laid out exactly as
 * the backing is. A binding is an id, looked up when it is used: it outlives the MOB, and then names none.
 */
export class Surface {
  /** The id of the MOB; SVGA3D_INVALID_ID if unbound. */
  mobId: number = SVGA3D_INVALID_ID;
  /** Where the content of each subresource is; only `ImageStore` changes it. */
  readonly content: SurfaceContent;
  /** Of a buffer: how far stream output has filled it. The renderer sets it. */
  streamedBytes = 0;
  #image: Uint8Array<ArrayBuffer> | undefined;
  #isFreed = false;

  constructor(
    readonly definition: SurfaceDefinition,
    readonly layout: SurfaceLayout,
  ) {
    this.content = new SurfaceContent(layout.subresourceCount);
  }

  /** Whether the driver says that screens show it. */
  get #isShown(): boolean {
    return (this.definition.surfaceFlags & SVGA3D_SURFACE.SCREENTARGET) !== 0;
  }

  /** The image, if it is allocated. */
  get ownImage(): Uint8Array | undefined {
    return this.#image;
  }

  /**
   * The image, allocated as zeros on first use.
   * @throws SvgaDeviceError ENOMEM as `ImageMemory.allocate`
   */
  image(memory: ImageMemory): Uint8Array {
    this.renewImage();
    this.#image ??= this.#isShown
      ? memory.allocateShown(this.layout.bytes)
      : memory.allocate(this.layout.bytes);
    return this.#image;
  }

  /** The image is freed. It stays accounted, so that there is room for it again. */
  get isFreed(): boolean {
    return this.#isFreed;
  }

  freeImage(): boolean {
    // In the room of a kernel it has its place, which would not come back to the host.
    if (this.#image === undefined || SwapKernel.of(this.#image) !== undefined) {
      return false;
    }
    this.content.handOver();
    this.#image = undefined;
    this.#isFreed = true;
    return true;
  }

  imageLost(): void {
    this.content.lose();
  }

  /** @throws SvgaDeviceError ENOMEM if the host has no memory for a freed image */
  renewImage(): void {
    if (this.#isFreed) {
      this.#image = newImage(this.layout.bytes);
      this.#isFreed = false;
    }
  }

  /** Drops the image: the next one is zeros again. */
  dropImage(memory: ImageMemory): void {
    if (this.#isFreed) {
      memory.free({ length: this.layout.bytes });
      this.#isFreed = false;
    } else if (this.#image !== undefined) {
      memory.reuse(this.#image);
      this.#image = undefined;
    }
  }
}
