import type { SubresourceBox } from '../box.js';
import { SurfaceLayoutError } from '../errors.js';
import type { MipLayout } from '../layout.js';
import { BlockRanges } from './block-ranges.js';
import { CheapestCover } from './cheapest-cover.js';
import { ExactExtents } from './exact-extents.js';
import { EXTENT, texelBox } from './extents.js';
import type { ExtentList } from './extents.js';

/** The cost of moving boxes, in any unit: time, or bytes. */
export interface BoxPrice {
  /** Cost of each byte in a box; more than 0. */
  readonly perByte: number;
  /** Cost of each box, as of a command or a call; 0 or more. */
  readonly perBox: number;
}

/**
 * The dirty blocks of a surface, and two ways to convert them to boxes: exactly these blocks, or a cheap cover.
 * `DirtyBoxes` is a third way, one box for each subresource, in less memory, as this class keeps every separate run of
 * blocks. Memory is reused: adding a range allocates only if a list grows beyond its longest so far.
 */
export class DirtyRegion extends BlockRanges {
  // Runs of blocks [start, end), counted through the subresources of a sheet.
  #starts = new Float64Array(64);
  #ends = new Float64Array(64);
  #count = 0;
  #isOrdered = true;
  readonly #exact = new ExactExtents();
  readonly #cover = new CheapestCover();

