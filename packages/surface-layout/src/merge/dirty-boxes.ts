import type { SubresourceBox } from '../box.js';
import type { SurfaceLayout } from '../layout.js';
import { BlockRanges } from './block-ranges.js';
import type { DirtyOptions } from './block-ranges.js';
import { EXTENT, texelBox, X0, X1, Y0, Y1, Z0, Z1 } from './extents.js';

const MAX_I32 = 0x7fff_ffff;

/** Of each mip at the start of `ints`: bytes of a row, blocks of a row, and its end in its layer. */
const STRIDE = 0;
const WIDTH = 1;
const END = 2;
const MIP = 3;

const NO_FLOATS = new Float64Array(0);
const NO_INTS = new Int32Array(0);

/**
 * The dirty parts of a surface: for each subresource at most one box, the bounding box of all blocks touched by the
 * byte ranges added since the last clear (rules 7.2, 7.3, 7.4). The order of adding does not matter (D1). Memory
 * depends on the number of subresources, not of ranges. A range that touches a planar subresource makes all of it dirty
 * (D4). With several samples any range makes the whole surface dirty, because the device's order of samples is
 * undefined (D3); in a planar surface only the subresources that the range touches in any sheet. The options change
 * this.
 */
export class DirtyBoxes extends BlockRanges {
  /** One for each subresource; an end of 0 in x marks an empty one. */
  private readonly extents: Float64Array;
  // The parts of the layout that the hot path reads.
  private readonly rowStrides: Float64Array;
  private readonly blocksWide: Float64Array;
  private readonly bytesPerBlock: number;
  private readonly hasSlices: boolean;
  /** Bytes of a surface that is handled in 32-bit integers; 0 for others. */
  private readonly intBytes: number;
  /**
   * What the hot path reads of their mips, and from `intExtents` on their extents, in place of `extents`. One array, as
   * each takes 200 bytes beside its elements.
   */
  private readonly ints: Int32Array;
  private readonly intExtents: number;
  private readonly layerBytes: number;
  private whole = false;
  private boxCount = 0;

  constructor(layout: SurfaceLayout, options?: DirtyOptions) {
    super(layout, options);
    this.bytesPerBlock = layout.format.bytesPerBlock;
    this.hasSlices = layout.mips[0].blocksDeep > 1;
    const isFlat = !this.hasSlices && !layout.format.planar && layout.samples === 1;
    this.intBytes = isFlat && layout.bytes <= MAX_I32 ? layout.bytes : 0;
    const isInt = this.intBytes > 0;
    const { mips, subresourceCount } = layout;
    this.extents = isInt ? NO_FLOATS : new Float64Array(subresourceCount * EXTENT);
    this.rowStrides = isInt ? NO_FLOATS : Float64Array.from(mips, ({ rowStride }) => rowStride);
    this.blocksWide = isInt ? NO_FLOATS : Float64Array.from(mips, ({ blocksWide }) => blocksWide);
    this.intExtents = mips.length * MIP;
    this.ints = isInt ? intsOf(layout) : NO_INTS;
    this.layerBytes = layout.mipChainBytes;
  }

  /**
   * As in BlockRanges. A 2D surface below 2^31 bytes, as nearly all are, is handled in 32-bit integers, because
   * divisions dominate the cost of a range.
   */
  override addRange(start: number, end: number): void {
    const first = start | 0;
    const last = ((end | 0) - 1) | 0;
    if (first !== start || last + 1 !== end || first < 0 || last < first || last >= this.intBytes) {
      super.addRange(start, end);
      return;
    }
    const { ints } = this;
    const layerBytes = this.layerBytes | 0;
    const layer = first < layerBytes ? 0 : (first / layerBytes) | 0;
    const inLayer = (first - Math.imul(layer, layerBytes)) | 0;
    let level = 0;
    let at = 0;
    while (inLayer >= ints[at + END]) {
      level++;
      at += MIP;
    }
    const subresource = (Math.imul(layer, this.layout.mips.length) + level) | 0;
    const inLast = (inLayer + (last - first)) | 0;
    if (inLast < ints[at + END]) {
      const mip = level === 0 ? 0 : ints[at - MIP + END];
      this.addInts(subresource, level, (inLayer - mip) | 0, (inLast - mip) | 0);
    } else {
      this.addIntsAcross(subresource, level, inLayer, inLast);
    }
  }

  /** Mip by mip; `first` and `last` count from the start of the layer, `last` on into the layers behind it. */
  private addIntsAcross(firstSubresource: number, firstLevel: number, first: number, last: number): void {
    const { ints } = this;
    const layerBytes = this.layerBytes | 0;
    let level = firstLevel;
    let base = 0;
    let from = first;
    for (let subresource = firstSubresource; from <= last; subresource++) {
      const mip = (base + (level === 0 ? 0 : ints[(level - 1) * MIP + END])) | 0;
      const mipEnd = (base + ints[level * MIP + END]) | 0;
      const to = last < mipEnd ? last : (mipEnd - 1) | 0;
      this.addInts(subresource, level, (from - mip) | 0, (to - mip) | 0);
      from = (to + 1) | 0;
      level++;
      if (level * MIP === this.intExtents) {
        level = 0;
        base = (base + layerBytes) | 0;
      }
    }
  }

