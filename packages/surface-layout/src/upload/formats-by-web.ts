import { surfaceFormats } from '../formats.js';
import type { SurfaceFormat } from '../formats.js';
import { R, RGBA } from './swizzle.js';
import type { Swizzle } from './swizzle.js';
import type { WebGlInternalFormat } from './webgl-enums.js';
import { webGlFormat } from './webgl-formats.js';
import type { WebGpuTextureFormat } from './webgpu-format-table.js';
import { webGpuFormat } from './webgpu-formats.js';

/** Suffixes of DXGI_FORMAT names. Direct3D 9 names do not have the type of components. */
const dxgiName = /_(UNORM|SNORM|UINT|SINT|FLOAT|UF16|SF16|SHAREDEXP|SRGB)$/;

/**
 * The surface formats whose bytes a WebGPU texture of this format takes, the best match first: formats without a
 * swizzle before those with one, and the DXGI format before those of Direct3D 9. Empty if there is none.
 */
export function formatsByWebGpu(format: WebGpuTextureFormat | (string & {})): readonly SurfaceFormat[] {
  return bestFirst((surfaceFormat) => {
    const found = webGpuFormat(surfaceFormat);
    return found.format === format ? found.swizzle : undefined;
  });
}

/** The same for a sized internal format of WebGL 2: the name of its constant, or its value. */
export function formatsByWebGl(
  internalFormat: WebGlInternalFormat | (string & {}) | number,
): readonly SurfaceFormat[] {
  return bestFirst((surfaceFormat) => {
    const found = webGlFormat(surfaceFormat);
    const isIt =
      found.format !== undefined &&
      (found.name === internalFormat || found.internalFormat === internalFormat);
    return isIt ? found.swizzle : undefined;
  });
}

/** @param swizzleOf undefined for other formats */
function bestFirst(swizzleOf: (format: SurfaceFormat) => Swizzle | undefined): readonly SurfaceFormat[] {
  return surfaceFormats
    .flatMap((format) => {
      const swizzle = swizzleOf(format);
      return swizzle === undefined ? [] : [{ format, rank: rank(format, swizzle) }];
    })
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ format }) => format);
}

function rank({ name }: SurfaceFormat, swizzle: Swizzle): number {
  const isSwizzled = swizzle !== RGBA && swizzle !== R;
  return (isSwizzled ? 2 : 0) + (dxgiName.test(name) ? 0 : 1);
}
