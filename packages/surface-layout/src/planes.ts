import type { SurfaceFormat } from './formats.js';

/** One plane of a planar mip level: rows of samples, tightly packed. */
export interface PlaneLayout {
  /** From the start of the mip level. */
  readonly offset: number;
  /** Samples in a row, and rows. A chroma plane has one for each block of texels. */
  readonly width: number;
  readonly height: number;
  /** 2 if a plane holds both chroma values, Cb before Cr; otherwise 1. */
  readonly bytesPerSample: number;
  /** Texels that one sample stands for, in each direction: 1 for luma, 2 for chroma. */
  readonly texelsPerSample: number;
}

/** The input for the planes of a mip level. */
export interface MipSize {
  readonly height: number;
  readonly depth: number;
  readonly blocksWide: number;
  readonly blocksHigh: number;
}

const NO_PLANES: readonly PlaneLayout[] = Object.freeze([]);

/**
 * The planes of a mip level of a planar format: luma, then CbCr (NV12), or luma, Cr, Cb (YV12), as the FOURCCs define
 * them, at the pitch of the format table. Empty if that does not define their layout: in a level of several slices, and
 * in one of odd height, whose luma plane may or may not have a row for the half block (D4). Empty also for formats that
 * are not planar.
 */
export function planesOf(format: SurfaceFormat, mip: MipSize): readonly PlaneLayout[] {
  const { blocksWide, blocksHigh } = mip;
  if (!format.planar || mip.depth > 1 || mip.height % format.blockHeight !== 0) {
    return NO_PLANES;
  }
  const lumaWidth = blocksWide * format.pitchBytesPerBlock;
  const luma = { offset: 0, width: lumaWidth, height: mip.height, bytesPerSample: 1, texelsPerSample: 1 };
  const chroma = (offset: number, bytesPerSample: number): PlaneLayout => {
    return { offset, width: blocksWide, height: blocksHigh, bytesPerSample, texelsPerSample: 2 };
  };
  const lumaBytes = lumaWidth * mip.height;
  return format.flags.includes('2PLANAR_YUV')
    ? [luma, chroma(lumaBytes, 2)]
    : [luma, chroma(lumaBytes, 1), chroma(lumaBytes + blocksWide * blocksHigh, 1)];
}