  /** As in addBytes. */
  private addInts(subresource: number, level: number, first: number, last: number): void {
    const rowStride = this.ints[level * MIP + STRIDE];
    const row = (first / rowStride) | 0;
    const rowStart = Math.imul(row, rowStride);
    let x0 = 0;
    let x1 = this.ints[level * MIP + WIDTH];
    let endRow = row;
    if (last - rowStart < rowStride) {
      const bytesPerBlock = this.bytesPerBlock | 0;
      x0 = ((first - rowStart) / bytesPerBlock) | 0;
      x1 = (((last - rowStart) / bytesPerBlock) | 0) + 1;
    } else {
      endRow = (last / rowStride) | 0;
    }
    this.growInts((this.intExtents + subresource * EXTENT) | 0, x0, row, x1, (endRow + 1) | 0);
  }

  private growInts(at: number, x0: number, y0: number, x1: number, y1: number): void {
    const extents = this.ints;
    if (extents[at + X1] === 0) {
      this.boxCount++;
      extents[at + X0] = x0;
      extents[at + Y0] = y0;
      extents[at + X1] = x1;
      extents[at + Y1] = y1;
      extents[at + Z1] = 1;
      return;
    }
    if (x0 < extents[at + X0]) {
      extents[at + X0] = x0;
    }
    if (y0 < extents[at + Y0]) {
      extents[at + Y0] = y0;
    }
    if (x1 > extents[at + X1]) {
      extents[at + X1] = x1;
    }
    if (y1 > extents[at + Y1]) {
      extents[at + Y1] = y1;
    }
  }

  /** The number of subresources with a box. */
  get count(): number {
    return this.boxCount;
  }

  /** True if nothing is dirty. */
  get isEmpty(): boolean {
    return this.boxCount === 0;
  }

  /** Removes every box. */
  clear(): void {
    if (this.boxCount > 0) {
      this.extents.fill(0);
      this.ints.fill(0, this.intExtents);
      this.boxCount = 0;
      this.whole = false;
    }
  }

  /** The boxes in texels, ascending by subresource: they start on blocks and end clipped to their mip. */
  boxes(): SubresourceBox[] {
    const { format, mips } = this.layout;
    const isInt = this.intBytes > 0;
    const extents = isInt ? this.ints : this.extents;
    const found: SubresourceBox[] = [];
    for (let subresource = 0; found.length < this.boxCount; subresource++) {
      const at = (isInt ? this.intExtents : 0) + subresource * EXTENT;
      if (extents[at + X1] !== 0) {
        found.push(texelBox(format, mips[subresource % mips.length], subresource, extents, at));
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

  /** Rule 7.2: a range inside one row becomes columns, inside one slice whole rows, across slices whole slices. */
  protected override addBytes(subresource: number, level: number, first: number, last: number): void {
    const { bytesPerBlock } = this;
    const isInt = this.intBytes > 0;
    const rowStride = isInt ? this.ints[level * MIP + STRIDE] : this.rowStrides[level];
    const row0 = Math.floor(first / rowStride);
    const from = first - row0 * rowStride;
    const to = last - row0 * rowStride;
    if (to < rowStride) {
      const x0 = Math.floor(from / bytesPerBlock);
      const x1 = Math.floor(to / bytesPerBlock) + 1;
      this.addRows(subresource, level, row0, row0, x0, x1);
    } else {
      const blocksWide = isInt ? this.ints[level * MIP + WIDTH] : this.blocksWide[level];
      this.addRows(subresource, level, row0, Math.floor(last / rowStride), 0, blocksWide);
    }
  }

  protected override addBlocks(subresource: number, level: number, first: number, last: number): void {
    const { bytesPerBlock } = this;
    this.addBytes(subresource, level, first * bytesPerBlock, last * bytesPerBlock);
  }

  /** Columns of one row, or whole rows; these are counted through the slices. */
  private addRows(
    subresource: number,
    level: number,
    row0: number,
    row1: number,
    x0: number,
    x1: number,
  ): void {
    if (!this.hasSlices) {
      this.grow(subresource, x0, row0, 0, x1, row1 + 1, 1);
      return;
    }
    const { blocksWide, blocksHigh } = this.layout.mips[level];
    const z0 = Math.floor(row0 / blocksHigh);
    const z1 = Math.floor(row1 / blocksHigh);
    if (z0 === z1) {
      this.grow(subresource, x0, row0 - z0 * blocksHigh, z0, x1, row1 - z0 * blocksHigh + 1, z0 + 1);
    } else {
      this.grow(subresource, 0, 0, z0, blocksWide, blocksHigh, z1 + 1);
    }
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
    if (this.intBytes > 0) {
      this.growInts(this.intExtents + subresource * EXTENT, x0, y0, x1, y1);
      return;
    }
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

function intsOf({ mips, subresourceCount }: SurfaceLayout): Int32Array {
  const ints = new Int32Array(mips.length * MIP + subresourceCount * EXTENT);
  mips.forEach(({ rowStride, blocksWide, offset, bytes }, level) => {
    const at = level * MIP;
    ints[at + STRIDE] = rowStride;
    ints[at + WIDTH] = blocksWide;
    ints[at + END] = offset + bytes;
  });
  return ints;
}
