import { SurfaceLayoutError } from './errors.js';
import { formatById } from './formats.js';
import type { SurfaceFormat } from './formats.js';
import { imageBytes } from './image.js';
import { planesOf } from './planes.js';
import type { PlaneLayout } from './planes.js';

/** DRM_VMW_MAX_MIP_LEVELS of vmwgfx_drm.h (rule 7.1, D9). */
export const MAX_MIP_LEVELS = 24;

/** SVGA3D_SM5_MAX_SURFACE_ARRAYSIZE of svga3d_limits.h. It limits the allocation for one description. */
export const MAX_LAYERS = 2048;

/** sizeof(SVGA3dDXSOState), svga3d_dx.h: the trailer of a stream-output target (D2). */
export const STREAM_OUTPUT_STATE_BYTES = 16;

const CUBE_FACES = 6;
const MAX_U32 = 0xffff_ffff;

/** The description of a surface; sizes in texels of mip 0. */
export interface SurfaceDescription {
  /** The id of the format. */
  readonly format: number;
  /** For a buffer: its bytes. */
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly mipLevels: number;
  /** Array size; with `cube`, 0 means the six faces of a single cube. */
  readonly layers: number;
  /** 0 and 1 both mean one. */
  readonly samples: number;
  /** The layers are faces: +x, −x, +y, −y, +z, −z, then those of the next cube. */
  readonly cube?: boolean;
  /** The device keeps 16 bytes of state after the surface: SVGA3D_SURFACE_BIND_STREAM_OUTPUT. */
  readonly streamOutput?: boolean;
}

/** One mip level; the same in every layer and sheet. Strides are true ones, without a sample factor (D3). */
export interface MipLayout {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly blocksWide: number;
  readonly blocksHigh: number;
  readonly blocksDeep: number;
  /** Bytes of the whole level, one sample of each texel. */
  readonly bytes: number;
  /**
   * Bytes of one row of blocks. For a planar level, which has no such rows in memory, its share of `bytes`.
   */
  readonly rowStride: number;
  /** Bytes of one slice of blocks. */
  readonly imageStride: number;
  /** Where the level starts in the mip chain of its layer. */
  readonly offset: number;
  /** The planes of a planar level; empty if their layout is unknown, and in all other formats. */
  readonly planes: readonly PlaneLayout[];
}

function layOutMip(
  format: SurfaceFormat,
  base: SurfaceDescription,
  level: number,
  offset: number,
): MipLayout {
  const scale = 2 ** level;
  const width = Math.max(Math.floor(base.width / scale), 1);
  const height = Math.max(Math.floor(base.height / scale), 1);
  const depth = Math.max(Math.floor(base.depth / scale), 1);
  const blocksWide = Math.ceil(width / format.blockWidth);
  const blocksHigh = Math.ceil(height / format.blockHeight);
  const rowStride = blocksWide * format.bytesPerBlock;
  const bytes = imageBytes(format, width, height, depth);
  const planes = planesOf(format, { height, depth, blocksWide, blocksHigh });
  // One literal for all: a frozen copy of an object would have a hidden class of its own, of 350 bytes.
  return Object.freeze({
    width,
    height,
    depth,
    blocksWide,
    blocksHigh,
    blocksDeep: Math.ceil(depth / format.blockDepth),
    bytes,
    rowStride,
    imageStride: rowStride * blocksHigh,
    offset,
    planes: Object.freeze(planes),
  });
}

function checkCount(name: keyof SurfaceDescription, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new SurfaceLayoutError('EINVAL', `not a count of ${least} to ${most}`, { [name]: value });
  }
}

function checkedFormat(description: SurfaceDescription): SurfaceFormat {
  const format = formatById(description.format);
  if (format === undefined || format.bytesPerBlock === 0) {
    throw new SurfaceLayoutError('EINVAL', 'format has no layout (D10)', { format: description.format });
  }
  checkCount('width', description.width, 1, MAX_U32);
  checkCount('height', description.height, 1, MAX_U32);
  checkCount('depth', description.depth, 1, MAX_U32);
  checkCount('mipLevels', description.mipLevels, 1, MAX_MIP_LEVELS);
  checkCount('layers', description.layers, description.cube === true ? 0 : 1, MAX_LAYERS);
  checkCount('samples', description.samples, 0, MAX_U32);
  return format;
}

