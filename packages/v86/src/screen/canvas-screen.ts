import type { ScreenRect, ScreenTargetImage } from '@cg/svga-device';
import { V86Error } from '../errors.js';
import { imageOf } from './canvas.js';
import type { ScreenCanvas, ScreenContext, ScreenImage } from './canvas.js';
import { coverOf, withCursor } from './cursor.js';
import type { PlacedCursor } from './cursor.js';
import { Damage, shared } from './damage.js';

/** One canvas, and the screen that it shows. Nothing is drawn before `paint`. */
export class CanvasScreen {
  readonly canvas: ScreenCanvas;
  readonly #context: ScreenContext;
  readonly #damage = new Damage();
  #screen: ScreenTargetImage | undefined;
  #image: ScreenImage | undefined;
  #cursor: PlacedCursor | undefined;
  #isCursorNew = false;

  /** @throws V86Error ENODEV for a canvas that is drawn to in another way than 2D */
  constructor(canvas: ScreenCanvas) {
    const context = canvas.getContext('2d', { alpha: false });
    if (context === null) {
      throw new V86Error('ENODEV', 'the canvas has no 2D context');
    }
    this.canvas = canvas;
    this.#context = context;
  }

  /** The screen to show; undefined for none. One with other pixels is damaged as a whole. */
  show(screen: ScreenTargetImage | undefined): void {
    const before = this.#screen;
    this.#screen = screen;
    if (screen === undefined) {
      this.#image = undefined;
      this.#damage.take();
      return;
    }
    const { width, height, pixels } = screen;
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
    } else if (before?.pixels === pixels) {
      return;
    }
    this.#image = imageOf(pixels, width, height);
    this.damage({ x: 0, y: 0, w: width, h: height });
  }

  damage(rect: ScreenRect): void {
    this.#damage.add(rect);
  }

  /** The cursor to draw; undefined for none. */
  setCursor(cursor: PlacedCursor | undefined): void {
    const before = this.#cursor;
    const isSame = before?.image === cursor?.image && before?.x === cursor?.x && before?.y === cursor?.y;
    if (isSame) {
      return;
    }
    const cover = before && this.#screen && coverOf(before, this.#screen);
    if (cover !== undefined) {
      this.damage(cover);
    }
    this.#cursor = cursor;
    this.#isCursorNew = true;
  }

  /** Draws what is damaged, as the screen is now. */
  paint(): void {
    const screen = this.#screen;
    const image = this.#image;
    if (screen === undefined || image === undefined) {
      return;
    }
    const rects = this.#damage.take();
    for (const { x, y, w, h } of rects) {
      this.#context.putImageData(image, 0, 0, x, y, w, h);
    }
    const cursor = this.#cursor;
    const cover = cursor && coverOf(cursor, screen);
    if (cursor !== undefined && cover !== undefined) {
      if (this.#isCursorNew || rects.some((rect) => shared(rect, cover) !== undefined)) {
        const drawn = withCursor(cursor, cover, screen);
        this.#context.putImageData(drawn, cover.x, cover.y, 0, 0, cover.w, cover.h);
      }
    }
    this.#isCursorNew = false;
  }
}
