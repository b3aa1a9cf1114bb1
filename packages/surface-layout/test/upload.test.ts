import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DirtyBoxes,
  DirtyRegion,
  formatByName,
  surfaceFormats,
  SurfaceLayout,
  toSubImages,
  toTextureWrites,
} from '../src/index.js';
import type { SubresourceBox } from '../src/index.js';
import { holds, walkBlocks } from './block-walk.js';
import { byteRanges, surface, surfacesWithRanges } from './surfaces.js';
import type { CreateTexture, GlWrite, GpuWrite, UploadTarget } from './texture-api.js';
import { WebGlModel } from './webgl-model.js';
import { WebGpuModel } from './webgpu-model.js';

const A8R8G8B8 = 2;
const NV12 = 44;
const YV12 = 121;

// A real device can be put here: see UploadTarget.
const createGpuTexture: CreateTexture<GpuWrite> = (shape) => new WebGpuModel(shape);
const createGlTexture: CreateTexture<GlWrite> = (shape) => new WebGlModel(shape);

/** Every byte of the backing different from its neighbours, and none 0. */
function fill(layout: SurfaceLayout): Uint8Array {
  return Uint8Array.from({ length: layout.backingBytes }, (_, i) => 1 + ((i * 37 + (i >> 8)) % 255));
}

function shapeOf(layout: SurfaceLayout, format: string) {
  const { width, height, depth, mipLevels } = layout.description;
  const dimension = depth > 1 ? ('3d' as const) : ('2d' as const);
  return { format, dimension, width, height, layers: depth > 1 ? depth : layout.layers, mipLevels };
}

/** Every block of the boxes has the backing's bytes in the texture; the others are untouched, unless `more`. */
function expectCopied(
  layout: SurfaceLayout,
  backing: Uint8Array,
  boxes: readonly SubresourceBox[],
  texture: UploadTarget<never>,
  more = false,
): void {
  const { mipLevels, depth } = layout.description;
  for (const block of walkBlocks(layout)) {
    const { subresource, x, y, z, offset } = block;
    const layer = depth > 1 ? z : Math.floor(subresource / mipLevels);
    const found = texture.block(subresource % mipLevels, x, y, layer);
    if (boxes.some((box) => holds(box, block))) {
      expect(found).toEqual([...backing.subarray(offset, offset + layout.format.bytesPerBlock)]);
    } else if (!more) {
      expect(found.every((byte) => byte === 0)).toBe(true);
    }
  }
}

const merges: fc.Arbitrary<(layout: SurfaceLayout, ranges: [number, number][]) => SubresourceBox[]> =
  fc.constantFrom(
    (layout, ranges) => {
      const dirty = new DirtyBoxes(layout);
      ranges.forEach(([start, end]) => dirty.addRange(start, end));
      return dirty.boxes();
    },
    (layout, ranges) => {
      const dirty = new DirtyRegion(layout);
      ranges.forEach(([start, end]) => dirty.addRange(start, end));
      return dirty.exactBoxes();
    },
  );

function hasOnlyHalvings({ description }: SurfaceLayout): boolean {
  const { width, height, depth, mipLevels } = description;
  return mipLevels <= Math.floor(Math.log2(Math.max(width, height, depth))) + 1;
}

/** Compressed textures, a multiple of the block in size, and cubes. */
const blocksAndCubes = fc
  .tuple(
    fc.constantFrom(...surfaceFormats.filter(({ compressed, id }) => compressed || id === A8R8G8B8)),
    fc.record({
      width: fc.constantFrom(4, 12, 20, 36),
      height: fc.constantFrom(4, 8, 20),
      depth: fc.constantFrom(1, 1, 3),
      mipLevels: fc.integer({ min: 1, max: 4 }),
      layers: fc.constantFrom(1, 2, 6),
      cube: fc.boolean(),
    }),
  )
  .map(([{ id: format }, { depth, cube, ...size }]) => {
    const layers = depth > 1 ? 1 : size.layers;
    return new SurfaceLayout({ ...size, format, depth, layers, samples: 1, cube: cube && depth === 1 });
  })
  .chain((layout) => byteRanges(layout).map((ranges) => ({ layout, ranges })));

/** As an API makes them: no more mips than halvings. */
const textures = fc.oneof(surfacesWithRanges, blocksAndCubes).filter(({ layout }) => hasOnlyHalvings(layout));

describe('uploads through WebGPU', () => {
  it('every byte of a box arrives at its texel, and nothing else; every call is valid', () => {
    let uploaded = 0;
    fc.assert(
      fc.property(textures, merges, ({ layout, ranges }, merge) => {
        const boxes = merge(layout, ranges);
        const { formats, writes } = toTextureWrites(layout, boxes);
        const [{ format }] = formats;
        if (format === undefined || layout.format.planar) {
          expect(layout.format.planar || writes.length === 0).toBe(true);
          return;
        }
        const texture = createGpuTexture(shapeOf(layout, format));
        const backing = fill(layout);
        writes.forEach((write) => texture.write(write, backing));
        expectCopied(layout, backing, boxes, texture, format.startsWith('depth'));
        uploaded += boxes.length;
      }),
      { numRuns: 600 },
    );
    expect(uploaded).toBeGreaterThan(100);
  });
});