/**
 * The layout of a surface in its backing (rule 7.1): sheets one after another, one per sample; in a sheet the layers;
 * in a layer the mips from large to small; in a mip the slices, rows and blocks, without any padding. A subresource is
 * layer × mips + mip. Sizes are exact integers, never 32-bit wrapped (D8). Immutable.
 */
export class SurfaceLayout {
  readonly description: SurfaceDescription;
  readonly format: SurfaceFormat;
  readonly mips: readonly MipLayout[];
  readonly layers: number;
  /** At least 1. */
  readonly samples: number;
  /** Bytes of one layer: all its mips, one sample each. */
  readonly mipChainBytes: number;
  /** Bytes of one sample sheet: all layers. */
  readonly sheetBytes: number;
  /** Bytes of all sheets: the backing without any trailer (D2). */
  readonly bytes: number;
  /** Bytes of the backing with the trailer of a stream-output target. */
  readonly backingBytes: number;
  readonly subresourceCount: number;
  /** The largest of `mips`: V8 compiles no load from the elements of a frozen array. */
  readonly #largest: MipLayout;

  /**
   * @throws SurfaceLayoutError EINVAL for an unknown or zero-byte format, a size that is not a u32 above 0,
   * more than 24 mips or more than 2,048 layers; EOVERFLOW for 2^53 bytes or more.
   */
  constructor(description: SurfaceDescription) {
    this.format = checkedFormat(description);
    const {
      width,
      height,
      depth,
      mipLevels,
      layers,
      samples,
      cube = false,
      streamOutput = false,
    } = description;
    const { format } = description;
    this.description = Object.freeze({
      format,
      width,
      height,
      depth,
      mipLevels,
      layers,
      samples,
      cube,
      streamOutput,
    });
    this.layers = description.layers === 0 ? CUBE_FACES : description.layers;
    this.samples = Math.max(description.samples, 1);
    const mips: MipLayout[] = [];
    let offset = 0;
    for (let level = 0; level < description.mipLevels; level++) {
      const mip = layOutMip(this.format, description, level, offset);
      mips.push(mip);
      offset += mip.bytes;
    }
    this.mips = Object.freeze(mips);
    this.#largest = mips[0];
    this.mipChainBytes = offset;
    this.sheetBytes = offset * this.layers;
    this.bytes = this.sheetBytes * this.samples;
    this.backingBytes = this.bytes + (description.streamOutput === true ? STREAM_OUTPUT_STATE_BYTES : 0);
    this.subresourceCount = this.layers * mips.length;
    // Rounding is monotone: a sum or product beyond the exact integers is still at least 2^53 here.
    if (this.backingBytes > Number.MAX_SAFE_INTEGER) {
      const bytes = this.backingBytes;
      throw new SurfaceLayoutError('EOVERFLOW', 'surface has 2^53 bytes or more', { bytes });
    }
  }

  /**
   * The mip level a subresource belongs to.
   * @throws SurfaceLayoutError EINVAL for an unknown subresource.
   */
  mipOf(subresource: number): MipLayout {
    this.checkSubresource(subresource);
    const level = subresource % this.mips.length;
    return level === 0 ? this.#largest : this.mips[level];
  }

  /**
   * Where a subresource starts in the backing (in the first sheet; the other sheets follow `sheetBytes`
   * apart).
   * @throws SurfaceLayoutError EINVAL for an unknown subresource.
   */
  offsetOf(subresource: number): number {
    return offsetIn(this, subresource, this.mipOf(subresource));
  }

  private checkSubresource(subresource: number): void {
    if (!Number.isInteger(subresource) || subresource < 0 || subresource >= this.subresourceCount) {
      throw new SurfaceLayoutError('EINVAL', 'no such subresource', {
        subresource,
        subresourceCount: this.subresourceCount,
      });
    }
  }
}

/** `offsetOf` of a subresource whose mip is known. */
export function offsetIn(
  { mips, mipChainBytes }: SurfaceLayout,
  subresource: number,
  mip: MipLayout,
): number {
  return Math.floor(subresource / mips.length) * mipChainBytes + mip.offset;
}
