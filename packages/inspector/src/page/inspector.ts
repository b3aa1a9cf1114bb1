import { render } from 'preact';
import { Player } from '../model/player.js';
import { seriesOf } from '../model/steps.js';
import { byteOfPage, pixelsOf } from '../model/pixels.js';
import { subresourceOf } from '../model/surface-view.js';
import type { Recording } from '../recording/recording.js';
import { readAddress, writeAddress, type Address } from './address.js';
import { HeatView, type HeatMode } from './heat-view.js';
import { PictureView, type Pixel } from './picture-view.js';
import { Plots } from './plots.js';
import { STYLE } from './style.js';
import { page, type Actions } from './view.js';

/** Options of an inspector in a page. */
export interface InspectorOptions {
  /** Reads the place from the URL's hash, and writes it there. Default false. */
  readonly useHash?: boolean;
}

/** An inspector in a page. */
export interface Inspector {
  /** Moves to the end of a step. */
  show(step: number): void;
  /** Chooses a pixel of the surface. @returns the chain of its byte, as text */
  choose(x: number, y: number): string[];
  /** Shows another recording, such as a later one of the same run, at its end. */
  update(recording: Recording): void;
  /** Removes it from the page. */
  destroy(): void;
}

/** Steps in a second while it plays; at most one for each frame of the screen. */
const STEPS_PER_SECOND = 30;

/** Shows a recording in an element of a page; in a shadow root, so that neither's style meets the other's. */
export function mountInspector(
  host: HTMLElement,
  recording: Recording,
  options: InspectorOptions = {},
): Inspector {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  root.adoptedStyleSheets = [sheet];
  return new MountedInspector(root, recording, options);
}

class MountedInspector implements Inspector, Actions {
  readonly #root: ShadowRoot;
  readonly #useHash: boolean;
  readonly #abort = new AbortController();
  #player: Player;
  #picture: PictureView;
  #map: HeatView;
  #plots: Plots;
  #heat: HeatMode = 'state';
  #subresource = 0;
  #pixel: Pixel | undefined;
  #tip = '';
  #isPlaying = false;
  #isDue = false;
  #hash = '';
  #shownStep = -1;

