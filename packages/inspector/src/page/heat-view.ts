import { mapSize } from '../model/pixels.js';
import { PAGE_COUNTS, STATE } from '../model/page-states.js';
import type { Player } from '../model/player.js';
import { STATE_COLORS } from './style.js';

/** What the map shows: the state of pages, or how often one of the counts happened. */
export type HeatMode = 'state' | (typeof PAGE_COUNTS)[number];

/** State bits, the one that is shown where several are set first. */
const SHOWN = [
  [STATE.WRITTEN, STATE_COLORS.written],
  [STATE.DIRTY, STATE_COLORS.dirty],
  [STATE.GPU_DIRTY, STATE_COLORS['GPU-dirty']],
  [STATE.READ_BACK, STATE_COLORS['read back']],
  [STATE.UPLOADED, STATE_COLORS.uploaded],
] as const;

const word = ([red, green, blue]: readonly number[], alpha = 255): number =>
  ((alpha << 24) | (blue << 16) | (green << 8) | red) >>> 0;

/** The word of each combination of state bits. */
const STATE_WORDS = Uint32Array.from({ length: 32 }, (_, bits) => {
  const shown = SHOWN.find(([bit]) => (bits & bit) !== 0);
  return shown === undefined ? word(STATE_COLORS.none, 40) : word(shown[1]);
});

/** The largest cell, in pixels of the screen. */
const MOST_CELL = 56;

/** Levels of a count, on a logarithmic scale. */
const LEVELS = 16;

/** The pages of the surface, a cell each, in the order of addresses. */
export class HeatView {
  readonly element = document.createElement('div');
  readonly #canvas = document.createElement('canvas');
  #pages = -1;
  #columns = 1;
  #data: ImageData | undefined;
  #words = new Uint32Array();

  constructor(readonly player: Player) {
    this.element.className = 'heat';
    this.#canvas.setAttribute('role', 'img');
    this.#canvas.setAttribute('aria-label', 'pages of the surface');
    this.element.append(this.#canvas);
  }

  get canvas(): HTMLCanvasElement {
    return this.#canvas;
  }

  /** The page under the pointer. */
  pageUnder({ clientX, clientY }: MouseEvent): number | undefined {
    const { left, top, width, height } = this.#canvas.getBoundingClientRect();
    const { width: columns, height: rows } = this.#canvas;
    const column = Math.floor(((clientX - left) / width) * columns);
    const page = Math.floor(((clientY - top) / height) * rows) * columns + column;
    return page >= 0 && page < this.#pages ? page : undefined;
  }

  /** A page in words. */
  describe(page: number): string {
    const { pages } = this.player;
    if (pages === undefined) {
      return '';
    }
    const state = SHOWN.flatMap(([bit], i) => ((pages.state[page] & bit) === 0 ? [] : [STATE_NAMES[i]]));
    const counts = PAGE_COUNTS.map((name, i) => `${name} ${pages.counts[page * PAGE_COUNTS.length + i]}×`);
    return `page ${page}: ${state.length === 0 ? 'untouched' : state.join(', ')} (${counts.join(', ')})`;
  }

  draw(mode: HeatMode): void {
    const { pages, surface } = this.player;
    if (pages === undefined || surface === undefined) {
      return;
    }
    if (surface.pages !== this.#pages) {
      this.#size(surface.pages);
    }
    const words = this.#words;
    if (mode === 'state') {
      for (let page = 0; page < this.#pages; page++) {
        words[page] = STATE_WORDS[pages.state[page]];
      }
    } else {
      this.#drawCounts(pages.counts, PAGE_COUNTS.indexOf(mode), STATE_COLORS[mode]);
    }
    if (this.#data !== undefined) {
      this.#canvas.getContext('2d')?.putImageData(this.#data, 0, 0);
    }
  }

  #drawCounts(counts: Uint32Array, column: number, color: readonly number[]): void {
    let most = 1;
    for (let at = column; at < counts.length; at += PAGE_COUNTS.length) {
      most = Math.max(most, counts[at]);
    }
    const levels = Array.from({ length: LEVELS + 1 }, (_, level) =>
      word(color, level === 0 ? 20 : 55 + Math.round((200 * level) / LEVELS)),
    );
    const scale = LEVELS / Math.log2(1 + most);
    for (let page = 0, at = column; page < this.#pages; page++, at += PAGE_COUNTS.length) {
      this.#words[page] = levels[Math.ceil(Math.log2(1 + counts[at]) * scale)] ?? levels[LEVELS];
    }
  }

  #size(pages: number): void {
    const { columns, rows } = mapSize(pages);
    this.#pages = pages;
    this.#columns = columns;
    this.#canvas.width = this.#columns;
    this.#canvas.height = rows;
    this.#canvas.style.maxWidth = `${columns * MOST_CELL}px`;
    this.#data = new ImageData(columns, rows);
    this.#words = new Uint32Array(this.#data.data.buffer);
  }
}

const STATE_NAMES = ['written', 'dirty', 'GPU-dirty', 'read back', 'uploaded'] as const;
