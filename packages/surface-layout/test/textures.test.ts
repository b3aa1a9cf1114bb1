import { describe, expect, it } from 'vitest';
import {
  formatByName,
  SurfaceLayout,
  toSubImages,
  toTextureWrites,
  webGlTextures,
  webGpuTextures,
} from '../src/index.js';
import type { SurfaceDescription } from '../src/index.js';

function layoutOf(name: string, width: number, height: number, change: Partial<SurfaceDescription> = {}) {
  const format = formatByName(name)?.id ?? 0;
  return new SurfaceLayout({
    format,
    width,
    height,
    depth: 1,
    mipLevels: 1,
    layers: 1,
    samples: 1,
    ...change,
  });
}

describe('webGpuTextures', () => {
  it('describes a texture for createTexture, with what the device must have', () => {
    expect(webGpuTextures(layoutOf('BC3_UNORM', 1000, 600, { mipLevels: 10, layers: 3 }))).toEqual([
      {
        format: 'bc3-rgba-unorm',
        swizzle: 'rgba',
        features: ['texture-compression-bc'],
        descriptor: {
          size: { width: 1000, height: 600, depthOrArrayLayers: 3 },
          mipLevelCount: 10,
          dimension: '2d',
          format: 'bc3-rgba-unorm',
          usage: 6,
        },
        viewDimension: '2d-array',
        limits: {},
      },
    ]);
  });

  it.each([
    ['2d', {}],
    ['2d-array', { layers: 2 }],
    ['3d', { depth: 2 }],
    ['cube', { layers: 0, cube: true }],
    ['cube-array', { layers: 12, cube: true }],
    ['2d-array', { layers: 7, cube: true }],
    ['2d-array', { layers: 6, cube: true, height: 4 }],
  ])('its view is %s for %o', (viewDimension, change) => {
    expect(webGpuTextures(layoutOf('R8_UNORM', 8, 8, change))).toMatchObject([{ viewDimension }]);
  });

  it.each([
    [{}, {}],
    [{ width: 8193 }, { maxTextureDimension2D: 8193 }],
    [{ layers: 257 }, { maxTextureArrayLayers: 257 }],
    [{ width: 8192, depth: 2 }, { maxTextureDimension3D: 8192 }],
    [{ depth: 2049 }, { maxTextureDimension3D: 2049 }],
  ])('limits of %o above the defaults: %o', (change, limits) => {
    expect(webGpuTextures(layoutOf('R8_UNORM', 8, 8, change))).toMatchObject([{ limits }]);
    expect(Object.keys(limits)).toEqual(
      webGpuTextures(layoutOf('R8_UNORM', 8, 8, change)).flatMap((texture) =>
        texture.format === undefined ? ['none'] : Object.keys(texture.limits),
      ),
    );
  });

  it('D4: a texture for each plane; luma has the size of the surface, chroma a sample for each block', () => {
    const sizes = (width: number, format: string) =>
      webGpuTextures(layoutOf(format, width, 8)).map((texture) =>
        texture.format === undefined
          ? texture.reason
          : [texture.format, texture.descriptor.size.width, texture.descriptor.size.height],
      );
    expect(sizes(16, 'NV12')).toEqual([
      ['r8unorm', 16, 8],
      ['rg8unorm', 8, 4],
    ]);
    expect(sizes(15, 'YV12')).toEqual([
      ['r8unorm', 15, 8],
      ['r8unorm', 8, 4],
      ['r8unorm', 8, 4],
    ]);
  });

  it('sizes that are not a multiple of the block: refused, or by the feature, in whole blocks', () => {
    for (const depth of [1, 3]) {
      const layout = layoutOf('BC7_UNORM', 10, 7, { depth, mipLevels: 2 });
      expect(webGpuTextures(layout)).toEqual([
        {
          format: undefined,
          reason: expect.stringContaining(
            'size is not a multiple of the block: WebGPU needs texture-compression-unaligned',
          ) as string,
        },
      ]);
      const box = { subresource: 0, x: 8, y: 4, z: 0, width: 2, height: 3, depth: 1 };
      const { textures, writes } = toTextureWrites(layout, [box], { unaligned: true });
      expect(textures).toMatchObject([
        {
          features: [
            'texture-compression-bc',
            ...(depth > 1 ? ['texture-compression-bc-sliced-3d'] : []),
            'texture-compression-unaligned',
          ],
          descriptor: { size: { width: 10, height: 7 } },
        },
      ]);
      expect(writes).toMatchObject([{ size: { width: 4, height: 4, depthOrArrayLayers: 1 } }]);
    }
    const aligned = webGpuTextures(layoutOf('BC7_UNORM', 12, 8, { mipLevels: 3 }), { unaligned: true });
    expect(aligned).toMatchObject([{ features: ['texture-compression-bc'] }]);
  });
});

