import type { SurfaceLayout } from '@cg/surface-layout';
import { SvgaDeviceError } from '../errors.js';
import type { ImageMemory } from '../objects/image-memory.js';
import { SVGA3D_INVALID_ID } from '@cg/svga-protocol';
import type { RowToRgba } from './rgba.js';

/** The fields of DEFINE_GB_SCREENTARGET. */
export interface ScreenTargetDefinition {
  readonly stid: number;
  readonly width: number;
  readonly height: number;
  readonly xRoot: number;
  readonly yRoot: number;
  readonly flags: number;
  readonly dpi: number;
}

/** A rectangle of pixels. */
export interface ScreenRect {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** A screen target, for the host. */
export interface ScreenTargetImage {
  readonly width: number;
  readonly height: number;
  /** Its position relative to other screens. */
  readonly xRoot: number;
  readonly yRoot: number;
  /**
   * Red, green, blue and alpha (always 255), row by row from the top, without gaps: `4 * width * height` bytes, as in
   * ImageData of a canvas. A live view.
   */
  readonly pixels: Uint8Array;
}

/** A subresource in the image of a surface. */
interface ShownImage {
  readonly image: Uint8Array;
  readonly layout: SurfaceLayout;
  readonly subresource: number;
}

/** A screen. It shows the pixels that UPDATE_GB_SCREENTARGET last copied from the image it is bound to. */
export class ScreenTarget {
  /** The image it is bound to; sid SVGA3D_INVALID_ID for none. */
  sid: number = SVGA3D_INVALID_ID;
  face = 0;
  mipmap = 0;
  #pixels: Uint8Array | undefined;

  constructor(readonly definition: ScreenTargetDefinition) {}

  /**
   * Its pixels, black at first.
   * @throws SvgaDeviceError ENOMEM
   */
  pixels(memory: ImageMemory): Uint8Array {
    if (this.#pixels === undefined) {
      const { width, height } = this.definition;
      this.#pixels = memory.allocate(4 * width * height);
      new Uint32Array(this.#pixels.buffer).fill(0xff00_0000);
    }
    return this.#pixels;
  }

  /** The pixels, if they are allocated. */
  get ownPixels(): Uint8Array | undefined {
    return this.#pixels;
  }

  dropPixels(memory: ImageMemory): void {
    if (this.#pixels !== undefined) {
      memory.free(this.#pixels);
      this.#pixels = undefined;
    }
  }

  /**
   * Copies a rectangle, inside the screen, from the bound image.
   * @throws SvgaDeviceError EINVAL if the image is too small
   */
  update(
    { image, layout, subresource }: ShownImage,
    rect: ScreenRect,
    toRgba: RowToRgba,
    memory: ImageMemory,
  ): void {
    const mip = layout.mipOf(subresource);
    if (rect.x + rect.w > mip.width || rect.y + rect.h > mip.height) {
      throw new SvgaDeviceError('EINVAL', 'image is smaller than the rectangle', { ...rect });
    }
    const pixels = this.pixels(memory);
    const texel = layout.format.bytesPerBlock;
    const start = layout.offsetOf(subresource) + rect.x * texel;
    for (let y = rect.y; y < rect.y + rect.h; y++) {
      const at = 4 * (y * this.definition.width + rect.x);
      toRgba(image, start + y * mip.rowStride, pixels, at, rect.w);
    }
  }
}
