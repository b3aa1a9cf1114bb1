import { SurfaceLayoutError } from '../errors.js';
import type { SurfaceFormat } from '../formats.js';
import type { SurfaceLayout } from '../layout.js';

/** The reason why no texture of a web API holds this surface, in any format; undefined if one may. */
export function impossible(layout: SurfaceLayout, api: string): string | undefined {
  const { samples, layers, description, mips, format } = layout;
  const { width, height, depth } = description;
  if (samples > 1) {
    return `${api} writes to textures of one sample only`;
  }
  if (layers > 1 && depth > 1) {
    return `${api} has no arrays of 3D textures`;
  }
  if (mips.length > 32 - Math.clz32(Math.max(width, height, depth))) {
    return `${api} has no mips below the one of a single texel`;
  }
  if (format.planar && mips.some(({ planes }) => planes.length === 0)) {
    return 'the layout of the planes of each mip is unknown: their height is odd, or they have slices';
  }
  if (format.planar && !haveHalfMips(layout)) {
    return `the chroma of some mip is not a mip of the chroma: ${width}×${height} does not halve evenly`;
  }
  return undefined;
}

/** A compressed surface whose largest mip ends inside a block. */
export function isUnaligned({ format, description }: SurfaceLayout): boolean {
  const { width, height } = description;
  return format.compressed && (width % format.blockWidth !== 0 || height % format.blockHeight !== 0);
}

/** A texture of chroma has half the size, and each of its mips half that of the one before, rounded down. */
function haveHalfMips({ mips }: SurfaceLayout): boolean {
  const [{ planes: base }] = mips;
  return mips.every(({ planes }, level) =>
    planes.slice(1).every(({ width, height }, chroma) => {
      const { width: baseWidth, height: baseHeight } = base[chroma + 1];
      const scale = 2 ** level;
      return (
        width === Math.max(Math.floor(baseWidth / scale), 1) &&
        height === Math.max(Math.floor(baseHeight / scale), 1)
      );
    }),
  );
}

/**
 * The size of the texture for each plane: for luma that of the surface, for chroma a sample for each block. For a
 * surface that is not planar, only its own size.
 */
export function planeSizes({
  description,
  mips,
  format,
}: SurfaceLayout): { width: number; height: number }[] {
  const { width, height } = description;
  const chroma = format.planar ? mips[0].planes.slice(1) : [];
  return [{ width, height }, ...chroma.map((plane) => ({ width: plane.width, height: plane.height }))];
}

/**
 * The format that defines the texels. @throws SurfaceLayoutError EINVAL if its blocks differ from those of the surface.
 */
export function viewedAs({ format }: SurfaceLayout, viewFormat: SurfaceFormat = format): SurfaceFormat {
  const keys = ['blockWidth', 'blockHeight', 'blockDepth', 'bytesPerBlock', 'pitchBytesPerBlock'] as const;
  const differs = keys.find((key) => viewFormat[key] !== format[key]);
  if (differs !== undefined) {
    const values = { [differs]: viewFormat[differs], format: format.id, viewFormat: viewFormat.id };
    throw new SurfaceLayoutError('EINVAL', 'view format has other blocks', values);
  }
  return viewFormat;
}
