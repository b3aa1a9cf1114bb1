import { SurfaceLayoutError } from './errors.js';
import type { MipLayout, SurfaceLayout } from './layout.js';

/** A block of a surface: its sheet (sample), its subresource and its first texel. */
export interface SurfaceLocation {
  readonly sheet: number;
  readonly subresource: number;
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

/**
 * A location in one plane of a planar subresource. `x` and `y` are then those of the sample's first texel.
 */
export interface PlaneLocation extends SurfaceLocation {
  /** Counted from the luma plane, 0. */
  readonly plane: number;
}

/**
 * The block that holds byte `offset` of the backing; in a planar subresource the sample, with its plane. If the layout
 * of planes is unknown (`planesOf` is empty), the result is the first texel, without a plane (D4).
 * @throws SurfaceLayoutError EINVAL for an offset outside the surface, including its end, which does not wrap (D6).
 */
export function locate(layout: SurfaceLayout, offset: number): SurfaceLocation | PlaneLocation {
  if (!Number.isInteger(offset) || offset < 0 || offset >= layout.bytes) {
    throw new SurfaceLayoutError('EINVAL', 'offset outside the surface', { offset, bytes: layout.bytes });
  }
  const { format, mips } = layout;
  const sheet = Math.floor(offset / layout.sheetBytes);
  const inSheet = offset - sheet * layout.sheetBytes;
  const layer = Math.floor(inSheet / layout.mipChainBytes);
  const inLayer = inSheet - layer * layout.mipChainBytes;
  let level = mips.length - 1;
  while (mips[level].offset > inLayer) {
    level--;
  }
  const subresource = layer * mips.length + level;
  const mip = mips[level];
  const inMip = inLayer - mip.offset;
  if (format.planar) {
    return { sheet, subresource, ...locateSample(mip, inMip) };
  }
  const slice = Math.floor(inMip / mip.imageStride);
  const inSlice = inMip - slice * mip.imageStride;
  const row = Math.floor(inSlice / mip.rowStride);
  const column = Math.floor((inSlice - row * mip.rowStride) / format.bytesPerBlock);
  return {
    sheet,
    subresource,
    x: column * format.blockWidth,
    y: row * format.blockHeight,
    z: slice * format.blockDepth,
  };
}

function locateSample({ planes }: MipLayout, inMip: number): Omit<PlaneLocation, 'sheet' | 'subresource'> {
  if (planes.length === 0) {
    return { x: 0, y: 0, z: 0 } as PlaneLocation;
  }
  let plane = planes.length - 1;
  while (planes[plane].offset > inMip) {
    plane--;
  }
  const { offset, width, bytesPerSample, texelsPerSample } = planes[plane];
  const sample = Math.floor((inMip - offset) / bytesPerSample);
  const y = Math.floor(sample / width);
  return { plane, x: (sample - y * width) * texelsPerSample, y: y * texelsPerSample, z: 0 };
}

/**
 * The offset in the backing of the block (or, with a plane, the sample) with this texel: the inverse of `locate`. For a
 * planar subresource without a plane, or with unknown planes, its start. @throws SurfaceLayoutError EINVAL for a
 * location outside the surface.
 */
export function offsetOfLocation(layout: SurfaceLayout, location: SurfaceLocation | PlaneLocation): number {
  const { sheet, subresource, x, y, z } = location;
  const mip = layout.mipOf(subresource);
  const { format } = layout;
  if (
    !isBelow(sheet, layout.samples) ||
    !isBelow(x, mip.blocksWide * format.blockWidth) ||
    !isBelow(y, mip.blocksHigh * format.blockHeight) ||
    !isBelow(z, mip.depth)
  ) {
    throw new SurfaceLayoutError('EINVAL', 'no such texel', { sheet, subresource, x, y, z });
  }
  const start = sheet * layout.sheetBytes + layout.offsetOf(subresource);
  if (format.planar) {
    return start + offsetOfSample(mip, location);
  }
  const column = Math.floor(x / format.blockWidth);
  const row = Math.floor(y / format.blockHeight);
  const slice = Math.floor(z / format.blockDepth);
  return start + slice * mip.imageStride + row * mip.rowStride + column * format.bytesPerBlock;
}

function offsetOfSample({ planes }: MipLayout, location: SurfaceLocation | PlaneLocation): number {
  if (!('plane' in location) || planes.length === 0) {
    return 0;
  }
  const { plane, x, y } = location;
  if (!isBelow(plane, planes.length)) {
    throw new SurfaceLayoutError('EINVAL', 'no such plane', { plane });
  }
  const { offset, width, bytesPerSample, texelsPerSample } = planes[plane];
  const row = Math.floor(y / texelsPerSample);
  return offset + (row * width + Math.floor(x / texelsPerSample)) * bytesPerSample;
}

function isBelow(value: number, end: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < end;
}
