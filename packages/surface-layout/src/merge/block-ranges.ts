import { SurfaceLayoutError } from '../errors.js';
import type { MipLayout, SurfaceLayout } from '../layout.js';

/** What is taken for known about a surface whose layout the device does not state. */
export interface DirtyOptions {
  /**
   * Of a surface with several samples: `whole`, any write makes all of it dirty, or `sheets`, the sheets lie
   * one after another, and so a byte has a texel (D3). `whole` if left out.
   */
  readonly samples?: 'whole' | 'sheets';
  /**
   * Of a planar subresource: `whole`, any write makes all of it dirty, as the device updates it, or `apart`,
   * the blocks of 2×2 texels of which a luma or chroma byte was written, where `planesOf` knows (D4). `whole`
   * if left out.
   */
  readonly planes?: 'whole' | 'apart';
}

/**
 * From the written bytes of a backing to runs of blocks in its subresources: the part that every way of
 * merging shares. Blocks of a subresource are numbered row by row, slice by slice.
 */
export abstract class BlockRanges {
  protected readonly everySample: boolean;
  protected readonly planesApart: boolean;

  constructor(
    readonly layout: SurfaceLayout,
    { samples = 'whole', planes = 'whole' }: DirtyOptions = {},
  ) {
    this.everySample = layout.samples > 1 && samples === 'whole' && !layout.format.planar;
    this.planesApart = planes === 'apart';
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
    const first = start < 0 ? 0 : start;
    const last = (end > layout.bytes ? layout.bytes : end) - 1;
    if (first > last) {
      return;
    }
    if (this.everySample || last - first + 1 >= layout.sheetBytes) {
      this.addWholeSurface();
      return;
    }
    // Layers are counted on through the sheets, so a range that crosses from one sheet to the next needs no
    // case.
    const chain = layout.mipChainBytes;
    const firstLayer = first < chain ? 0 : Math.floor(first / chain);
    const lastLayer = last < chain ? 0 : Math.floor(last / chain);
    for (let layer = firstLayer; layer <= lastLayer; layer++) {
      const base = layer * chain;
      const from = layer === firstLayer ? first - base : 0;
      this.addToLayer(layer % layout.layers, from, layer === lastLayer ? last - base : chain - 1);
    }
  }

  /** Adds every block of every subresource. */
  protected abstract addWholeSurface(): void;

  /** Adds the blocks `first` to `last` of a subresource, `last` included. */
  protected abstract addBlocks(subresource: number, mip: MipLayout, first: number, last: number): void;

  /** `first` and `last` (inclusive, like those below) are relative to the layer. */
  private addToLayer(layer: number, first: number, last: number): void {
    const { format, mips } = this.layout;
    for (let level = 0; level < mips.length; level++) {
      const mip = mips[level];
      if (mip.offset > last) {
        return;
      }
      const end = mip.offset + mip.bytes;
      if (first >= end) {
        continue;
      }
      const firstInMip = first > mip.offset ? first - mip.offset : 0;
      const lastInMip = (last < end ? last + 1 : end) - 1 - mip.offset;
      const subresource = layer * mips.length + level;
      if (format.planar) {
        this.addToPlanes(subresource, mip, firstInMip, lastInMip);
      } else {
        const { bytesPerBlock } = format;
        this.addBlocks(
          subresource,
          mip,
          Math.floor(firstInMip / bytesPerBlock),
          Math.floor(lastInMip / bytesPerBlock),
        );
      }
    }
  }

  private addToPlanes(subresource: number, mip: MipLayout, first: number, last: number): void {
    const { planes } = mip;
    if (!this.planesApart || planes.length === 0) {
      this.addBlocks(subresource, mip, 0, mip.blocksWide * mip.blocksHigh * mip.blocksDeep - 1);
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
        this.addLuma(subresource, mip, plane.width, firstSample, lastSample);
      } else {
        this.addBlocks(subresource, mip, firstSample, lastSample);
      }
    }
  }

  /** A block has 2×2 luma samples: the rest of the first row, whole rows, and the start of the last. */
  private addLuma(subresource: number, mip: MipLayout, width: number, first: number, last: number): void {
    const { blocksWide } = mip;
    const y0 = Math.floor(first / width);
    const y1 = Math.floor(last / width);
    const head = (y0 >> 1) * blocksWide + Math.floor((first - y0 * width) / 2);
    const tail = (y1 >> 1) * blocksWide + Math.floor((last - y1 * width) / 2);
    if (y0 === y1) {
      this.addBlocks(subresource, mip, head, tail);
      return;
    }
    this.addBlocks(subresource, mip, head, ((y0 >> 1) + 1) * blocksWide - 1);
    this.addBlocks(subresource, mip, (y1 >> 1) * blocksWide, tail);
    if (y1 - y0 > 1) {
      const wholeFrom = (y0 + 1) >> 1;
      this.addBlocks(subresource, mip, wholeFrom * blocksWide, (((y1 - 1) >> 1) + 1) * blocksWide - 1);
    }
  }
}