describe('uploads through WebGL 2', () => {
  it('every byte of a box arrives at its texel, and nothing else; every call is valid', () => {
    let uploaded = 0;
    fc.assert(
      fc.property(textures, merges, ({ layout, ranges }, merge) => {
        const boxes = merge(layout, ranges);
        const { formats, writes } = toSubImages(layout, boxes);
        const [format] = formats;
        if (format.format === undefined || layout.format.planar) {
          expect(layout.format.planar || writes.length === 0).toBe(true);
          return;
        }
        const texture = createGlTexture(shapeOf(layout, format.name));
        const backing = fill(layout);
        writes.forEach((write) => texture.write({ ...write, format }, backing));
        expectCopied(layout, backing, boxes, texture);
        uploaded += boxes.length;
      }),
      { numRuns: 600 },
    );
    expect(uploaded).toBeGreaterThan(100);
  });
});

describe('uploads of planes', () => {
  it.each([NV12, YV12])(
    'D4: each plane of format %i has its own texture, and gets all its bytes',
    (format) => {
      const layout = surface(format, 16, 8, { mipLevels: 2, layers: 2 });
      const backing = fill(layout);
      const dirty = new DirtyRegion(layout);
      dirty.addRange(0, layout.bytes);
      const { formats, writes } = toTextureWrites(layout, dirty.exactBoxes());
      const gl = toSubImages(layout, dirty.exactBoxes());
      formats.forEach((of, plane) => {
        const size = plane === 0 ? [16, 8] : [8, 4];
        const shape = { dimension: '2d' as const, width: size[0], height: size[1], layers: 2, mipLevels: 2 };
        const gpuTexture = createGpuTexture({ ...shape, format: of.format ?? '' });
        const glTexture = createGlTexture({ ...shape, format: '' });
        writes.filter((write) => write.plane === plane).forEach((write) => gpuTexture.write(write, backing));
        gl.writes
          .filter((write) => write.plane === plane)
          .forEach((write) => glTexture.write({ ...write, format: gl.formats[plane] }, backing));
        for (let subresource = 0; subresource < 4; subresource++) {
          const level = subresource % 2;
          const { planes } = layout.mips[level];
          let from = layout.offsetOf(subresource) + planes[plane].offset;
          for (let y = 0; y < size[1] >> level; y++) {
            for (let x = 0; x < size[0] >> level; x++) {
              const bytes = [...backing.subarray(from, (from += planes[plane].bytesPerSample))];
              expect(gpuTexture.block(level, x, y, subresource >> 1)).toEqual(bytes);
              expect(glTexture.block(level, x, y, subresource >> 1)).toEqual(bytes);
            }
          }
        }
      });
    },
  );
});

describe('what the APIs ask for', () => {
  function layoutOf(name: string, width: number, height: number, change = {}): SurfaceLayout {
    return surface(formatByName(name)?.id ?? 0, width, height, change);
  }

  function allOf(layout: SurfaceLayout): SubresourceBox[] {
    const dirty = new DirtyBoxes(layout);
    dirty.addRange(0, layout.bytes);
    return dirty.boxes();
  }

  it('a compressed mip smaller than its block: WebGPU writes the block, WebGL 2 the mip', () => {
    const layout = layoutOf('BC1_UNORM', 12, 8, { mipLevels: 3 });
    const gpu = toTextureWrites(layout, allOf(layout)).writes.map(({ size }) => [size.width, size.height]);
    expect(gpu).toEqual([
      [12, 8],
      [8, 4],
      [4, 4],
    ]);
    const gl = toSubImages(layout, allOf(layout)).writes.map(({ width, height }) => [width, height]);
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

  it('a typeless format takes the meaning of a view, whose blocks must be the same', () => {
    const layout = layoutOf('R8G8B8A8_TYPELESS', 4, 4);
    expect(toTextureWrites(layout, allOf(layout)).formats[0].format).toBeUndefined();
    const viewFormat = formatByName('R8G8B8A8_UNORM_SRGB');
    expect(toTextureWrites(layout, allOf(layout), { viewFormat }).formats[0].format).toBe('rgba8unorm-srgb');
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
    const { formats, writes } = toTextureWrites(layout, allOf(layout));
    expect([formats.length, writes]).toEqual([1, []]);
    expect(formats[0]).toEqual({ format: undefined, reason: expect.stringMatching(reason) });
  });

  it('cubes are faces in WebGL 2, and layers in WebGPU', () => {
    const layout = layoutOf('A8R8G8B8', 4, 4, { cube: true, layers: 0 });
    const gl = toSubImages(layout, allOf(layout)).writes;
    expect(gl.map(({ call, target }) => [call, target])).toEqual(
      [0, 1, 2, 3, 4, 5].map((face) => ['texSubImage2D', 0x8515 + face]),
    );
    const gpu = toTextureWrites(layout, allOf(layout)).writes;
    expect(gpu.map(({ destination }) => destination.origin.z)).toEqual([0, 1, 2, 3, 4, 5]);
    const two = layoutOf('A8R8G8B8', 4, 4, { cube: true, layers: 12 });
    expect(toSubImages(two, allOf(two)).formats).toMatchObject([
      { reason: expect.stringContaining('no arrays of cubes') },
    ]);
  });
});