  constructor(root: ShadowRoot, recording: Recording, { useHash = false }: InspectorOptions) {
    this.#root = root;
    this.#useHash = useHash;
    this.#player = new Player(recording);
    this.#picture = new PictureView(this.#player);
    this.#map = new HeatView(this.#player);
    this.#plots = new Plots(recording.stepName, (step) => this.toStep(step));
    const { signal } = this.#abort;
    document.addEventListener('keydown', (event) => this.#key(event), { signal });
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', () => this.#drawPlots(), { signal });
    if (useHash) {
      addEventListener('hashchange', () => this.#readHash(), { signal });
    }
    this.#begin();
  }

  show(step: number): void {
    this.#player.moveToStep(step);
    this.#draw();
  }

  choose(x: number, y: number): string[] {
    this.#pixel = { x, y };
    this.#draw();
    return (this.#chain()?.links ?? []).map(({ link, state, text }) => `${link} ${state}: ${text}`);
  }

  update(recording: Recording): void {
    this.#plots.destroy();
    render(null, this.#root);
    this.#player = new Player(recording);
    this.#picture = new PictureView(this.#player);
    this.#map = new HeatView(this.#player);
    this.#plots = new Plots(recording.stepName, (step) => this.toStep(step));
    this.#begin();
    this.show(this.#player.steps.count - 1);
  }

  destroy(): void {
    this.#isPlaying = false;
    this.#abort.abort();
    this.#plots.destroy();
    render(null, this.#root);
  }

  toStep(step: number): void {
    this.#player.moveToStep(step);
    this.#soon();
  }

  toEvent(events: number): void {
    this.#player.moveTo(events);
    this.#soon();
  }

  play(): void {
    this.#isPlaying = !this.#isPlaying;
    const { step, steps } = this.#player;
    if (this.#isPlaying && step === steps.count - 1) {
      this.#player.moveToStep(0);
    }
    this.#soon();
    if (this.#isPlaying) {
      this.#playOn(performance.now());
    }
  }

  chooseSurface(index: number): void {
    this.#player.choose(index);
    this.#subresource = 0;
    this.#pixel = undefined;
    this.#drawPlots();
    this.#soon();
  }

  chooseSubresource(index: number): void {
    this.#subresource = index;
    this.#pixel = undefined;
    this.#soon();
  }

  chooseHeat(mode: HeatMode): void {
    this.#heat = mode;
    this.#soon();
  }

  /** The first draw of a recording, at its first step or where the address leads. */
  #begin(): void {
    const { canvas } = this.#picture;
    canvas.addEventListener('click', (event) => this.#choosePixel(this.#picture.pixelUnder(event)));
    canvas.addEventListener('keydown', (event) => this.#movePixel(event));
    this.#map.canvas.addEventListener('mousemove', (event) => this.#describePage(event));
    this.#map.canvas.addEventListener('click', (event) => this.#choosePage(event));
    this.#shownStep = -1;
    if (this.#useHash && location.hash.length > 1) {
      this.#readHash();
    } else {
      this.#findFirst();
    }
    this.#draw();
    this.#drawPlots();
  }

  /** Shows the byte that a check has found wrong, or else the first step. */
  #findFirst(): void {
    const player = this.#player;
    const found = player.firstFinding();
    if (found === undefined) {
      player.moveToStep(Math.min(1, player.steps.count - 1));
      return;
    }
    player.choose(found.surface);
    player.moveToStep(player.stepOf(found.event));
    const { surface } = player;
    if (surface !== undefined) {
      this.#subresource = subresourceOf(surface, found.byte);
      this.#pixel = pixelsOf(surface, this.#subresource).pixelOf(found.byte);
    }
  }

  #playOn(last: number): void {
    requestAnimationFrame((now) => {
      if (!this.#isPlaying) {
        return;
      }
      const { step, steps } = this.#player;
      const due = Math.floor(((now - last) * STEPS_PER_SECOND) / 1000);
      if (due > 0) {
        this.#player.moveToStep(step + 1);
        this.#isPlaying = step + 1 < steps.count - 1;
        this.#draw();
      }
      if (this.#isPlaying) {
        this.#playOn(due > 0 ? now : last);
      }
    });
  }

  /** Draws once before the next frame of the screen, however often it is asked to. */
  #soon(): void {
    if (!this.#isDue) {
      this.#isDue = true;
      requestAnimationFrame(() => {
        this.#isDue = false;
        this.#draw();
      });
    }
  }

  #draw(): void {
    const player = this.#player;
    this.#picture.draw(this.#subresource, this.#pixel);
    this.#map.draw(this.#heat);
    this.#plots.mark(player.step);
    if (player.step !== this.#shownStep) {
      this.#shownStep = player.step;
      this.#picture.flash();
    }
    const shown = {
      player,
      isPlaying: this.#isPlaying,
      heat: this.#heat,
      subresource: this.#subresource,
      tip: this.#tip,
      chain: this.#chain(),
      picture: this.#picture.element,
      map: this.#map.element,
      plots: this.#plots.element,
    };
    render(page(shown, this), this.#root);
    if (!this.#isPlaying) {
      this.#writeHash();
    }
  }

  #drawPlots(): void {
    const { recording, steps, surface } = this.#player;
    this.#plots.draw(seriesOf(recording, steps, surface?.index));
    this.#plots.mark(this.#player.step);
  }

  #chain() {
    const pixels = this.#picture.pixels;
    if (this.#pixel === undefined || pixels === undefined || this.#isPlaying) {
      return undefined;
    }
    const byte = pixels.byteAt(this.#pixel.x, this.#pixel.y);
    return { byte, links: this.#player.chainOf(byte) };
  }

  #choosePixel(pixel: Pixel | undefined): void {
    this.#pixel = pixel;
    this.#soon();
  }

  #describePage(event: MouseEvent): void {
    const pageNumber = this.#map.pageUnder(event);
    this.#tip = pageNumber === undefined ? '' : this.#map.describe(pageNumber);
    this.#soon();
  }

  #choosePage(event: MouseEvent): void {
    const pageNumber = this.#map.pageUnder(event);
    if (pageNumber !== undefined) {
      this.#choosePixel(this.#picture.pixels?.pixelOf(byteOfPage(pageNumber)));
    }
  }

  #movePixel(event: KeyboardEvent): void {
    const moves: Readonly<Record<string, readonly [number, number]>> = {
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowUp: [0, -1],
      ArrowDown: [0, 1],
    };
    const pixels = this.#picture.pixels;
    const move = moves[event.key];
    if (pixels === undefined || move === undefined) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    const far = event.shiftKey ? 16 : 1;
    const { x, y } = this.#pixel ?? { x: Math.floor(pixels.width / 2), y: Math.floor(pixels.height / 2) };
    this.#choosePixel({
      x: Math.min(Math.max(x + move[0] * far, 0), pixels.width - 1),
      y: Math.min(Math.max(y + move[1] * far, 0), pixels.height - 1),
    });
  }

  #key(event: KeyboardEvent): void {
    const [target] = event.composedPath();
    const isField = target instanceof HTMLInputElement || target instanceof HTMLSelectElement;
    if (event.altKey || event.ctrlKey || event.metaKey || isField) {
      return;
    }
    const { step, at, steps } = this.#player;
    const isButton = target instanceof HTMLButtonElement;
    const acts: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => (event.shiftKey ? this.toEvent(at - 1) : this.toStep(step - 1)),
      ArrowRight: () => (event.shiftKey ? this.toEvent(at + 1) : this.toStep(step + 1)),
      Home: () => this.toStep(0),
      End: () => this.toStep(steps.count - 1),
      ...(isButton ? {} : { ' ': () => this.play() }),
    };
    const act = acts[event.key];
    if (act !== undefined) {
      event.preventDefault();
      act();
    }
  }

  #readHash(): void {
    if (location.hash === this.#hash) {
      return;
    }
    const { step, event, surface, pixel }: Address = readAddress(location.hash);
    const player = this.#player;
    const named = player.surfaces.find(({ name }) => name === surface);
    if (named !== undefined) {
      player.choose(named.index);
    }
    if (step !== undefined) {
      player.moveToStep(Math.max(player.steps.numbers.indexOf(step), 0));
    }
    if (event !== undefined) {
      player.moveTo(event);
    }
    this.#pixel = pixel;
    this.#soon();
  }

  #writeHash(): void {
    if (!this.#useHash) {
      return;
    }
    const { step, steps, at, surface } = this.#player;
    const number = steps.numbers[step];
    const hash = writeAddress({
      ...(step > 0 && { step: number }),
      ...((step === 0 || at !== steps.starts[steps.numbers.indexOf(number) + 1]) && { event: at }),
      ...(surface !== undefined && { surface: surface.name }),
      ...(this.#pixel && { pixel: this.#pixel }),
    });
    if (hash !== this.#hash) {
      this.#hash = hash;
      history.replaceState(null, '', hash);
    }
  }
}