  /** As in BlockRanges; in one sheet without planes, blocks are numbered across all subresources. */
  override addRange(start: number, end: number): void {
    const { bytes, format, samples } = this.layout;
    if (samples > 1 || format.planar || !(start >= 0 && start < end && end <= bytes)) {
      super.addRange(start, end);
      return;
    }
    if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end)) {
      super.addRange(start, end);
      return;
    }
    const { bytesPerBlock } = format;
    this.#addRun(Math.floor(start / bytesPerBlock), Math.floor((end - 1) / bytesPerBlock) + 1);
  }

  /** True if nothing is dirty. */
  get isEmpty(): boolean {
    return this.#count === 0;
  }

  /** Removes every range. */
  clear(): void {
    this.#count = 0;
    this.#isOrdered = true;
  }

  /** Boxes of exactly the dirty blocks, each block once; by subresource, slice and row. */
  exactBoxes(): SubresourceBox[] {
    return this.#boxes(undefined);
  }

  /**
   * Boxes that hold every dirty block, at a low total cost: at most that of the exact boxes and of the single ones, and
   * optimal if the dirty parts of each subresource lie in one line, as in buffers. docs/cheapest-cover.md has the
   * bounds for other cases. @throws SurfaceLayoutError EINVAL for a cost that is not finite, a byte cost of 0, a
   * negative box cost.
   */
  cheapestBoxes(price: BoxPrice): SubresourceBox[] {
    const { perByte, perBox } = price;
    if (!(perByte > 0 && perByte < Infinity && perBox >= 0 && perBox < Infinity)) {
      throw new SurfaceLayoutError('EINVAL', 'not a price', { perByte, perBox });
    }
    return this.#boxes(price);
  }

  protected override addWholeSurface(): void {
    this.#starts[0] = 0;
    this.#ends[0] = this.layout.sheetBytes / this.layout.format.bytesPerBlock;
    this.#count = 1;
    this.#isOrdered = true;
  }

  protected override addBytes(subresource: number, level: number, first: number, last: number): void {
    const { bytesPerBlock } = this.layout.format;
    this.addBlocks(subresource, level, Math.floor(first / bytesPerBlock), Math.floor(last / bytesPerBlock));
  }

  protected override addBlocks(subresource: number, level: number, first: number, last: number): void {
    const { layout } = this;
    const { mips, mipChainBytes, format } = layout;
    const layer = (subresource - level) / mips.length;
    const base = (layer * mipChainBytes + mips[level].offset) / format.bytesPerBlock;
    this.#addRun(base + first, base + last + 1);
  }

  #addRun(start: number, end: number): void {
    const before = this.#count - 1;
    if (before >= 0 && start >= this.#starts[before] && start <= this.#ends[before]) {
      this.#ends[before] = Math.max(this.#ends[before], end);
      return;
    }
    if (this.#count === this.#starts.length) {
      this.#makeRoom();
    }
    this.#isOrdered &&= this.#count === 0 || start > this.#starts[this.#count - 1];
    this.#starts[this.#count] = start;
    this.#ends[this.#count++] = end;
  }

  /** Joins runs first, so that memory grows only with separate ones. */
  #makeRoom(): void {
    this.#order();
    if (this.#count > this.#starts.length / 2) {
      const starts = new Float64Array(2 * this.#starts.length);
      const ends = new Float64Array(starts.length);
      starts.set(this.#starts);
      ends.set(this.#ends);
      this.#starts = starts;
      this.#ends = ends;
    }
  }

  /** Sorts and joins the runs. */
  #order(): void {
    const starts = this.#starts;
    const ends = this.#ends;
    const count = this.#count;
    if (!this.#isOrdered) {
      sortRuns(starts, ends, count);
      this.#isOrdered = true;
    }
    let runs = 0;
    for (let from = 0; from < count; runs++) {
      const start = starts[from];
      let end = ends[from++];
      while (from < count && starts[from] <= end) {
        end = ends[from] > end ? ends[from] : end;
        from++;
      }
      starts[runs] = start;
      ends[runs] = end;
    }
    this.#count = runs;
  }

  #boxes(price: BoxPrice | undefined): SubresourceBox[] {
    this.#order();
    const { layers, mips, format, mipChainBytes } = this.layout;
    const boxes: SubresourceBox[] = [];
    let run = 0;
    for (let layer = 0; layer < layers && run < this.#count; layer++) {
      for (let level = 0; level < mips.length; level++) {
        const first = (layer * mipChainBytes + mips[level].offset) / format.bytesPerBlock;
        const end = first + mips[level].bytes / format.bytesPerBlock;
        run = this.#cut(run, mips[level], first, end);
        if (price !== undefined) {
          // A box is moved in every sheet.
          const perBlock = price.perByte * format.bytesPerBlock * this.layout.samples;
          this.#cover.cover(this.#exact.extents, perBlock, price.perBox);
        }
        this.#take(layer * mips.length + level, this.#exact.extents, boxes);
      }
    }
    return boxes;
  }

  /** Cuts the part of the runs from `run` on in the subresource of blocks [first, end). @returns the next run */
  #cut(run: number, mip: MipLayout, first: number, end: number): number {
    this.#exact.start(mip);
    let next = run;
    while (next < this.#count && this.#starts[next] < end) {
      const from = Math.max(this.#starts[next], first) - first;
      this.#exact.addRun(from, Math.min(this.#ends[next], end) - first);
      if (this.#ends[next] > end) {
        return next;
      }
      next++;
    }
    return next;
  }

  #take(subresource: number, extents: ExtentList, boxes: SubresourceBox[]): void {
    const { format, mips } = this.layout;
    const mip = mips[subresource % mips.length];
    for (let index = 0; index < extents.count; index++) {
      boxes.push(texelBox(format, mip, subresource, extents.values, index * EXTENT));
    }
  }
}

/**
 * Sorts runs by their start. Start and length share a number where that is exact. Otherwise starts and ends are sorted
 * separately: the runs then differ, but not their union, because as many runs cover each block.
 */
function sortRuns(starts: Float64Array, ends: Float64Array, count: number): void {
  let longest = 0;
  let last = 0;
  for (let i = 0; i < count; i++) {
    longest = Math.max(longest, ends[i] - starts[i]);
    last = Math.max(last, ends[i]);
  }
  const scale = 2 ** Math.ceil(Math.log2(longest + 1));
  if (last * scale >= Number.MAX_SAFE_INTEGER) {
    starts.subarray(0, count).sort();
    ends.subarray(0, count).sort();
    return;
  }
  for (let i = 0; i < count; i++) {
    starts[i] = starts[i] * scale + (ends[i] - starts[i]);
  }
  starts.subarray(0, count).sort();
  for (let i = 0; i < count; i++) {
    const start = Math.floor(starts[i] / scale);
    ends[i] = start + (starts[i] - start * scale);
    starts[i] = start;
  }
}
