import type { PageEvent, ScreenCanvas, ScreenContext, ScreenImage } from '../src/index.js';

/** What is global in a page. */
export function fakePage(): { frame(): void; end(): void } {
  const frames: (() => void)[] = [];
  const page = globalThis as unknown as Record<string, unknown>;
  page.ImageData = class {
    constructor(
      readonly data: Uint8ClampedArray,
      readonly width: number,
      readonly height: number,
    ) {}
  };
  page.requestAnimationFrame = (work: () => void) => void frames.push(work);
  return {
    frame: () => frames.splice(0).forEach((work) => work()),
    end: () => {
      delete page.ImageData;
      delete page.requestAnimationFrame;
    },
  };
}

/** A canvas that keeps its pixels, and what was drawn. */
export class FakeCanvas implements ScreenCanvas, ScreenContext {
  readonly style = { display: '', cursor: '' };
  readonly listeners = new Map<string, (event: PageEvent) => void>();
  /** Rectangles since this was last emptied. */
  drawn: { x: number; y: number; w: number; h: number }[] = [];
  readonly ownerDocument = {
    pointerLockElement: undefined as unknown,
    createElement: () => new FakeCanvas(),
    addEventListener: () => {},
    removeEventListener: () => {},
  };
  #width = 300;
  #height = 150;
  #pixels = new Uint8ClampedArray(4 * 300 * 150);

  constructor(readonly hasContext = true) {}

  get width(): number {
    return this.#width;
  }

  set width(width: number) {
    this.#width = width;
    this.#clear();
  }

  get height(): number {
    return this.#height;
  }

  set height(height: number) {
    this.#height = height;
    this.#clear();
  }

  #clear(): void {
    this.#pixels = new Uint8ClampedArray(4 * this.#width * this.#height);
  }

  getContext(): ScreenContext | null {
    return this.hasContext ? this : null;
  }

  putImageData(
    image: ScreenImage,
    dx: number,
    dy: number,
    left: number,
    top: number,
    w: number,
    h: number,
  ): void {
    this.drawn.push({ x: dx + left, y: dy + top, w, h });
    for (let y = top; y < top + h; y++) {
      for (let x = left; x < left + w; x++) {
        for (let channel = 0; channel < 4; channel++) {
          const at = 4 * ((dy + y) * this.#width + dx + x) + channel;
          this.#pixels[at] = image.data[4 * (y * image.width + x) + channel];
        }
      }
    }
  }

  drawImage(image: object, fromX: number, fromY: number, w: number, h: number, x: number, y: number): void {
    this.drawn.push({ x, y, w, h });
    const from = image as FakeCanvas;
    for (let row = 0; row < h; row++) {
      for (let column = 0; column < w; column++) {
        const over = from.pixel(fromX + column, fromY + row);
        const at = 4 * ((y + row) * this.#width + x + column);
        for (let channel = 0; channel < 3; channel++) {
          const mixed = over[channel] * over[3] + this.#pixels[at + channel] * (255 - over[3]);
          this.#pixels[at + channel] = Math.round(mixed / 255);
        }
      }
    }
  }

  pixel(x: number, y: number): number[] {
    const at = 4 * (y * this.#width + x);
    return [...this.#pixels.subarray(at, at + 4)];
  }

  addEventListener(type: string, listener: (event: PageEvent) => void): void {
    this.listeners.set(type, listener);
  }

  removeEventListener(type: string): void {
    this.listeners.delete(type);
  }

  /** An event over the canvas. */
  fire(type: string, fields: Partial<PageEvent> = {}): void {
    this.listeners.get(type)?.({ preventDefault: () => {}, ...fields });
  }

  getBoundingClientRect(): { left: number; top: number; width: number; height: number } {
    return { left: 10, top: 20, width: 2 * this.#width, height: 2 * this.#height };
  }

  requestPointerLock(): void {
    this.ownerDocument.pointerLockElement = this;
  }

  toDataURL(): string {
    return `data:${this.pixel(0, 0).join()}`;
  }
}
