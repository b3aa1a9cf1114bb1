import type { SubresourceBox } from '../box.js';
import { boxRows } from '../box-rows.js';
import type { BoxRows } from '../box-rows.js';
import { formatByName } from '../formats.js';
import type { SurfaceFormat } from '../formats.js';
import type { SurfaceLayout } from '../layout.js';
import { planeRows } from './plane-rows.js';
import { impossible, viewedAs } from './possible.js';
import type { UploadOptions } from './texture-writes.js';
import { GL } from './webgl-enums.js';
import { webGlFormat } from './webgl-formats.js';
import type { TexelArray, WebGlFormat } from './webgl-formats.js';
import type { NoFormat } from './webgpu-formats.js';

const FACES = 6;
const ELEMENT_BYTES: Readonly<Record<TexelArray, number>> = {
  Int8Array: 1,
  Uint8Array: 1,
  Int16Array: 2,
  Uint16Array: 2,
  Int32Array: 4,
  Uint32Array: 4,
  Float32Array: 4,
};

/** One call: texSubImage2D or 3D, compressedTexSubImage2D or 3D. Parameters have the names of its own. */
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
  /** 1 in the 2D calls. */
  readonly depth: number;
  /** The first element, in a view of the whole backing as `array` of the format. */
  readonly srcOffset: number;
  /** How many elements a compressed call takes: its srcLengthOverride. 0 in the others. */
  readonly srcLength: number;
  /** For pixelStorei, in pixels and rows; 0 in compressed calls, which do not look at them. */
  readonly unpackRowLength: number;
  readonly unpackImageHeight: number;
}

/** What to upload through WebGL 2, and into which textures. UNPACK_ALIGNMENT is 1: rows are not padded. */
export interface SubImages {
  /** The format of the texture; of a planar surface one for each plane. */
  readonly formats: readonly (WebGlFormat | NoFormat)[];
  /** What to bind: TEXTURE_2D, TEXTURE_2D_ARRAY, TEXTURE_3D, or a face for TEXTURE_CUBE_MAP. */
  readonly target: number;
  /** Empty where a format is missing. */
  readonly writes: readonly SubImage[];
}

/**
 * What WebGL 2 needs to upload each box. A cube goes face by face; there are no arrays of cubes.
 *
 * A compressed call takes its blocks one behind the other, whatever UNPACK_ROW_LENGTH says, so a box that
 * leaves out columns of its mip becomes a call for each row of blocks. Its size ends with the mip, not with
 * the block, unlike in WebGPU.
 * @throws SurfaceLayoutError EINVAL for a box that leaves its mip or does not start on a block, and a view
 * format with other blocks.
 */
export function toSubImages(
  layout: SurfaceLayout,
  boxes: Iterable<SubresourceBox>,
  options: UploadOptions = {},
): SubImages {
  const formats = webGlFormatsOf(layout, options);
  const target = targetOf(layout);
  const writes: SubImage[] = [];
  if (formats.some(({ format }) => format === undefined)) {
    return { formats, target, writes };
  }
  for (const box of boxes) {
    if (layout.format.planar) {
      planeRows(layout, box.subresource, box).forEach(({ rows, box: samples }, plane) => {
        const placed = { ...samples, subresource: box.subresource };
        writes.push(texelWrite(layout, placed, rows, plane, formats[plane] as WebGlFormat));
      });
    } else if (layout.format.compressed) {
      writes.push(...blockWrites(layout, box));
    } else {
      const rows = boxRows(layout, box.subresource, box);
      writes.push(texelWrite(layout, box, rows, 0, formats[0] as WebGlFormat));
    }
  }
  return { formats, target, writes };
}

function webGlFormatsOf(layout: SurfaceLayout, options: UploadOptions): readonly (WebGlFormat | NoFormat)[] {
  const { description, layers, format } = layout;
  const reason = impossible(layout, 'WebGL 2');
  if (reason !== undefined) {
    return [{ format: undefined, reason }];
  }
  if (description.cube === true && layers !== FACES) {
    return [{ format: undefined, reason: 'WebGL 2 has cubes of six faces, and no arrays of cubes' }];
  }
  if (format.planar) {
    return layout.mips[0].planes.map(({ bytesPerSample }) =>
      webGlFormat(formatByName(bytesPerSample === 2 ? 'R8G8_UNORM' : 'R8_UNORM') as SurfaceFormat),
    );
  }
  return [webGlFormat(viewedAs(layout, options.viewFormat), description.depth)];
}

function targetOf({ description, layers }: SurfaceLayout): number {
  if (description.depth > 1) {
    return GL.TEXTURE_3D;
  }
  if (description.cube === true) {
    return GL.TEXTURE_CUBE_MAP_POSITIVE_X;
  }
  return layers > 1 ? GL.TEXTURE_2D_ARRAY : GL.TEXTURE_2D;
}

/** The part of a call that says where it goes. */
function placeOf(layout: SurfaceLayout, { subresource, x, y, z }: SubresourceBox) {
  const target = targetOf(layout);
  const level = subresource % layout.mips.length;
  const layer = (subresource - level) / layout.mips.length;
  const isCube = target === GL.TEXTURE_CUBE_MAP_POSITIVE_X;
  return {
    target: isCube ? target + layer : target,
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

/** A call for all rows where these follow each other, else one for each row of blocks. */
function blockWrites(layout: SurfaceLayout, box: SubresourceBox): SubImage[] {
  const { is3D, ...place } = placeOf(layout, box);
  const { blockHeight } = layout.format;
  const rows = boxRows(layout, box.subresource, box);
  const isWhole = rows.rowBytes === rows.rowStride;
  const step = isWhole ? rows.rows : 1;
  const writes: SubImage[] = [];
  for (let row = 0; row < rows.rows; row += step) {
    const y = row * blockHeight;
    writes.push({
      plane: 0,
      call: is3D ? 'compressedTexSubImage3D' : 'compressedTexSubImage2D',
      ...place,
      yoffset: place.yoffset + y,
      width: box.width,
      height: Math.min(step * blockHeight, box.height - y),
      depth: 1,
      srcOffset: rows.offset + row * rows.rowStride,
      srcLength: step * rows.rowBytes,
      unpackRowLength: 0,
      unpackImageHeight: 0,
    });
  }
  return writes;
}