describe('webGlTextures', () => {
  it.each([
    [{}, { call: 'texStorage2D', target: 0x0de1, width: 8, height: 8, depth: 1, levels: 1 }],
    [
      { layers: 3, mipLevels: 4 },
      { call: 'texStorage3D', target: 0x8c1a, depth: 3, levels: 4 },
    ],
    [{ depth: 5 }, { call: 'texStorage3D', target: 0x806f, depth: 5 }],
    [
      { layers: 0, cube: true },
      { call: 'texStorage2D', target: 0x8513, depth: 1 },
    ],
  ])('%o: its target, and its storage', (change, texture) => {
    expect(webGlTextures(layoutOf('R8_UNORM', 8, 8, change))).toMatchObject([texture]);
  });

  // As Chromium 156 on ANGLE and SwiftShader answers texStorage2D, texStorage3D and compressedTexSubImage3D.
  const compressed = ['BC1', 'BC2', 'BC3', 'BC4', 'BC5', 'BC6H', 'BC7'] as const;
  it.each(compressed)('%s in each kind of texture', (family) => {
    const name = `${family}_${family === 'BC6H' ? 'UF16' : 'UNORM'}`;
    const found = [{}, { layers: 0, cube: true }, { layers: 3 }, { depth: 3 }].map((change) => {
      const [texture] = webGlTextures(layoutOf(name, 8, 8, change));
      return texture.format === undefined ? texture.reason : texture.target;
    });
    const volume = {
      BC1: 'WebGL 2 has no 3D S3TC textures',
      BC2: 'WebGL 2 has no 3D S3TC textures',
      BC3: 'WebGL 2 has no 3D S3TC textures',
      BC4: 'WebGL 2 has no 3D RGTC textures',
      BC5: 'WebGL 2 has no 3D RGTC textures',
      BC6H: 0x806f,
      BC7: 0x806f,
    };
    expect(found).toEqual([0x0de1, 0x8513, 0x8c1a, volume[family]]);
  });

  it.each([
    ['sizes that end inside a block', 'BC7_UNORM', { width: 10 }, /multiple of the block/],
    ['oblong faces', 'R8_UNORM', { layers: 0, cube: true, width: 16 }, /square/],
    ['mips below a single texel', 'R8_UNORM', { mipLevels: 5 }, /single texel/],
    ['volumes of depth', 'D16_UNORM', { depth: 2 }, /3D depth/],
  ])('%s: refused', (_, name, change, reason) => {
    const layout = layoutOf(name, 8, 8, change);
    expect(webGlTextures(layout, { unaligned: true })).toEqual([
      { format: undefined, reason: expect.stringMatching(reason) as string },
    ]);
  });
});

describe('compressed volumes in WebGL 2', () => {
  const layout = layoutOf('BC7_UNORM', 16, 8, { depth: 4 });
  const calls = (box: object) =>
    toSubImages(layout, [
      { subresource: 0, x: 0, y: 0, z: 0, width: 16, height: 8, depth: 4, ...box },
    ]).writes.map((write) => [write.zoffset, write.yoffset, write.depth, write.srcOffset, write.srcLength]);

  it('whole slices follow each other: one call', () => {
    expect(calls({ z: 1, depth: 3 })).toEqual([[1, 0, 3, 128, 384]]);
  });

  it('whole rows: a call for each slice', () => {
    expect(calls({ y: 4, height: 4, z: 2, depth: 2 })).toEqual([
      [2, 4, 1, 320, 64],
      [3, 4, 1, 448, 64],
    ]);
  });

  it('columns: a call for each row of each slice', () => {
    expect(calls({ x: 4, width: 8, depth: 2 })).toEqual([
      [0, 0, 1, 16, 32],
      [0, 4, 1, 80, 32],
      [1, 0, 1, 144, 32],
      [1, 4, 1, 208, 32],
    ]);
  });

  it('columns of a slice with one row of blocks: a call for each slice', () => {
    const low = layoutOf('BC7_UNORM', 16, 4, { depth: 3 });
    const { writes } = toSubImages(low, [
      { subresource: 0, x: 4, y: 0, z: 0, width: 12, height: 4, depth: 2 },
    ]);
    expect(
      writes.map(({ zoffset, depth, srcOffset, srcLength }) => [zoffset, depth, srcOffset, srcLength]),
    ).toEqual([
      [0, 1, 16, 48],
      [1, 1, 80, 48],
    ]);
  });

  it('a box that ends inside a block takes all of it', () => {
    const { writes } = toSubImages(layout, [
      { subresource: 0, x: 4, y: 0, z: 0, width: 3, height: 2, depth: 1 },
    ]);
    expect(writes).toMatchObject([{ width: 4, height: 4, srcLength: 16 }]);
  });

  it('too many calls are refused before they are allocated', () => {
    const huge = layoutOf('BC7_UNORM', 8, 2 ** 25);
    const box = { subresource: 0, x: 0, y: 0, z: 0, width: 4, height: 2 ** 25, depth: 1 };
    expect(() => toSubImages(huge, [box])).toThrow(expect.objectContaining({ code: 'EOVERFLOW' }));
  });
});
