import type { SurfaceLayout } from '@cg/surface-layout';
import { SVGA3D_INVALID_ID } from '@cg/svga-protocol';
import type { ImageMemory } from './image-memory.js';
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

/**
 * The fields of a definition, in the order of their names, in one literal: objects of different commands have different
 * orders, and one that is spread from several has a hidden class of its own, of 500 bytes.
 */
function fieldsOf(definition: SurfaceDefinition): SurfaceDefinition {
  return {
    arraySize: definition.arraySize,
    autogenFilter: definition.autogenFilter,
    bufferByteStride: definition.bufferByteStride,
    depth: definition.depth,
    format: definition.format,
    guestBacked: definition.guestBacked,
    height: definition.height,
    multisampleCount: definition.multisampleCount,
    multisamplePattern: definition.multisamplePattern,
    numMipLevels: definition.numMipLevels,
    qualityLevel: definition.qualityLevel,
    sid: definition.sid,
    surface2Flags: definition.surface2Flags,
    surfaceFlags: definition.surfaceFlags,
    width: definition.width,
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
  readonly definition: SurfaceDefinition;
  /** Of a buffer: how far stream output has filled it. The renderer sets it. */
  streamedBytes = 0;
  #image: Uint8Array | undefined;

  constructor(
    definition: SurfaceDefinition,
    readonly layout: SurfaceLayout,
  ) {
    this.definition = fieldsOf(definition);
    this.content = new SurfaceContent(layout.subresourceCount);
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
    this.#image ??= memory.allocate(this.layout.bytes);
    return this.#image;
  }

  /** Drops the image: the next one is zeros again. */
  dropImage(memory: ImageMemory): void {
    if (this.#image !== undefined) {
      memory.free(this.#image);
      this.#image = undefined;
    }
  }
}
