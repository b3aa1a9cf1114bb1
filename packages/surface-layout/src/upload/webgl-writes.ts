import type { SubresourceBox } from '../box.js';
import { boxRows } from '../box-rows.js';
import type { BoxRows } from '../box-rows.js';
import { SurfaceLayoutError } from '../errors.js';
import type { SurfaceLayout } from '../layout.js';
import { planeRows } from './plane-rows.js';
import type { UploadOptions } from './upload-options.js';
import { GL } from './webgl-enums.js';
import type { TexelArray, WebGlFormat } from './webgl-formats.js';
import { targetOf, webGlTextures } from './webgl-textures.js';
import type { WebGlTexture } from './webgl-textures.js';

/** More calls than any texture needs: a limit on the allocation for one box of a huge surface. */
const MAX_CALLS = 2 ** 20;
const ELEMENT_BYTES: Readonly<Record<TexelArray, number>> = {
  Int8Array: 1,
  Uint8Array: 1,
  Int16Array: 2,
  Uint16Array: 2,
  Int32Array: 4,
  Uint32Array: 4,
  Float32Array: 4,
};

/** One call: texSubImage2D or 3D, compressedTexSubImage2D or 3D. Fields have the names of its parameters. */
export interface SubImage {
  /** The texture it goes to: 0, or in a planar format the plane's. */
  readonly plane: number;
  readonly call: 'texSubImage2D' | 'texSubImage3D' | 'compressedTexSubImage2D' | 'compressedTexSubImage3D';
  readonly target: number;
  readonly level: number;
  readonly xoffset: number;
  readonly yoffset: number;
  /** Layer, or slice of a 3D texture; 0 in the 2D calls, which have no such parameter. */
  readonly zoffset: number;
  readonly width: number;
  readonly height: number;
  /** Slices; 1 in the 2D calls, and in an array, whose layers are written one at a time. */
  readonly depth: number;
  /** The first element, in a view of the whole backing as `array` of the format. */
  readonly srcOffset: number;
  /** How many elements a compressed call takes: its srcLengthOverride. 0 in the others. */
  readonly srcLength: number;
  /** For pixelStorei, in pixels and rows; 0 in compressed calls, which ignore them. */
  readonly unpackRowLength: number;
  readonly unpackImageHeight: number;
}

/** The uploads through WebGL 2, and their textures. UNPACK_ALIGNMENT is 1: rows are not padded. */
export interface SubImages {
  /** The texture; for a planar surface one for each plane. */
  readonly textures: ReturnType<typeof webGlTextures>;
  /** Empty without a texture. */
  readonly writes: readonly SubImage[];
}

/**
 * The WebGL 2 calls that upload each box. A cube is uploaded face by face; there are no arrays of cubes. A compressed
 * call reads consecutive blocks and ignores UNPACK_ROW_LENGTH, so a box that is narrower than its mip becomes a call
 * for each row of blocks, and one with only some rows of a 3D mip a call for each slice. Its size ends with the mip,
 * not with the block, unlike in WebGPU.
 * @throws SurfaceLayoutError EINVAL for a box that leaves its mip or does not start on a block, and a view
 * format with other blocks; EOVERFLOW for more than 2^20 calls.
 */
export function toSubImages(
  layout: SurfaceLayout,
  boxes: Iterable<SubresourceBox>,
  options: UploadOptions = {},
): SubImages {
  const textures = webGlTextures(layout, options);
  const writes: SubImage[] = [];
  if (textures[0].format === undefined) {
    return { textures, writes };
  }
  for (const box of boxes) {
    if (layout.format.planar) {
      planeRows(layout, box.subresource, box).forEach(({ rows, box: samples }, plane) => {
        const placed = { ...samples, subresource: box.subresource };
        writes.push(texelWrite(layout, placed, rows, plane, textures[plane] as WebGlTexture));
      });
    } else if (layout.format.compressed) {
      addBlockWrites(layout, box, writes);
    } else {
      const rows = boxRows(layout, box.subresource, box);
      writes.push(texelWrite(layout, box, rows, 0, textures[0]));
    }
  }
  return { textures, writes };
}

/** The destination of a call. */
function placeOf(layout: SurfaceLayout, { subresource, x, y, z }: SubresourceBox) {
  const target = targetOf(layout);
  const level = subresource % layout.mips.length;
  const layer = (subresource - level) / layout.mips.length;
  const isCube = target === GL.TEXTURE_CUBE_MAP;
  return {
    target: isCube ? GL.TEXTURE_CUBE_MAP_POSITIVE_X + layer : target,
    level,
    xoffset: x,
    yoffset: y,
    zoffset: target === GL.TEXTURE_3D ? z : isCube ? 0 : layer,
    is3D: target === GL.TEXTURE_3D || target === GL.TEXTURE_2D_ARRAY,
  };
}

function texelWrite(
  layout: SurfaceLayout,
  box: SubresourceBox,
  rows: BoxRows,
  plane: number,
  { array }: WebGlFormat,
): SubImage {
  const { is3D, ...place } = placeOf(layout, box);
  const bytesPerTexel = rows.rowBytes / box.width;
  return {
    plane,
    call: is3D ? 'texSubImage3D' : 'texSubImage2D',
    ...place,
    width: box.width,
    height: box.height,
    depth: box.depth,
    srcOffset: rows.offset / ELEMENT_BYTES[array],
    srcLength: 0,
    unpackRowLength: rows.rowStride / bytesPerTexel,
    unpackImageHeight: rows.imageStride / rows.rowStride,
  };
}

/** One call covers as many rows and slices as are adjacent in the backing. */
function addBlockWrites(layout: SurfaceLayout, box: SubresourceBox, writes: SubImage[]): void {
  const { is3D, ...place } = placeOf(layout, box);
  const { blockWidth, blockHeight } = layout.format;
  const { width: mipWidth, height: mipHeight } = layout.mipOf(box.subresource);
  const { offset, rowBytes, rows, rowStride, images, imageStride } = boxRows(layout, box.subresource, box);
  const isWide = rowBytes === rowStride;
  const rowStep = isWide ? rows : 1;
  const imageStep = isWide && rows * rowStride === imageStride ? images : 1;
  const calls = writes.length + (rows / rowStep) * (images / imageStep);
  if (calls > MAX_CALLS) {
    throw new SurfaceLayoutError('EOVERFLOW', `more than ${MAX_CALLS} calls`, { calls });
  }
  for (let image = 0; image < images; image += imageStep) {
    for (let row = 0; row < rows; row += rowStep) {
      const yoffset = place.yoffset + row * blockHeight;
      writes.push({
        plane: 0,
        call: is3D ? 'compressedTexSubImage3D' : 'compressedTexSubImage2D',
        ...place,
        yoffset,
        zoffset: place.zoffset + image,
        width: Math.min(roundUp(box.width, blockWidth), mipWidth - box.x),
        height: Math.min(rowStep * blockHeight, mipHeight - yoffset),
        depth: imageStep,
        srcOffset: offset + image * imageStride + row * rowStride,
        srcLength: imageStep * rowStep * rowBytes,
        unpackRowLength: 0,
        unpackImageHeight: 0,
      });
    }
  }
}

function roundUp(length: number, unit: number): number {
  return Math.ceil(length / unit) * unit;
}
