import { formatByName } from '../formats.js';
import type { SurfaceFormat } from '../formats.js';
import type { SurfaceLayout } from '../layout.js';
import { impossible, isUnaligned, planeSizes, viewedAs } from './possible.js';
import type { UploadOptions } from './upload-options.js';
import { GL } from './webgl-enums.js';
import { webGlFormat } from './webgl-formats.js';
import type { WebGlFormat } from './webgl-formats.js';
import type { NoFormat } from './webgpu-formats.js';

const FACES = 6;

/** The texture that holds a surface, or a plane of it: its target, and its immutable storage. */
export interface WebGlTexture extends WebGlFormat {
  readonly call: 'texStorage2D' | 'texStorage3D';
  /** TEXTURE_2D, TEXTURE_CUBE_MAP, TEXTURE_2D_ARRAY or TEXTURE_3D. */
  readonly target: number;
  readonly levels: number;
  readonly width: number;
  readonly height: number;
  /** Slices of a 3D texture, or layers; 1 for texStorage2D, which has no such parameter. */
  readonly depth: number;
}

/**
 * The WebGL 2 texture for a surface, or one for each plane of a planar one; or a single entry with the reason why there
 * is none.
 * @throws SurfaceLayoutError EINVAL for a view format with other blocks.
 */
export function webGlTextures(
  layout: SurfaceLayout,
  options: UploadOptions = {},
): readonly [WebGlTexture | NoFormat, ...(WebGlTexture | NoFormat)[]] {
  const reason = impossible(layout, 'WebGL 2') ?? impossibleInWebGl(layout);
  if (reason !== undefined) {
    return [{ format: undefined, reason }];
  }
  const formats = formatsOf(layout, options);
  const [first, ...others] = planeSizes(layout).map((size, plane): WebGlTexture | NoFormat => {
    const found = formats[plane];
    return found.format === undefined ? found : { ...found, ...storageOf(layout), ...size };
  });
  return [first, ...others];
}

function impossibleInWebGl(layout: SurfaceLayout): string | undefined {
  const { description, layers } = layout;
  if (isUnaligned(layout)) {
    return 'the size is not a multiple of the block, which WebGL 2 requires';
  }
  if (description.cube === true && layers !== FACES) {
    return 'WebGL 2 has cubes of six faces, and no arrays of cubes';
  }
  if (description.cube === true && description.width !== description.height) {
    return 'the faces of a cube are square in WebGL 2';
  }
  return undefined;
}

function formatsOf(layout: SurfaceLayout, { viewFormat }: UploadOptions): (WebGlFormat | NoFormat)[] {
  const { format, mips, description } = layout;
  if (format.planar) {
    return mips[0].planes.map(({ bytesPerSample }) =>
      webGlFormat(formatByName(bytesPerSample === 2 ? 'R8G8_UNORM' : 'R8_UNORM') as SurfaceFormat),
    );
  }
  return [webGlFormat(viewedAs(layout, viewFormat), description.depth)];
}

function storageOf(layout: SurfaceLayout) {
  const { description, layers, mips } = layout;
  const target = targetOf(layout);
  const is3D = target === GL.TEXTURE_3D || target === GL.TEXTURE_2D_ARRAY;
  return {
    call: is3D ? ('texStorage3D' as const) : ('texStorage2D' as const),
    target,
    levels: mips.length,
    depth: target === GL.TEXTURE_3D ? description.depth : is3D ? layers : 1,
  };
}

/** The target of a texture for this surface. */
export function targetOf({ description, layers }: SurfaceLayout): number {
  if (description.depth > 1) {
    return GL.TEXTURE_3D;
  }
  if (description.cube === true) {
    return GL.TEXTURE_CUBE_MAP;
  }
  return layers > 1 ? GL.TEXTURE_2D_ARRAY : GL.TEXTURE_2D;
}
