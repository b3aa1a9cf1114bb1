import type { SurfaceBox, SurfaceLayout } from '@cg/surface-layout';
import { SvgaDeviceError } from '../errors.js';
import { SVGA3D_MAX_SURFACE_FACES } from '@cg/svga-protocol';

/**
 * The subresource of a face and mip level (rule 7.1).
 * @throws SvgaDeviceError EINVAL if the surface has none; faces end at 5 even for longer arrays (D7)
 */
export function subresourceOf(layout: SurfaceLayout, face: number, mipmap: number): number {
  const mips = layout.mips.length;
  if (face >= layout.layers || face >= SVGA3D_MAX_SURFACE_FACES || mipmap >= mips) {
    throw new SvgaDeviceError('EINVAL', 'surface has no such image', {
      face,
      mipmap,
      layers: layout.layers,
      mips,
    });
  }
  return face * mips + mipmap;
}

/** All of a subresource. */
export function wholeMip(layout: SurfaceLayout, subresource: number): SurfaceBox {
  const { width, height, depth } = layout.mipOf(subresource);
  return { x: 0, y: 0, z: 0, width, height, depth };
}

/** Whether a box is all of a subresource. */
export function isWholeMip(
  layout: SurfaceLayout,
  subresource: number,
  { width, height, depth }: SurfaceBox,
): boolean {
  const mip = layout.mipOf(subresource);
  return width === mip.width && height === mip.height && depth === mip.depth;
}
