import { describe, expect, it } from 'vitest';
import {
  formatByName,
  formatsByWebGl,
  formatsByWebGpu,
  surfaceFormats,
  webGlFormat,
  webGlInternalFormats,
  webGpuFormat,
  webGpuTextureFormats,
} from '../src/index.js';
import type { SurfaceFormat, WebGlInternalFormat } from '../src/index.js';

const names = (formats: readonly SurfaceFormat[]) => formats.map(({ name }) => name.replace('SVGA3D_', ''));

describe('formatsByWebGpu', () => {
  it.each(webGpuTextureFormats)('%s and back, the first one without a swizzle', (name) => {
    const [best] = formatsByWebGpu(name);
    expect(webGpuFormat(best)).toMatchObject({
      format: name,
      swizzle: name.startsWith('depth') ? 'r001' : 'rgba',
    });
  });

  it('finds every format that has a WebGPU format, the best first', () => {
    for (const format of surfaceFormats) {
      const { format: name } = webGpuFormat(format);
      expect(name === undefined || formatsByWebGpu(name).includes(format), format.name).toBe(true);
    }
    expect(names(formatsByWebGpu('bgra8unorm'))).toEqual([
      'B8G8R8A8_UNORM',
      'A8R8G8B8',
      'B8G8R8X8_UNORM',
      'X8R8G8B8',
    ]);
    expect(names(formatsByWebGpu('bc2-rgba-unorm'))).toEqual(['BC2_UNORM', 'DXT2', 'DXT3']);
    expect(names(formatsByWebGpu('depth16unorm'))).toEqual(['D16_UNORM', 'Z_D16']);
  });

  it('is empty for formats without a matching surface format, and for unknown names', () => {
    expect([formatsByWebGpu('astc-4x4-unorm'), formatsByWebGpu('nope')]).toEqual([[], []]);
  });
});

describe('formatsByWebGl', () => {
  const entries = Object.entries(webGlInternalFormats) as [WebGlInternalFormat, number][];

  it.each(entries)('%s (%i) and back', (name, internalFormat) => {
    const [best] = formatsByWebGl(name);
    expect(webGlFormat(best)).toMatchObject({ name, internalFormat });
    expect(formatsByWebGl(internalFormat)).toEqual(formatsByWebGl(name));
  });

  it('finds every format that has a WebGL 2 format, the best first', () => {
    for (const format of surfaceFormats) {
      const found = webGlFormat(format);
      expect(found.format === undefined || formatsByWebGl(found.name).includes(format)).toBe(true);
    }
    expect(names(formatsByWebGl('RGBA8'))).toEqual([
      'R8G8B8A8_UNORM',
      'B8G8R8A8_UNORM',
      'B8G8R8X8_UNORM',
      'X8R8G8B8',
      'A8R8G8B8',
    ]);
    expect(names(formatsByWebGl('DEPTH24_STENCIL8'))).toEqual(['Z_D24S8', 'Z_D24X8']);
    expect(names(formatsByWebGl('RGBA4'))).toEqual(['B4G4R4A4_UNORM', 'A4R4G4B4']);
  });

  it('is empty for formats that are not sized formats of a surface', () => {
    expect([formatsByWebGl('RGBA'), formatsByWebGl(0x1908), formatsByWebGl(0)]).toEqual([[], [], []]);
  });
});

it('from one API to the other: through the surface format', () => {
  const across = webGpuTextureFormats.map((name) => [name, webGlFormat(formatsByWebGpu(name)[0])] as const);
  const swizzled = across.filter(([, found]) => found.format === undefined || found.swizzle !== 'rgba');
  expect(swizzled.map(([name]) => name)).toEqual(['bgra8unorm', 'bgra8unorm-srgb', 'depth16unorm']);
  expect(formatByName('BC7_UNORM')).toBe(formatsByWebGl('COMPRESSED_RGBA_BPTC_UNORM_EXT')[0]);
});
