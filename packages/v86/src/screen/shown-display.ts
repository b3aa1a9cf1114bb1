import type { PointerState, ScreenRenderer, SvgaDevice, SvgaEvent } from '@cg/svga-device';
import { SVGA_ID_INVALID } from '@cg/svga-protocol';
import { atNextFrame } from './canvas.js';
import type { PageStyle, ScreenCanvas } from './canvas.js';
import { CanvasScreen } from './canvas-screen.js';
import { cssCursor } from './cursor.js';
import type { PlacedCursor } from './cursor.js';

/** How the guest's mouse pointer is shown: by the browser, as part of the picture, or as suits the guest's mouse. */
export type CursorStyle = 'auto' | 'css' | 'drawn';

interface DisplayParts {
  readonly device: SvgaDevice;
  /** For the first screen, the second and so on. */
  readonly canvases: readonly ScreenCanvas[];
  /** Shown while the device shows nothing. */
  readonly vga: { readonly style: Pick<PageStyle, 'display'> } | undefined;
  readonly cursor: CursorStyle;
  /** The pictures of screens that the renderer keeps. */
  readonly pictures: ScreenRenderer | undefined;
}

/** Shows the screens of a device on canvases, a frame of the page at a time. */
export class ShownDisplay {
  readonly #parts: DisplayParts;
  readonly #screens: readonly CanvasScreen[];
  readonly #stop: () => void;
  readonly #vgaDisplay: string;
  /** Ids of the screens on the canvases. */
  #ids: readonly number[] = [];
  #isLaidOut = false;
  #isPending = false;
  #isEnded = false;
  #isAbsolute = false;
  #css: { readonly image: PointerState['image']; readonly css: string | undefined } | undefined;

  constructor(parts: DisplayParts) {
    this.#parts = parts;
    this.#screens = parts.canvases.map((canvas) => new CanvasScreen(canvas, parts.pictures));
    this.#vgaDisplay = parts.vga?.style.display ?? '';
    this.#stop = parts.device.events.listen((event) => this.#hear(event));
    this.paint();
  }

  /** Whether the guest is told places, not movements, of the mouse: then the browser can show the pointer there. */
  set isAbsolute(isAbsolute: boolean) {
    this.#isAbsolute = isAbsolute;
    this.#request();
  }

  /** Draws what is due at once. */
  paint(): void {
    if (this.#isEnded) {
      return;
    }
    this.#isPending = false;
    if (!this.#isLaidOut) {
      this.#layOut();
    }
    this.#showPointer();
    this.#screens.forEach((screen) => screen.paint());
  }

  /** Shows nothing any more: the VGA is back, and the canvases are as they were drawn last. */
  end(): void {
    this.#stop();
    this.#isEnded = true;
    this.#showVga(true);
    this.#screens.forEach(({ canvas }) => setStyle(canvas, 'cursor', ''));
  }

  #hear(event: SvgaEvent): void {
    switch (event.kind) {
      case 'screen-updated':
        this.#screens[this.#ids.indexOf(event.screenTargetId)]?.damage(event.rect);
        break;
      case 'screen-defined':
      case 'screen-resized':
      case 'screen-destroyed':
      case 'restored':
        this.#isLaidOut = false;
        break;
      case 'pointer-defined':
      case 'pointer-moved':
        break;
      default:
        return;
    }
    this.#request();
  }

  #request(): void {
    if (!this.#isPending && !this.#isEnded) {
      this.#isPending = true;
      atNextFrame(() => this.paint());
    }
  }

  #layOut(): void {
    const { device } = this.#parts;
    const shown = device.shownScreens;
    this.#isLaidOut = true;
    this.#ids = shown.map(({ screenTargetId }) => screenTargetId);
    this.#showVga(shown.length === 0);
    this.#screens.forEach((screen, i) => {
      screen.show(i < shown.length ? device.screenTarget(this.#ids[i]) : undefined);
      if (i > 0 || this.#parts.vga !== undefined) {
        setStyle(screen.canvas, 'display', i < shown.length ? '' : 'none');
      }
    });
  }

  #showVga(isShown: boolean): void {
    const { vga } = this.#parts;
    if (vga !== undefined) {
      vga.style.display = isShown ? this.#vgaDisplay : 'none';
    }
  }

  #showPointer(): void {
    const { device, cursor } = this.#parts;
    const { visible, image, ...at } = device.pointer;
    const css = this.#cssOf(image);
    const byCss = css !== undefined && (cursor === 'css' || (cursor === 'auto' && this.#isAbsolute));
    const place = { x: at.x - (image?.hotspotX ?? 0), y: at.y - (image?.hotspotY ?? 0) };
    this.#screens.forEach((screen, i) => {
      const isDrawn = visible && !byCss && image !== undefined;
      screen.setCursor(isDrawn ? this.#placed({ image, ...place }, at.screenId, i) : undefined);
      const hidden = this.#isAbsolute && image !== undefined ? 'none' : '';
      setStyle(screen.canvas, 'cursor', byCss && visible ? css : hidden);
    });
  }

  #placed(cursor: PlacedCursor, screenId: number, i: number): PlacedCursor | undefined {
    if (screenId !== SVGA_ID_INVALID) {
      return this.#ids[i] === screenId ? cursor : undefined;
    }
    const { xRoot, yRoot } = this.#parts.device.shownScreens[i] ?? { xRoot: 0, yRoot: 0 };
    return { image: cursor.image, x: cursor.x - xRoot, y: cursor.y - yRoot };
  }

  #cssOf(image: PointerState['image']): string | undefined {
    if (this.#parts.cursor === 'drawn' || image === undefined) {
      return undefined;
    }
    if (this.#css?.image !== image) {
      this.#css = { image, css: cssCursor(image, this.#parts.canvases[0]) };
    }
    return this.#css.css;
  }
}

function setStyle({ style }: ScreenCanvas, name: keyof PageStyle, value: string): void {
  if (style !== undefined && style[name] !== value) {
    style[name] = value;
  }
}
