import {
  DirtyBoxes,
  DirtyRegion,
  type BoxPrice,
  type SubresourceBox,
  type SurfaceLayout,
} from '@cg/surface-layout';
import { VmwgfxError } from '../errors.js';
import { ReplaceableStep } from '../replaceable-step.js';

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

/** Keeps the dirty boxes of one surface; a replaced step takes precedence over the option. */
export function newKeptBoxes(driver: { readonly boxes: BoxesOption }, layout: SurfaceLayout): KeptBoxes {
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
