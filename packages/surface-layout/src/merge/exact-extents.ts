import type { MipLayout } from '../layout.js';
import { EXTENT, ExtentList, X0, X1, Y1 } from './extents.js';

/**
 * Cuts runs of blocks of one subresource into extents of exactly these blocks, each once. A run is the rest of its
 * first row, whole rows, whole slices, whole rows and the start of its last row, where present; a piece of a row with
 * the same columns as one in the row above, in the same slice, extends that one.
 */
export class ExactExtents {
  readonly extents = new ExtentList();
  #mip!: MipLayout;
  // Extents that end with the current row, and with the one above it, by column: those that may be extended.
  #open = new Int32Array(64);
  #openCount = 0;
  #above = new Int32Array(64);
  #aboveCount = 0;
  #nextAbove = 0;
  #row = Number.NaN;

  /** Begins a subresource. */
  start(mip: MipLayout): void {
    this.extents.count = 0;
    this.#mip = mip;
    this.#openCount = 0;
    this.#aboveCount = 0;
    this.#row = Number.NaN;
  }

  /** Adds the blocks [first, end), which lie after all earlier ones. */
  addRun(first: number, end: number): void {
    const { blocksWide, blocksHigh } = this.#mip;
    let at = first;
    while (at < end) {
      const row = Math.floor(at / blocksWide);
      const x0 = at - row * blocksWide;
      const behind = end - row * blocksWide;
      if (x0 > 0 || behind < blocksWide) {
        const x1 = behind < blocksWide ? behind : blocksWide;
        this.#addRows(x0, x1, row, row + 1);
        at = row * blocksWide + x1;
        continue;
      }
      const endRow = Math.floor(end / blocksWide);
      const z = Math.floor(row / blocksHigh);
      const endSlice = Math.floor(endRow / blocksHigh);
      if (row === z * blocksHigh && endSlice > z) {
        this.extents.push(0, 0, z, blocksWide, blocksHigh, endSlice);
        this.#row = Number.NaN;
        at = endSlice * blocksHigh * blocksWide;
      } else {
        const rows = Math.min(endRow, (z + 1) * blocksHigh);
        this.#addRows(0, blocksWide, row, rows);
        at = rows * blocksWide;
      }
    }
  }

  /** Rows are counted through the slices; those of one call lie in one slice, several only in full width. */
  #addRows(x0: number, x1: number, row: number, endRow: number): void {
    this.#moveTo(row);
    const { blocksHigh } = this.#mip;
    const z = row < blocksHigh ? 0 : Math.floor(row / blocksHigh);
    const y = row - z * blocksHigh;
    const { extents } = this;
    let index = y === 0 ? -1 : this.#findAbove(x0, x1);
    if (index < 0) {
      index = extents.count;
      extents.push(x0, y, z, x1, y + endRow - row, z + 1);
    } else {
      extents.values[index * EXTENT + Y1] += endRow - row;
    }
    if (endRow - row > 1) {
      this.#row = endRow - 1;
      this.#openCount = 0;
      this.#aboveCount = 0;
    }
    if (this.#openCount === this.#open.length) {
      const open = new Int32Array(2 * this.#open.length);
      open.set(this.#open);
      this.#open = open;
    }
    this.#open[this.#openCount++] = index;
  }

  #moveTo(row: number): void {
    if (row === this.#row) {
      return;
    }
    const above = this.#open;
    this.#open = this.#above;
    this.#above = above;
    this.#aboveCount = row === this.#row + 1 ? this.#openCount : 0;
    this.#openCount = 0;
    this.#nextAbove = 0;
    this.#row = row;
  }

  /** Pieces of a row come by column, so the row above is visited once. */
  #findAbove(x0: number, x1: number): number {
    const { values } = this.extents;
    const above = this.#above;
    const count = this.#aboveCount;
    let next = this.#nextAbove;
    while (next < count && values[above[next] * EXTENT + X0] < x0) {
      next++;
    }
    this.#nextAbove = next;
    const at = above[next] * EXTENT;
    return next < count && values[at + X0] === x0 && values[at + X1] === x1 ? above[next] : -1;
  }
}
