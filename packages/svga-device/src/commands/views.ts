import { formatById } from '@cg/surface-layout';
import type { SurfaceFormat, SurfaceLayout } from '@cg/surface-layout';
import { SVGA3D_RESOURCE } from '@cg/svga-protocol';
import { SvgaDeviceError } from '../errors.js';
import type { DeviceObjects } from '../objects/device-objects.js';
import type { Surface } from '../objects/surface.js';

/** Fields common to the views' entries in COTables; the unions under the names of their `tex`. */
export interface ViewEntry {
  readonly sid: number;
  readonly format: number;
  readonly resourceDimension: number;
  readonly mipSlice: number;
  readonly firstArraySlice: number;
  readonly arraySize: number;
}

/** A run of texels of a view. */
interface ViewSlice {
  /** Of the first texel, in the first sheet. */
  readonly offset: number;
  readonly texels: number;
}

/** The parts of a surface that a view shows, as texels of a format. */
export interface View {
  readonly surface: Surface;
  readonly format: SurfaceFormat;
  readonly slices: readonly ViewSlice[];
  /** The subresources of the slices. */
  readonly subresources: readonly number[];
  /** The slices cover these subresources entirely. */
  readonly isWhole: boolean;
}

/** The format of a view, where the surface's blocks can be reinterpreted as its texels. */
export function viewFormatOf(layout: SurfaceLayout, id: number): SurfaceFormat | undefined {
  const format = formatById(id);
  const own = layout.format;
  const texelBytes = own.buffer ? format?.bytesPerBlock : own.bytesPerBlock;
  const fits =
    format !== undefined &&
    format.bytesPerBlock !== 0 &&
    format.bytesPerBlock === texelBytes &&
    format.blockWidth === own.blockWidth &&
    format.blockHeight === own.blockHeight;
  return fits ? format : undefined;
}

/**
 * As `viewFormatOf`.
 * @throws SvgaDeviceError EINVAL if there is none
 */
export function viewFormat(layout: SurfaceLayout, id: number): SurfaceFormat {
  const format = viewFormatOf(layout, id);
  if (format === undefined) {
    throw new SvgaDeviceError('EINVAL', 'view has a format its surface does not allow', {
      format: id,
      surfaceFormat: layout.format.id,
    });
  }
  return format;
}

type Shown = Pick<View, 'isWhole' | 'slices' | 'subresources'>;

/** For a buffer mipSlice is the first element and firstArraySlice the element count. */
function bufferSlices(layout: SurfaceLayout, format: SurfaceFormat, entry: ViewEntry): Shown {
  const { mipSlice: first, firstArraySlice: texels } = entry;
  if ((first + texels) * format.bytesPerBlock > layout.bytes) {
    throw new SvgaDeviceError('EINVAL', 'view leaves its buffer', { first, texels, bytes: layout.bytes });
  }
  return {
    slices: [{ offset: first * format.bytesPerBlock, texels }],
    subresources: [0],
    isWhole: texels * format.bytesPerBlock === layout.bytes,
  };
}

/** For a 3D texture firstArraySlice is the first slice and arraySize the slice count. */
function textureSlices(layout: SurfaceLayout, entry: ViewEntry): Shown {
  const { mipSlice, firstArraySlice: first, arraySize, resourceDimension } = entry;
  const mip = layout.mips[mipSlice];
  if (mip === undefined) {
    throw new SvgaDeviceError('EINVAL', 'view names a mip its surface does not have', { mipSlice });
  }
  const isVolume = resourceDimension === SVGA3D_RESOURCE.TEXTURE3D;
  const all = isVolume ? mip.depth : layout.layers;
  // -1 is everything from the first on.
  const count = arraySize === 0xffff_ffff ? all - first : Math.max(arraySize, 1);
  if (first >= all || count > all - first) {
    throw new SvgaDeviceError('EINVAL', 'view names slices its surface does not have', { first, count, all });
  }
  const texels = mip.blocksWide * mip.blocksHigh * (isVolume ? 1 : mip.depth);
  const slices = Array.from({ length: count }, (_, i) => {
    const slice = first + i;
    const offset = isVolume ? slice * mip.imageStride : slice * layout.mipChainBytes;
    return { offset: mip.offset + offset, texels };
  });
  return {
    slices,
    subresources: isVolume ? [mipSlice] : slices.map((_, i) => (first + i) * layout.mips.length + mipSlice),
    isWhole: !isVolume || count === all,
  };
}

/**
 * Interprets a view's entry, which may be any bytes.
 * @throws SvgaDeviceError ENOENT, EINVAL
 */
export function resolveView(objects: DeviceObjects, entry: ViewEntry): View {
  const surface = objects.surface(entry.sid);
  const { layout } = surface;
  const format = viewFormat(layout, entry.format);
  const isBuffer = entry.resourceDimension === SVGA3D_RESOURCE.BUFFER;
  if (isBuffer !== layout.format.buffer || layout.format.planar) {
    throw new SvgaDeviceError('EINVAL', 'view is of another kind than its surface', {
      resourceDimension: entry.resourceDimension,
      format: layout.format.id,
    });
  }
  const shown = isBuffer ? bufferSlices(layout, format, entry) : textureSlices(layout, entry);
  return { surface, format, ...shown };
}
