import { SurfaceLayoutError } from './errors.js';
import type { SurfaceLayout } from './layout.js';

/** A block of a surface: its sheet (sample), its subresource and its first texel. */
export interface SurfaceLocation {
  readonly sheet: number;
  readonly subresource: number;
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

/**
 * The block that holds byte `offset` of the backing. In a planar subresource, whose blocks are spread over
 * planes, the answer is the subresource's first texel (D4).
 * @throws SurfaceLayoutError EINVAL for an offset outside the surface; the end is outside too, it does not
 * wrap (D6).
 */
export function locate(layout: SurfaceLayout, offset: number): SurfaceLocation {
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
  if (format.planar) {
    return { sheet, subresource, x: 0, y: 0, z: 0 };
  }
  const mip = mips[level];
  const inMip = inLayer - mip.offset;
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
