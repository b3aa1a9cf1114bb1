import {
  DirtyBoxes,
  DirtyRegion,
  type BoxPrice,
  type SubresourceBox,
  type SurfaceLayout,
} from '@cg/surface-layout';
import { DirtyPages } from '@cg/tracked-memory';
import { VmwgfxError } from '../errors.js';
import { ReplaceableStep } from '../replaceable-step.js';
import { LINE_BYTES, LINES_PER_PAGE, Shadow, type SurfaceMemory } from './shadow.js';
import type { MemoryAccount } from '../memory/memory-account.js';

/** How the dirty bytes of a surface become boxes: one for each subresource, or a cover that is cheap at this price. */
export type BoxesOption = 'single' | BoxPrice;

/** The dirty boxes of a surface (rule 7). */
export type KeptBoxes = Pick<DirtyBoxes, 'addRange' | 'boxes' | 'isEmpty' | 'clear'>;

export const dirtyBoxesStep = new ReplaceableStep<new (layout: SurfaceLayout) => KeptBoxes>(DirtyBoxes);

/** @throws VmwgfxError EINVAL for a cost that is not finite, a byte cost of 0, a negative box cost */
export function checkBoxes(boxes: BoxesOption): BoxesOption {
  if (boxes === 'single') {
    return boxes;
  }
  const { perByte, perBox } = boxes;
  if (!(perByte > 0 && perByte < Infinity && perBox >= 0 && perBox < Infinity)) {
    throw new VmwgfxError('EINVAL', `not a price of boxes: ${perByte} per byte, ${perBox} per box`);
  }
  return boxes;
}

/** A driver's state, as far as boxes depend on it. */
interface BoxesState {
  readonly boxes: BoxesOption;
  readonly shadows: MemoryAccount;
}

/**
 * Whether a coherent surface has a shadow: with the option, and if a byte in memory is one byte on the device (D3, D4).
 * A replaced step takes precedence.
 */
export function takesShadow(driver: BoxesState, { samples, format }: SurfaceLayout): boolean {
  const isPlain = samples === 1 && !format.planar;
  return driver.shadows.limit > 0 && isPlain && dirtyBoxesStep.in(driver) === DirtyBoxes;
}

/** Keeps the dirty boxes of one surface; a replaced step takes precedence over the option. */
export function newKeptBoxes(driver: BoxesState, layout: SurfaceLayout): KeptBoxes {
  const Boxes = dirtyBoxesStep.in(driver);
  const { boxes } = driver;
  return boxes === 'single' || Boxes !== DirtyBoxes ? new Boxes(layout) : new PricedBoxes(layout, boxes);
}

/** Keeps every run of dirty blocks, and covers them at the least cost when they are asked for. */
class PricedBoxes implements KeptBoxes {
  readonly #region: DirtyRegion;
  readonly #price: BoxPrice;

  constructor(layout: SurfaceLayout, price: BoxPrice) {
    this.#region = new DirtyRegion(layout);
    this.#price = price;
  }

  get isEmpty(): boolean {
    return this.#region.isEmpty;
  }

  addRange(start: number, end: number): void {
    this.#region.addRange(start, end);
  }

  boxes(): SubresourceBox[] {
    return this.#region.cheapestBoxes(this.#price);
  }

  clear(): void {
    this.#region.clear();
  }
}

/** Keeps the dirty lines, and makes boxes of those that differ from what the device has (rule 7.7). */
export class ComparedBoxes implements KeptBoxes {
  readonly shadow: Shadow;
  readonly #different: KeptBoxes;
  readonly #bytes: number;
  readonly #lines: DirtyPages;
  readonly #place: () => SurfaceMemory;

  /** @param place where the surface lies now */
  constructor(driver: BoxesState, layout: SurfaceLayout, place: () => SurfaceMemory) {
    this.shadow = new Shadow(layout.bytes, driver.shadows);
    this.#different = newKeptBoxes(driver, layout);
    this.#bytes = layout.bytes;
    this.#lines = new DirtyPages(Math.ceil(layout.bytes / LINE_BYTES));
    this.#place = place;
  }

  get isEmpty(): boolean {
    return this.#lines.isEmpty;
  }

  addRange(start: number, end: number): void {
    const first = Math.floor(Math.max(start, 0) / LINE_BYTES);
    const limit = Math.ceil(Math.min(end, this.#bytes) / LINE_BYTES);
    if (first < limit) {
      this.#lines.addRange(first, limit);
    }
  }

  boxes(): SubresourceBox[] {
    const { bitmap, start, end, isEmpty } = this.#lines;
    if (isEmpty) {
      return [];
    }
    const place = this.#place();
    this.#different.clear();
    for (let line = bitmap.findNextSet(start, end); line < end; line = bitmap.findNextSet(line, end)) {
      const first = line;
      while (line < end && bitmap.has(line) && !this.shadow.isSame(line, place)) {
        line++;
      }
      if (first < line) {
        this.#different.addRange(first * LINE_BYTES, Math.min(line * LINE_BYTES, this.#bytes));
      } else {
        line++;
      }
    }
    return this.#different.boxes();
  }

  clear(): void {
    this.#lines.clearRange(0, this.#lines.pageCount);
  }

  /** A fault has read the surface back. @param isDirty whether a page of it is dirty and not added yet */
  noteReadBack(isDirty: (page: number) => boolean): void {
    const lines = this.#lines;
    this.shadow.readBack(
      this.#place(),
      (line) => lines.has(line) || isDirty(Math.floor(line / LINES_PER_PAGE)),
    );
  }
}
