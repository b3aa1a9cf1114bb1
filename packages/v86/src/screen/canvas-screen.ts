import type { ScreenRect, ScreenRenderer, ScreenTargetImage } from '@cg/svga-device';
import { V86Error } from '../errors.js';
import { imageOf } from './canvas.js';
import type { ScreenCanvas, ScreenContext, ScreenImage } from './canvas.js';
import { coverOf, cursorCanvas } from './cursor.js';
import type { PlacedCursor } from './cursor.js';
import { Damage, shared } from './damage.js';

/** One canvas, and the screen that it shows. Nothing is drawn before `paint`. */
export class CanvasScreen {
  readonly canvas: ScreenCanvas;
  readonly #context: ScreenContext;
  readonly #pictures: ScreenRenderer | undefined;
  readonly #damage = new Damage();
  #screen: ScreenTargetImage | undefined;
  /** The device's pixels, once they are drawn. */
  #image: ScreenImage | undefined;
  #cursor: PlacedCursor | undefined;
  /** The image of the cursor. */
  #cursorCanvas: ScreenCanvas | undefined;
  #isCursorNew = false;

  /**
   * @param pictures of screens, which the renderer keeps
   * @throws V86Error ENODEV for a canvas that is drawn to in another way than 2D
   */
  constructor(canvas: ScreenCanvas, pictures: ScreenRenderer | undefined) {
    const context = canvas.getContext('2d', { alpha: false });
    if (context === null) {
      throw new V86Error('ENODEV', 'the canvas has no 2D context');
    }
    this.canvas = canvas;
    this.#context = context;
    this.#pictures = pictures;
  }

  /** The screen to show, which is damaged as a whole; undefined for none. */
  show(screen: ScreenTargetImage | undefined): void {
    this.#screen = screen;
    this.#image = undefined;
    if (screen === undefined) {
      this.#damage.take();
      return;
    }
    const { width, height } = screen;
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
    }
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
    if (before?.image !== cursor?.image) {
      this.#cursorCanvas = cursor && cursorCanvas(cursor.image, this.canvas);
    }
    this.#cursor = cursor;
    this.#isCursorNew = true;
  }

  /** Draws what is damaged, as the screen is now. */
  paint(): void {
    const screen = this.#screen;
    const rects = this.#damage.take();
    const cursor = this.#cursor;
    const cover = cursor && screen && coverOf(cursor, screen);
    const isCovered = cover !== undefined && rects.some((rect) => shared(rect, cover) !== undefined);
    const drawsCursor = cover !== undefined && (isCovered || this.#isCursorNew);
    this.#isCursorNew = false;
    if (screen === undefined || (rects.length === 0 && !drawsCursor)) {
      return;
    }
    const { rendered } = screen;
    const picture = rendered && this.#pictures?.canvas(rendered);
    for (const rect of rects) {
      this.#draw(screen, picture, rect);
    }
    if (drawsCursor) {
      this.#draw(screen, picture, cover);
      this.#drawCursor(cursor as PlacedCursor, cover);
    }
  }

  /** Draws a part of the screen: the renderer's picture, if there is one, or the device's pixels. */
  #draw(screen: ScreenTargetImage, picture: object | undefined, { x, y, w, h }: ScreenRect): void {
    if (picture === undefined) {
      this.#image ??= imageOf(screen.pixels, screen.width, screen.height);
      this.#context.putImageData(this.#image, 0, 0, x, y, w, h);
    } else {
      this.#context.drawImage(picture, x, y, w, h, x, y, w, h);
    }
  }

  #drawCursor({ x, y }: PlacedCursor, cover: ScreenRect): void {
    if (this.#cursorCanvas !== undefined) {
      const { w, h } = cover;
      this.#context.drawImage(this.#cursorCanvas, cover.x - x, cover.y - y, w, h, cover.x, cover.y, w, h);
    }
  }
}
