import type { SurfaceLayout } from '@cg/surface-layout';
import { SvgaDeviceError } from '../errors.js';
import type { ImageMemory } from '../objects/image-memory.js';
import { SVGA3D_INVALID_ID } from '@cg/svga-protocol';
import type { RenderScreen } from '../renderer/screen-renderer.js';
import type { ToRgba } from './rgba.js';
import type { ScreenRect } from './screen-rect.js';
import { ScreenPixels } from './screen-pixels.js';

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

/** The picture of a screen, for the host. */
export interface ScreenTargetImage {
  readonly width: number;
  readonly height: number;
  /** Its position relative to other screens. */
  readonly xRoot: number;
  readonly yRoot: number;
  /**
   * Red, green, blue and alpha (always 255), row by row from the top, without gaps: `4 * width * height` bytes, as in
   * ImageData of a canvas. A live view, until the screen is destroyed or has another size, or the device is restored:
   * then this is black, and a view that was kept may show what has its place now. It may be a part of a larger buffer,
   * so send a copy (`slice`) to a worker.
   * @throws SvgaDeviceError EBUSY if the renderer has a newer picture: `SvgaDevice.settle` first
   */
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
  /** For `Renderer.screens`, whose picture of the screen is what it shows now; undefined if only the pixels are. */
  readonly rendered: RenderScreen | undefined;
}

/** A subresource in the image of a surface. */
interface ShownImage {
  readonly image: Uint8Array;
  readonly layout: SurfaceLayout;
  readonly subresource: number;
}

/** A screen. It shows the pixels that UPDATE_GB_SCREENTARGET last copied from the image it is bound to. */
export class ScreenTarget implements RenderScreen {
  /** The image it is bound to; sid SVGA3D_INVALID_ID for none. */
  sid: number = SVGA3D_INVALID_ID;
  face = 0;
  mipmap = 0;
  readonly pixels: ScreenPixels;
  /** The renderer's picture is newer than the pixels. */
  isRendered = false;

  constructor(readonly definition: ScreenTargetDefinition) {
    this.pixels = new ScreenPixels(definition.width, definition.height);
  }

  get width(): number {
    return this.definition.width;
  }

  get height(): number {
    return this.definition.height;
  }

  get ownPixels(): Uint8Array | undefined {
    return this.pixels.own;
  }

  /** Its memory is the device's again; what the renderer has of it is lost. */
  drop(memory: ImageMemory): void {
    this.pixels.drop(memory);
    this.isRendered = false;
  }

  /** @throws SvgaDeviceError EINVAL if the bound image is smaller than a rectangle of the screen */
  checkCovered(layout: SurfaceLayout, subresource: number, rect: ScreenRect): void {
    const mip = layout.mipOf(subresource);
    if (rect.x + rect.w > mip.width || rect.y + rect.h > mip.height) {
      throw new SvgaDeviceError('EINVAL', 'image is smaller than the rectangle', { ...rect });
    }
  }

  /** Copies a rectangle, inside the screen and the bound image, from that. */
  update(
    { image, layout, subresource }: ShownImage,
    rect: ScreenRect,
    toRgba: ToRgba,
    memory: ImageMemory,
  ): void {
    const { rowStride } = layout.mipOf(subresource);
    const start = layout.offsetOf(subresource) + rect.x * layout.format.bytesPerBlock;
    const source = { bytes: image, offset: start + rect.y * rowStride, stride: rowStride };
    const stride = 4 * this.definition.width;
    const target = { bytes: this.pixels.bytes(memory), offset: rect.y * stride + 4 * rect.x, stride };
    toRgba(source, target, rect.w, rect.h);
  }
}
