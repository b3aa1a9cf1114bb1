import type { ImageMemory } from '../objects/image-memory.js';
import { pixelLayout } from './display-mode.js';
import type { DisplayMode } from './display-mode.js';
import { framebufferFormat } from './rgba.js';
import { ScreenPixels } from './screen-pixels.js';
import type { ScreenRect } from './screen-rect.js';

/**
 * The legacy framebuffer: the start of VRAM, in the mode of the registers. It is a screen of its own while no screen
 * target is defined, and shows the pixels that UPDATE and the copies of rectangles last took from VRAM.
 */
export class Framebuffer {
  /** Undefined while it is no screen. */
  mode: DisplayMode | undefined;
  pixels: ScreenPixels | undefined;

  /** Sets the mode. With another size the pixels are black; otherwise they stay, as the host may look at them. */
  setMode(mode: DisplayMode | undefined, memory: ImageMemory): void {
    const isSameSize = mode?.width === this.mode?.width && mode?.height === this.mode?.height;
    this.mode = mode;
    if (!isSameSize) {
      this.pixels?.drop(memory);
      this.pixels = mode && new ScreenPixels(mode.width, mode.height);
    }
  }

  /** Becomes another, whose memory is accounted for already; its own goes back to `memory`. */
  takeFrom(other: Framebuffer, memory: ImageMemory): void {
    this.pixels?.drop(memory);
    this.mode = other.mode;
    this.pixels = other.pixels;
  }

  /**
   * Takes a rectangle, inside the mode, from VRAM.
   * @param palette the registers from SVGA_PALETTE_BASE on
   * @throws SvgaDeviceError ENOMEM
   */
  update(vram: Uint8Array, { x, y, w, h }: ScreenRect, palette: Uint32Array, memory: ImageMemory): void {
    const { mode, pixels } = this;
    if (mode === undefined || pixels === undefined) {
      return;
    }
    const stride = 4 * mode.width;
    const target = { bytes: pixels.bytes(memory), offset: y * stride + 4 * x, stride };
    const source = { bytes: vram, offset: y * mode.pitch + x * bytesOf(mode), stride: mode.pitch };
    framebufferFormat(mode.bitsPerPixel, palette)(source, target, w, h);
  }

  /** Copies a rectangle in VRAM; both may overlap, and lie inside the mode. */
  copy(vram: Uint8Array, from: { readonly x: number; readonly y: number }, to: ScreenRect): void {
    const { mode } = this;
    if (mode === undefined) {
      return;
    }
    const texel = bytesOf(mode);
    for (let row = 0; row < to.h; row++) {
      // From the side that is overwritten last.
      const y = to.y > from.y ? to.h - 1 - row : row;
      const at = (from.y + y) * mode.pitch + from.x * texel;
      vram.copyWithin((to.y + y) * mode.pitch + to.x * texel, at, at + to.w * texel);
    }
  }
}

function bytesOf({ bitsPerPixel }: DisplayMode): number {
  return pixelLayout(bitsPerPixel)?.bytes ?? 0;
}
