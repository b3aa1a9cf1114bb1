import type { SubresourceBox } from './box.js';
import { SurfaceLayoutError } from './errors.js';
import type { MipLayout, SurfaceLayout } from './layout.js';

// One extent, in blocks: origin inclusive, end exclusive. An end of 0 in x marks an empty one.
const X0 = 0;
const Y0 = 1;
const Z0 = 2;
const X1 = 3;
const Y1 = 4;
const Z1 = 5;
const EXTENT = 6;

/**
 * The dirty parts of a surface: for each subresource at most one box, the smallest that holds every block
 * touched by the byte ranges added since the last clear (rules 7.2, 7.3, 7.4). The order of adding never
 * matters (D1).
 *
 * A range that touches a planar subresource makes it dirty whole (D4). With several samples any range makes
 * the whole surface dirty, as the device's order of samples is not stated (D3); a planar surface keeps to the
 * subresources that the range touches in any sheet.
 */
export class DirtyBoxes {
  private readonly extents: Float64Array;
  private readonly everySample: boolean;
  private whole = false;
  private boxCount = 0;

  constructor(readonly layout: SurfaceLayout) {
    this.extents = new Float64Array(layout.subresourceCount * EXTENT);
    this.everySample = layout.samples > 1 && !layout.format.planar;
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

  /**
   * Adds the bytes [start, end) of the surface's backing. What lies outside the surface is ignored: a
   * trailer, the tail of a page (D2), the head of one. An empty range adds nothing.
   * @throws SurfaceLayoutError EINVAL for a range that is inverted or not of integers; nothing is added then.
   */
  addRange(start: number, end: number): void {
    if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || start > end) {
      throw new SurfaceLayoutError('EINVAL', 'not a byte range', { start, end });
    }
    const { layout } = this;
    const first = Math.max(start, 0);
    const last = Math.min(end, layout.bytes) - 1;
    if (first > last || this.whole) {
      return;
    }
    if (this.everySample || last - first + 1 >= layout.sheetBytes) {
      this.addWholeSurface();
      return;
    }
    // Layers are counted on through the sheets, so a range that crosses from one sheet to the next needs no
    // case.
    const chain = layout.mipChainBytes;
    const lastLayer = Math.floor(last / chain);
    for (let layer = Math.floor(first / chain); layer <= lastLayer; layer++) {
      const base = layer * chain;
      this.addToLayer(layer % layout.layers, Math.max(first - base, 0), Math.min(last - base, chain - 1));
    }
  }

  /** The boxes in texels, ascending by subresource: they start on blocks and end clipped to their mip. */
  boxes(): SubresourceBox[] {
    const { extents, layout } = this;
    const { blockWidth, blockHeight, blockDepth } = layout.format;
    const found: SubresourceBox[] = [];
    for (let subresource = 0; found.length < this.boxCount; subresource++) {
      const at = subresource * EXTENT;
      if (extents[at + X1] === 0) {
        continue;
      }
      const mip = layout.mips[subresource % layout.mips.length];
      const x = extents[at + X0] * blockWidth;
      const y = extents[at + Y0] * blockHeight;
      const z = extents[at + Z0] * blockDepth;
      found.push({
        subresource,
        x,
        y,
        z,
        width: Math.min(extents[at + X1] * blockWidth, mip.width) - x,
        height: Math.min(extents[at + Y1] * blockHeight, mip.height) - y,
        depth: Math.min(extents[at + Z1] * blockDepth, mip.depth) - z,
      });
    }
    return found;
  }

  private addWholeSurface(): void {
    const { mips, subresourceCount } = this.layout;
    for (let subresource = 0; subresource < subresourceCount; subresource++) {
      const mip = mips[subresource % mips.length];
      this.grow(subresource, 0, 0, 0, mip.blocksWide, mip.blocksHigh, mip.blocksDeep);
    }
    this.whole = true;
  }

  /** `first` and `last` (inclusive, like those below) are relative to the layer. */
  private addToLayer(layer: number, first: number, last: number): void {
    const { mips } = this.layout;
    for (let level = 0; level < mips.length && mips[level].offset <= last; level++) {
      const mip = mips[level];
      const firstInMip = Math.max(first - mip.offset, 0);
      const lastInMip = Math.min(last - mip.offset, mip.bytes - 1);
      if (firstInMip <= lastInMip) {
        this.addToMip(layer * mips.length + level, mip, firstInMip, lastInMip);
      }
    }
  }

  /** Rule 7.2: a range inside one row is columns, inside one slice whole rows, across slices whole slices. */
  private addToMip(subresource: number, mip: MipLayout, first: number, last: number): void {
    const { bytesPerBlock, planar } = this.layout.format;
    if (planar) {
      this.grow(subresource, 0, 0, 0, mip.blocksWide, mip.blocksHigh, mip.blocksDeep);
      return;
    }
    const { blocksWide, blocksHigh, imageStride, rowStride } = mip;
    const z0 = Math.floor(first / imageStride);
    const z1 = Math.floor(last / imageStride);
    if (z0 !== z1) {
      this.grow(subresource, 0, 0, z0, blocksWide, blocksHigh, z1 + 1);
      return;
    }
    const slice = z0 * imageStride;
    const y0 = Math.floor((first - slice) / rowStride);
    const y1 = Math.floor((last - slice) / rowStride);
    if (y0 !== y1) {
      this.grow(subresource, 0, y0, z0, blocksWide, y1 + 1, z0 + 1);
      return;
    }
    const row = slice + y0 * rowStride;
    const x0 = Math.floor((first - row) / bytesPerBlock);
    const x1 = Math.floor((last - row) / bytesPerBlock);
    this.grow(subresource, x0, y0, z0, x1 + 1, y0 + 1, z0 + 1);
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
    extents[at + X0] = Math.min(extents[at + X0], x0);
    extents[at + Y0] = Math.min(extents[at + Y0], y0);
    extents[at + Z0] = Math.min(extents[at + Z0], z0);
    extents[at + X1] = Math.max(extents[at + X1], x1);
    extents[at + Y1] = Math.max(extents[at + Y1], y1);
    extents[at + Z1] = Math.max(extents[at + Z1], z1);
  }
}
