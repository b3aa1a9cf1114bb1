import type { RenderSurface } from '../renderer/render-surface.js';
import type { RenderScreen, ScreenRenderer } from '../renderer/screen-renderer.js';
import { screenFormat } from '../screen/rgba.js';
import type { ScreenRect } from '../screen/screen-target.js';

/** What it uses of its renderer. */
interface Renderer {
  /** The renderer's newest bytes of a surface. */
  read(surface: RenderSurface, subresource: number): Uint8Array;
  /** Whether to leave an update to the device this time. */
  refuses(): boolean;
  /** An answer, which does its work just before it comes; undefined if it has done it already. */
  answer(work: () => void): PromiseLike<void> | undefined;
}

interface Picture {
  readonly pixels: Uint8Array;
  /** The answer to come; null if it is not asked for. Undefined if the device has the pixels. */
  owed: PromiseLike<void> | null | undefined;
}

/**
 * Pictures of screens as a renderer keeps them, in bytes. What the device has of pixels that are newer here is overwritten
 * with noise, so that a device that does not ask is found out.
 */
export class LateScreens implements ScreenRenderer {
  readonly #renderer: Renderer;
  readonly #pictures = new Map<RenderScreen, Picture>();
  /** Updates that it has taken. */
  taken = 0;

  constructor(renderer: Renderer) {
    this.#renderer = renderer;
  }

  update(screen: RenderScreen, surface: RenderSurface, subresource: number, rect: ScreenRect): boolean {
    const { layout } = surface;
    const format = screenFormat(layout.format, new Uint32Array(0));
    if (format === undefined || this.#renderer.refuses()) {
      return false;
    }
    const { x, y, w, h } = rect;
    const { rowStride } = layout.mipOf(subresource);
    const offset = layout.offsetOf(subresource) + y * rowStride + x * layout.format.bytesPerBlock;
    const source = { bytes: this.#renderer.read(surface, subresource), offset, stride: rowStride };
    const stride = 4 * screen.width;
    const picture = this.#current(screen);
    const target = { bytes: picture.pixels, offset: y * stride + 4 * x, stride };
    format.toRgba(source, target, w, h);
    picture.owed = null;
    screen.ownPixels?.fill(0xa5);
    this.taken++;
    return true;
  }

  pixelsWritten(screen: RenderScreen): void {
    this.#pictures.delete(screen);
  }

  pixelsNeeded(screen: RenderScreen): PromiseLike<void> | undefined {
    const picture = this.#pictures.get(screen);
    if (picture?.owed !== null) {
      return picture?.owed;
    }
    let answer: PromiseLike<void> | undefined;
    answer = this.#renderer.answer(() => {
      // Not if there is a newer picture, or newer pixels, by then.
      if (this.#pictures.get(screen) === picture && picture.owed === (answer ?? null)) {
        screen.ownPixels?.set(picture.pixels);
        picture.owed = undefined;
      }
    });
    if (answer !== undefined) {
      picture.owed = answer;
    }
    return answer;
  }

  canvas(screen: RenderScreen): object | undefined {
    return this.#pictures.get(screen);
  }

  dropped(screen: RenderScreen): void {
    this.#pictures.delete(screen);
  }

  reset(): void {
    this.#pictures.clear();
  }

  #current(screen: RenderScreen): Picture {
    let picture = this.#pictures.get(screen);
    if (picture === undefined) {
      const pixels = screen.ownPixels?.slice() ?? new Uint8Array(4 * screen.width * screen.height);
      if (screen.ownPixels === undefined) {
        new Uint32Array(pixels.buffer).fill(0xff00_0000);
      }
      picture = { pixels, owed: undefined };
      this.#pictures.set(screen, picture);
    }
    return picture;
  }
}
