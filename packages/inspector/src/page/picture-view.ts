import { EVENT } from '../recording/event-kind.js';
import { boxAt } from '../model/surface-view.js';
import { pixelsOf, type Pixels } from '../model/pixels.js';
import type { Player } from '../model/player.js';
import { STATE_COLORS } from './style.js';

export interface Pixel {
  readonly x: number;
  readonly y: number;
}

/** Boxes beyond this many in a step are not drawn. */
const MOST_BOXES = 4096;

/** The device's picture of the surface, and over it the boxes of the step. */
export class PictureView {
  readonly element = document.createElement('div');
  readonly #canvas = document.createElement('canvas');
  readonly #overlay = document.createElement('canvas');
  readonly #context: CanvasRenderingContext2D;
  #pixels: Pixels | undefined;
  #surface = -1;
  #subresource = 0;
  #data: ImageData | undefined;
  #rgba = new Uint8Array();
  /** Rows that have changed since the last paint. */
  #first = 0;
  #end = 0;

  constructor(readonly player: Player) {
    this.element.className = 'picture';
    this.#canvas.tabIndex = 0;
    this.#canvas.setAttribute('role', 'img');
    this.element.append(this.#canvas, this.#overlay);
    // The picture is written and never drawn on.
    this.#context = this.#canvas.getContext('2d', { willReadFrequently: true }) as CanvasRenderingContext2D;
  }

  get canvas(): HTMLCanvasElement {
    return this.#canvas;
  }

  get pixels(): Pixels | undefined {
    return this.#pixels;
  }

  /** The pixel under the pointer. */
  pixelUnder({ clientX, clientY }: MouseEvent): Pixel | undefined {
    const pixels = this.#pixels;
    const { left, top, width, height } = this.#canvas.getBoundingClientRect();
    if (pixels === undefined || width === 0 || height === 0) {
      return undefined;
    }
    const x = Math.floor(((clientX - left) / width) * pixels.width);
    const y = Math.floor(((clientY - top) / height) * pixels.height);
    return { x: clamp(x, pixels.width), y: clamp(y, pixels.height) };
  }

  /** Shows the surface of the player as it is now; only changed rows are converted. */
  draw(subresource: number, chosen: Pixel | undefined): void {
    const { surface } = this.player;
    if (surface === undefined) {
      return;
    }
    if (surface.index !== this.#surface || subresource !== this.#subresource) {
      this.#show(surface.index, subresource);
    }
    const pixels = this.#pixels as Pixels;
    const image = this.player.image((start, end) => {
      const [first, last] = pixels.rowsOf(start, end);
      if (first < last) {
        this.#first = Math.min(this.#first, first);
        this.#end = Math.max(this.#end, last);
      }
    });
    if (image !== undefined && this.#data !== undefined && this.#first < this.#end) {
      pixels.paint(image, this.#first, this.#end, this.#rgba);
      this.#context.putImageData(this.#data, 0, 0, 0, this.#first, pixels.width, this.#end - this.#first);
    }
    this.#first = pixels.height;
    this.#end = 0;
    this.#drawBoxes(chosen);
  }

  /** Lets the boxes of the step flash. */
  flash(): void {
    const { classList } = this.#overlay;
    classList.remove('flash');
    void this.#overlay.offsetWidth; // starts the animation again
    classList.add('flash');
  }

  #show(index: number, subresource: number): void {
    const { surface } = this.player;
    if (surface === undefined) {
      return;
    }
    this.#surface = index;
    this.#subresource = subresource;
    const pixels = pixelsOf(surface, subresource);
    this.#pixels = pixels;
    for (const canvas of [this.#canvas, this.#overlay]) {
      canvas.width = pixels.width;
      canvas.height = pixels.height;
    }
    this.#data = new ImageData(pixels.width, pixels.height);
    this.#rgba = new Uint8Array(this.#data.data.buffer);
    this.#first = 0;
    this.#end = pixels.height;
    const what = pixels.shows === 'texels' ? 'pixels' : 'bytes as greys';
    this.#canvas.setAttribute('aria-label', `${surface.name}: ${what}. Arrow keys choose one.`);
  }

  #drawBoxes(chosen: Pixel | undefined): void {
    const context = this.#overlay.getContext('2d');
    const { player } = this;
    const { surface, recording, steps } = player;
    const pixels = this.#pixels;
    if (context === null || surface === undefined || pixels === undefined) {
      return;
    }
    context.clearRect(0, 0, pixels.width, pixels.height);
    const { kind, surface: of, a } = recording.events;
    const line = Math.max(Math.round(pixels.width / 600), 1);
    context.lineWidth = line;
    let drawn = 0;
    for (let at = steps.starts[player.step]; at < player.at && drawn < MOST_BOXES; at++) {
      const isUpload = kind[at] === EVENT.UPLOAD;
      if (of[at] !== surface.index || !(isUpload || kind[at] === EVENT.WRITE)) {
        continue;
      }
      const { subresource, box } = boxAt(recording.numbers, a[at], surface.layout);
      if (subresource !== this.#subresource) {
        continue;
      }
      drawn++;
      const color = STATE_COLORS[isUpload ? 'uploaded' : 'GPU-dirty'].join(' ');
      context.fillStyle = `rgb(${color} / 0.12)`;
      context.strokeStyle = `rgb(${color})`;
      const shown = shownBox(pixels, box);
      context.fillRect(...shown);
      context.strokeRect(...inset(shown, line));
    }
    if (chosen !== undefined) {
      this.#drawChosen(context, chosen, line);
    }
  }

  #drawChosen(context: CanvasRenderingContext2D, { x, y }: Pixel, line: number): void {
    const size = 6 * line;
    context.strokeStyle = '#fff';
    context.lineWidth = 3 * line;
    for (let pass = 0; pass < 2; pass++) {
      context.strokeRect(x + 0.5 - size, y + 0.5 - size, 2 * size, 2 * size);
      context.strokeStyle = '#d0021b';
      context.lineWidth = line;
    }
  }
}

/** A box in pixels; all of the picture where that has bytes. */
function shownBox(
  { shows, width, height }: Pixels,
  box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
): [number, number, number, number] {
  return shows === 'texels' ? [box.x, box.y, box.width, box.height] : [0, 0, width, height];
}

function inset([x, y, width, height]: readonly number[], line: number): [number, number, number, number] {
  return [x + line / 2, y + line / 2, Math.max(width - line, 0), Math.max(height - line, 0)];
}

function clamp(value: number, end: number): number {
  return Math.min(Math.max(value, 0), end - 1);
}
