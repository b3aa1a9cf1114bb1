import type { SurfaceFormat } from '../formats.js';
import { refusalOf } from './refusals.js';
import { RGBA } from './swizzle.js';
import type { Swizzle } from './swizzle.js';
import { GL, webGlInternalFormats } from './webgl-enums.js';
import type { GlName, WebGlInternalFormat } from './webgl-enums.js';
import { blockFormats, texelFormats } from './webgl-format-table.js';
import type { WebGlExtension } from './webgl-format-table.js';
import type { NoFormat } from './webgpu-formats.js';

/** The kind of array that texSubImage requires for a type. */
export type TexelArray =
  'Int8Array' | 'Uint8Array' | 'Int16Array' | 'Uint16Array' | 'Int32Array' | 'Uint32Array' | 'Float32Array';

/** A format of WebGL 2 whose texels have the bytes of the surface format. */
export interface WebGlFormat {
  /** The sized internal format, for texStorage2D and texStorage3D. */
  readonly internalFormat: number;
  /** The name of its constant. */
  readonly name: WebGlInternalFormat;
  /** Of texSubImage; a compressed format has its internal format here. */
  readonly format: number;
  /** Of texSubImage; undefined in compressed formats. */
  readonly type: number | undefined;
  /** The view of the backing that the call takes. */
  readonly array: TexelArray;
  /** The component of a sampled texel for each of the surface format's r, g, b, a. */
  readonly swizzle: Swizzle;
  /** The extension for getExtension; undefined if WebGL 2 itself has the format. */
  readonly extension: WebGlExtension | undefined;
}

const arrays: Readonly<Partial<Record<GlName, TexelArray>>> = {
  BYTE: 'Int8Array',
  UNSIGNED_BYTE: 'Uint8Array',
  SHORT: 'Int16Array',
  UNSIGNED_SHORT: 'Uint16Array',
  UNSIGNED_SHORT_4_4_4_4: 'Uint16Array',
  UNSIGNED_SHORT_5_6_5: 'Uint16Array',
  HALF_FLOAT: 'Uint16Array',
  INT: 'Int32Array',
  UNSIGNED_INT: 'Uint32Array',
  UNSIGNED_INT_2_10_10_10_REV: 'Uint32Array',
  UNSIGNED_INT_24_8: 'Uint32Array',
  UNSIGNED_INT_10F_11F_11F_REV: 'Uint32Array',
  UNSIGNED_INT_5_9_9_9_REV: 'Uint32Array',
  FLOAT: 'Float32Array',
};

const refused: Readonly<Record<string, string>> = {
  Z_D32: 'WebGL 2 has no 32-bit normalized depth',
  D32_FLOAT_S8X24_UINT: 'WebGL 2 takes no array for FLOAT_32_UNSIGNED_INT_24_8_REV',
};

/** Families of compressed formats that TEXTURE_3D does not support. */
const flatFamilies: Readonly<Partial<Record<WebGlExtension, string>>> = {
  WEBGL_compressed_texture_s3tc: 'S3TC',
  WEBGL_compressed_texture_s3tc_srgb: 'S3TC',
  EXT_texture_compression_rgtc: 'RGTC',
};

/**
 * The WebGL 2 format that has the same bytes, or the reason why there is none. `depth` is the depth of the
 * texture: above 1 it is a TEXTURE_3D. Of the compressed formats only BPTC (BC6H and BC7) has these:
 * OpenGL ES defines S3TC and RGTC for two-dimensional images and arrays of them.
 */
export function webGlFormat(format: SurfaceFormat, depth: number = 1): WebGlFormat | NoFormat {
  const name = format.name.replace('SVGA3D_', '');
  const block = blockFormats[name];
  const texel = texelFormats[name];
  if (block === undefined && texel === undefined) {
    return { format: undefined, reason: refused[name] ?? refusalOf(format, 'WebGL 2') };
  }
  if (depth > 1) {
    const flat = block === undefined ? depthOf(format) : flatFamilies[block[1]];
    if (flat !== undefined) {
      return { format: undefined, reason: `WebGL 2 has no 3D ${flat} textures` };
    }
  }
  if (block !== undefined) {
    const [internal, extension, swizzle = RGBA] = block;
    const internalFormat = webGlInternalFormats[internal];
    return {
      internalFormat,
      name: internal,
      format: internalFormat,
      type: undefined,
      array: 'Uint8Array',
      swizzle,
      extension,
    };
  }
  const [internal, texelFormat, type, swizzle = RGBA] = texel;
  return {
    internalFormat: webGlInternalFormats[internal],
    name: internal,
    format: GL[texelFormat],
    type: GL[type],
    array: arrays[type] ?? 'Uint8Array',
    swizzle,
    extension: internal.endsWith('_EXT') ? 'EXT_texture_norm16' : undefined,
  };
}

function depthOf({ flags }: SurfaceFormat): string | undefined {
  return flags.includes('DEPTH') ? 'depth' : undefined;
}
