import { SurfaceLayoutError } from '../errors.js';
import type { SurfaceLayout } from '../layout.js';

/** Assumptions about layouts that the device does not define. */
export interface DirtyOptions {
  /**
   * For a surface with several samples: `whole`, any write makes all of it dirty, or `sheets`, the sheets lie one after
   * another, so a byte has a texel (D3). Default `whole`.
   */
  readonly samples?: 'whole' | 'sheets';
  /**
   * For a planar subresource: `whole`, any write makes all of it dirty, as the device updates it, or `apart`, only the
   * blocks of 2×2 texels with a written luma or chroma byte, if `planesOf` has the planes (D4). Default `whole`.
   */
  readonly planes?: 'whole' | 'apart';
}

/**
 * Maps the written bytes of a backing to its subresources, for all ways of merging. Blocks
 * of a subresource are numbered row by row, slice by slice.
 */
export abstract class BlockRanges {
  protected readonly everySample: boolean;
  protected readonly planesApart: boolean;
  private readonly bytes: number;
  private readonly wholeFrom: number;
  private readonly chainBytes: number;
  private readonly layers: number;

  constructor(
    readonly layout: SurfaceLayout,
    { samples = 'whole', planes = 'whole' }: DirtyOptions = {},
  ) {
    this.everySample = layout.samples > 1 && samples === 'whole' && !layout.format.planar;
    this.planesApart = planes === 'apart';
    this.bytes = layout.bytes;
    this.wholeFrom = this.everySample ? 1 : layout.sheetBytes;
    this.chainBytes = layout.mipChainBytes;
    this.layers = layout.layers;
  }

  /**
   * Adds the bytes [start, end) of the surface's backing. Bytes outside the surface are ignored: a trailer, the rest of
   * a page (D2). An empty range adds nothing.
   * @throws SurfaceLayoutError EINVAL for a range that is inverted or not of integers; nothing is added then.
   */
  addRange(start: number, end: number): void {
    if (!(start <= end && Number.isSafeInteger(start) && Number.isSafeInteger(end))) {
      throw new SurfaceLayoutError('EINVAL', 'not a byte range', { start, end });
    }
    const first = start < 0 ? 0 : start;
    const last = (end > this.bytes ? this.bytes : end) - 1;
    if (first > last) {
      return;
    }
    if (last - first + 1 >= this.wholeFrom) {
      this.addWholeSurface();
      return;
    }
    // Layers are numbered across sheets, so a range that crosses sheets needs no special case.
    const { chainBytes } = this;
    const { mips } = this.layout;
    const layer = first < chainBytes ? 0 : Math.floor(first / chainBytes);
    const inLayer = first - layer * chainBytes;
    let level = 0;
    let mip = mips[0];
    while (inLayer - mip.offset >= mip.bytes) {
      mip = mips[++level];
    }
    const inMip = inLayer - mip.offset;
    const lastInMip = inMip + (last - first);
    if (lastInMip < mip.bytes) {
      this.addToMip(this.inSheet(layer) * mips.length + level, level, inMip, lastInMip);
    } else {
      this.addAcross(layer, level, inLayer, last - layer * chainBytes);
    }
  }

  /** Layers of all sheets are alike; a remainder costs more than the rest of a range. */
  private inSheet(layer: number): number {
    const { layers } = this;
    return layer < layers ? layer : layer - Math.floor(layer / layers) * layers;
  }

  /** Adds every block of every subresource. */
  protected abstract addWholeSurface(): void;

  /** Adds the blocks that hold the bytes `first` to `last` of a subresource, which is not planar. */
  protected abstract addBytes(subresource: number, level: number, first: number, last: number): void;

  /** Adds the blocks `first` to `last` of a subresource. Here, too, `last` is included. */
  protected abstract addBlocks(subresource: number, level: number, first: number, last: number): void;

  /** `first` and `last` count from the start of the layer, `last` on into the layers behind it. */
  private addAcross(firstLayer: number, firstLevel: number, first: number, last: number): void {
    const { mips } = this.layout;
    let layer = firstLayer;
    let level = firstLevel;
    let from = first;
    let to = last;
    while (from <= to) {
      const { offset, bytes } = mips[level];
      const lastInMip = Math.min(to - offset, bytes - 1);
      this.addToMip(this.inSheet(layer) * mips.length + level, level, from - offset, lastInMip);
      from = offset + bytes;
      level++;
      if (level === mips.length) {
        to -= this.chainBytes;
        from = 0;
        level = 0;
        layer++;
      }
    }
  }

  private addToMip(subresource: number, level: number, first: number, last: number): void {
    if (this.layout.format.planar) {
      this.addToPlanes(subresource, level, first, last);
    } else {
      this.addBytes(subresource, level, first, last);
    }
  }

  private addToPlanes(subresource: number, level: number, first: number, last: number): void {
    const mip = this.layout.mips[level];
    const { planes } = mip;
    if (!this.planesApart || planes.length === 0) {
      this.addBlocks(subresource, level, 0, mip.blocksWide * mip.blocksHigh * mip.blocksDeep - 1);
      return;
    }
    for (const plane of planes) {
      const bytes = plane.width * plane.height * plane.bytesPerSample;
      const firstSample = Math.floor(Math.max(first - plane.offset, 0) / plane.bytesPerSample);
      const lastSample = Math.floor(Math.min(last - plane.offset, bytes - 1) / plane.bytesPerSample);
      if (firstSample > lastSample) {
        continue;
      }
      if (plane.texelsPerSample === 1) {
        this.addLuma(subresource, level, plane.width, firstSample, lastSample);
      } else {
        this.addBlocks(subresource, level, firstSample, lastSample);
      }
    }
  }

  /** A block has 2×2 luma samples: the rest of the first row, whole rows, and the start of the last. */
  private addLuma(subresource: number, level: number, width: number, first: number, last: number): void {
    const { blocksWide } = this.layout.mips[level];
    const y0 = Math.floor(first / width);
    const y1 = Math.floor(last / width);
    const head = (y0 >> 1) * blocksWide + Math.floor((first - y0 * width) / 2);
    const tail = (y1 >> 1) * blocksWide + Math.floor((last - y1 * width) / 2);
    if (y0 === y1) {
      this.addBlocks(subresource, level, head, tail);
      return;
    }
    this.addBlocks(subresource, level, head, ((y0 >> 1) + 1) * blocksWide - 1);
    this.addBlocks(subresource, level, (y1 >> 1) * blocksWide, tail);
    if (y1 - y0 > 1) {
      const wholeFrom = (y0 + 1) >> 1;
      this.addBlocks(subresource, level, wholeFrom * blocksWide, (((y1 - 1) >> 1) + 1) * blocksWide - 1);
    }
  }
}
