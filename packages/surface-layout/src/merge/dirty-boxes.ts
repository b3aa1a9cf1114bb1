import type { SubresourceBox } from '../box.js';
import type { MipLayout, SurfaceLayout } from '../layout.js';
import { BlockRanges } from './block-ranges.js';
import type { DirtyOptions } from './block-ranges.js';
import { EXTENT, texelBox, X0, X1, Y0, Y1, Z0, Z1 } from './extents.js';

/**
 * The dirty parts of a surface: for each subresource at most one box, the smallest that holds every block
 * touched by the byte ranges added since the last clear (rules 7.2, 7.3, 7.4). The order of adding never
 * matters (D1). It takes memory by the subresource, none by the range.
 *
 * A range that touches a planar subresource makes it dirty whole (D4). With several samples any range makes
 * the whole surface dirty, as the device's order of samples is not stated (D3); a planar surface keeps to the
 * subresources that the range touches in any sheet. The options say otherwise.
 */
export class DirtyBoxes extends BlockRanges {
  /** Of each subresource; an end of 0 in x marks an empty one. */
  private readonly extents: Float64Array;
  private whole = false;
  private boxCount = 0;

  constructor(layout: SurfaceLayout, options?: DirtyOptions) {
    super(layout, options);
    this.extents = new Float64Array(layout.subresourceCount * EXTENT);
  }

  /** How many subresources have a box. */
  get count(): number {
    return this.boxCount;
  }

  /** True where nothing is dirty. */
  get isEmpty(): boolean {
    return this.boxCount === 0;
  }

  /** Forgets every box. */
  clear(): void {
    if (this.boxCount > 0) {
      this.extents.fill(0);
      this.boxCount = 0;
      this.whole = false;
    }
  }

  /** The boxes in texels, ascending by subresource: they start on blocks and end clipped to their mip. */
  boxes(): SubresourceBox[] {
    const { extents, layout } = this;
    const found: SubresourceBox[] = [];
    for (let subresource = 0; found.length < this.boxCount; subresource++) {
      const at = subresource * EXTENT;
      if (extents[at + X1] !== 0) {
        found.push(texelBox(layout, subresource, extents, at));
      }
    }
    return found;
  }

  protected override addWholeSurface(): void {
    if (this.whole) {
      return;
    }
    const { mips, subresourceCount } = this.layout;
    for (let subresource = 0; subresource < subresourceCount; subresource++) {
      const mip = mips[subresource % mips.length];
      this.grow(subresource, 0, 0, 0, mip.blocksWide, mip.blocksHigh, mip.blocksDeep);
    }
    this.whole = true;
  }

  /** Rule 7.2: a range inside one row is columns, inside one slice whole rows, across slices whole slices. */
  protected override addBlocks(subresource: number, mip: MipLayout, first: number, last: number): void {
    const { blocksWide, blocksHigh, blocksDeep } = mip;
    const row0 = Math.floor(first / blocksWide);
    const row1 = Math.floor(last / blocksWide);
    let z0 = 0;
    if (blocksDeep > 1) {
      z0 = Math.floor(row0 / blocksHigh);
      const z1 = Math.floor(row1 / blocksHigh);
      if (z0 !== z1) {
        this.grow(subresource, 0, 0, z0, blocksWide, blocksHigh, z1 + 1);
        return;
      }
    }
    const slice = z0 * blocksHigh;
    if (row0 !== row1) {
      this.grow(subresource, 0, row0 - slice, z0, blocksWide, row1 - slice + 1, z0 + 1);
      return;
    }
    const row = row0 * blocksWide;
    this.grow(subresource, first - row, row0 - slice, z0, last - row + 1, row0 - slice + 1, z0 + 1);
  }

  /** D1: origin and end move independently, so growing down never pulls the end along. */
  private grow(
    subresource: number,
    x0: number,
    y0: number,
    z0: number,
    x1: number,
    y1: number,
    z1: number,
  ): void {
    const { extents } = this;
    const at = subresource * EXTENT;
    if (extents[at + X1] === 0) {
      this.boxCount++;
      extents[at + X0] = x0;
      extents[at + Y0] = y0;
      extents[at + Z0] = z0;
      extents[at + X1] = x1;
      extents[at + Y1] = y1;
      extents[at + Z1] = z1;
      return;
    }
    if (x0 < extents[at + X0]) {
      extents[at + X0] = x0;
    }
    if (y0 < extents[at + Y0]) {
      extents[at + Y0] = y0;
    }
    if (z0 < extents[at + Z0]) {
      extents[at + Z0] = z0;
    }
    if (x1 > extents[at + X1]) {
      extents[at + X1] = x1;
    }
    if (y1 > extents[at + Y1]) {
      extents[at + Y1] = y1;
    }
    if (z1 > extents[at + Z1]) {
      extents[at + Z1] = z1;
    }
  }
}
