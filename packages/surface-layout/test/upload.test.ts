import { describe, expect, it } from 'vitest';
import { formatByName, toSubImages, toTextureWrites } from '../src/index.js';
import type { SurfaceLayout } from '../src/index.js';
import { surface } from './surfaces.js';
import { wholeSurface } from './upload-cases.js';
import { uploadRuns } from './upload-runs.js';
import { describeUploads } from './upload-suite.js';
import { webGlModel } from './webgl-model.js';
import { webGpuModel } from './webgpu-model.js';

describeUploads(
  { device: webGpuModel, upload: (layout, boxes) => toTextureWrites(layout, boxes, { unaligned: true }) },
  uploadRuns(600),
);
describeUploads({ device: webGlModel, upload: toSubImages }, uploadRuns(600));

describe('requirements of the APIs', () => {
  function layoutOf(name: string, width: number, height: number, change = {}): SurfaceLayout {
    return surface(formatByName(name)?.id ?? 0, width, height, change);
  }

  it('a compressed mip smaller than its block: WebGPU writes the block, WebGL 2 the mip', () => {
    const layout = layoutOf('BC1_UNORM', 12, 8, { mipLevels: 3 });
    const gpu = toTextureWrites(layout, wholeSurface(layout)).writes.map(({ size }) => [
      size.width,
      size.height,
    ]);
    expect(gpu).toEqual([
      [12, 8],
      [8, 4],
      [4, 4],
    ]);
    const gl = toSubImages(layout, wholeSurface(layout)).writes.map(({ width, height }) => [width, height]);
    expect(gl).toEqual([
      [12, 8],
      [6, 4],
      [3, 2],
    ]);
  });

  it('WebGL 2 reads compressed blocks one behind the other: a narrow box is a call for each row', () => {
    const layout = layoutOf('BC1_UNORM', 16, 8);
    const box = { subresource: 0, x: 4, y: 0, z: 0, width: 8, height: 8, depth: 1 };
    const { writes } = toSubImages(layout, [box]);
    expect(writes.map(({ yoffset, srcOffset, srcLength }) => [yoffset, srcOffset, srcLength])).toEqual([
      [0, 8, 16],
      [4, 40, 16],
    ]);
  });

  it('WebGPU writes depth a whole mip at a time, once each', () => {
    const layout = layoutOf('D16_UNORM', 8, 8, { mipLevels: 2 });
    const box = { subresource: 1, x: 1, y: 1, z: 0, width: 1, height: 1, depth: 1 };
    const { writes } = toTextureWrites(layout, [box, { ...box, x: 2 }]);
    expect(writes).toEqual([
      {
        plane: 0,
        destination: { mipLevel: 1, origin: { x: 0, y: 0, z: 0 }, aspect: 'depth-only' },
        dataLayout: { offset: 128, bytesPerRow: 8, rowsPerImage: 4 },
        size: { width: 4, height: 4, depthOrArrayLayers: 1 },
      },
    ]);
  });

  it('a typeless format takes the format of a view with equal blocks', () => {
    const layout = layoutOf('R8G8B8A8_TYPELESS', 4, 4);
    expect(toTextureWrites(layout, wholeSurface(layout)).textures[0].format).toBeUndefined();
    const viewFormat = formatByName('R8G8B8A8_UNORM_SRGB');
    expect(toTextureWrites(layout, wholeSurface(layout), { viewFormat }).textures[0].format).toBe(
      'rgba8unorm-srgb',
    );
    const other = { viewFormat: formatByName('R16_UNORM') };
    expect(() => toTextureWrites(layout, [], other)).toThrow(expect.objectContaining({ code: 'EINVAL' }));
  });

  it.each([
    ['samples', 'A8R8G8B8', { samples: 4 }, /one sample/],
    ['arrays of volumes', 'A8R8G8B8', { layers: 2, depth: 2 }, /no arrays of 3D/],
    ['a compressed size that ends in a block', 'BC1_UNORM', { width: 7 }, /multiple of the block/],
    ['planes of odd height', 'NV12', { height: 7 }, /planes/],
    ['chroma that does not halve', 'NV12', { width: 12, height: 8, mipLevels: 3 }, /halve|planes/],
    ['three components', 'R32G32B32_FLOAT', {}, /three/],
    ['16-bit packed', 'A1R5G5B5', {}, /packed/],
    ['depth with stencil', 'D24_UNORM_S8_UINT', {}, /stencil/],
    ['depth that cannot be written', 'D32_FLOAT', {}, /depth32float/],
    ['buffers', 'BUFFER', { height: 1 }, /buffer/],
    ['a palette', 'P8', {}, /palette/],
    ['packed YUV', 'UYVY', {}, /YUV/],
    ['views', 'X24_G8_UINT', {}, /view/],
    ['computed components', 'CxV8U8', {}, /computes none/],
  ])('%s: no format, no writes, but a reason', (_, name, change, reason) => {
    const layout = layoutOf(name, 8, 8, change);
    const { textures, writes } = toTextureWrites(layout, wholeSurface(layout));
    expect([textures.length, writes]).toEqual([1, []]);
    expect(textures[0]).toEqual({ format: undefined, reason: expect.stringMatching(reason) });
  });

  it('cubes are faces in WebGL 2, and layers in WebGPU', () => {
    const layout = layoutOf('A8R8G8B8', 4, 4, { cube: true, layers: 0 });
    const gl = toSubImages(layout, wholeSurface(layout)).writes;
    expect(gl.map(({ call, target }) => [call, target])).toEqual(
      [0, 1, 2, 3, 4, 5].map((face) => ['texSubImage2D', 0x8515 + face]),
    );
    const gpu = toTextureWrites(layout, wholeSurface(layout)).writes;
    expect(gpu.map(({ destination }) => destination.origin.z)).toEqual([0, 1, 2, 3, 4, 5]);
    const two = layoutOf('A8R8G8B8', 4, 4, { cube: true, layers: 12 });
    expect(toSubImages(two, wholeSurface(two)).textures).toMatchObject([
      { reason: expect.stringContaining('no arrays of cubes') },
    ]);
  });
});
