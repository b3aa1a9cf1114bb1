/**
 * What a screen needs of a page, so that a canvas of the DOM, an OffscreenCanvas of a worker and a test's own fit
 * alike. An element of the DOM has all of it; what is optional is left out where there is no DOM.
 */

/** As ImageData. */
export interface ScreenImage {
  readonly width: number;
  readonly height: number;
  readonly data: { [index: number]: number; readonly length: number };
}

/** As CanvasRenderingContext2D. */
export interface ScreenContext {
  putImageData(
    image: ScreenImage,
    x: number,
    y: number,
    left: number,
    top: number,
    w: number,
    h: number,
  ): void;
  /** For canvases of renderers, which are of the page's own kind. */
  drawImage(
    image: object,
    fromX: number,
    fromY: number,
    fromW: number,
    fromH: number,
    x: number,
    y: number,
    w: number,
    h: number,
  ): void;
}

/** As an event of the DOM; which fields there are depends on its type. */
export interface PageEvent {
  preventDefault(): void;
  readonly button?: number;
  readonly clientX?: number;
  readonly clientY?: number;
  readonly movementX?: number;
  readonly movementY?: number;
  readonly deltaY?: number;
}

export interface PageEventTarget {
  addEventListener(type: string, listener: (event: PageEvent) => void, options?: { passive?: boolean }): void;
  removeEventListener(type: string, listener: (event: PageEvent) => void): void;
}

/** As CSSStyleDeclaration. */
export interface PageStyle {
  display: string;
  cursor: string;
}

/** As Document. */
export interface PageDocument extends PageEventTarget {
  readonly pointerLockElement: unknown;
  createElement(name: 'canvas'): ScreenCanvas;
}

/** As HTMLCanvasElement, or OffscreenCanvas. */
export interface ScreenCanvas extends PageEventTarget {
  width: number;
  height: number;
  getContext(kind: '2d', settings?: { alpha?: boolean }): ScreenContext | null;
  readonly style?: PageStyle;
  readonly ownerDocument?: PageDocument;
  tabIndex?: number;
  focus?(): void;
  getBoundingClientRect?(): { left: number; top: number; width: number; height: number };
  requestPointerLock?(): unknown;
  requestFullscreen?(): Promise<void>;
  toDataURL?(): string;
}

interface PageGlobals {
  readonly ImageData: new (
    pixels: Uint8ClampedArray<ArrayBuffer>,
    width: number,
    height: number,
  ) => ScreenImage;
  readonly OffscreenCanvas?: new (width: number, height: number) => ScreenCanvas;
  requestAnimationFrame(work: () => void): unknown;
  setTimeout(work: () => void, milliseconds: number): unknown;
}

const page = globalThis as unknown as PageGlobals;

/** An ImageData that shares these pixels. */
export function imageOf(pixels: Uint8ClampedArray<ArrayBuffer>, width: number, height: number): ScreenImage {
  return new page.ImageData(pixels, width, height);
}

/** A new canvas of the page of another one, or of its worker; undefined where neither is known. */
export function otherCanvas({ ownerDocument }: ScreenCanvas): ScreenCanvas | undefined {
  const { OffscreenCanvas } = page;
  return ownerDocument?.createElement('canvas') ?? (OffscreenCanvas && new OffscreenCanvas(1, 1));
}

const FRAME_MS = 16;

/** Does work at the next frame of the page. A tab in the background has none; where there are no frames, soon. */
export function atNextFrame(work: () => void): void {
  if (typeof page.requestAnimationFrame === 'function') {
    page.requestAnimationFrame(work);
  } else {
    page.setTimeout(work, FRAME_MS);
  }
}

export function after(milliseconds: number, work: () => void): void {
  page.setTimeout(work, milliseconds);
}
