import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { walkBlocks } from '../test/block-walk.js';
import { smallSurfaces, surface } from '../test/surfaces.js';
import { SurfaceLayoutError } from './errors.js';
import { formatByName } from './formats.js';
import { imageBytes, rowPitch } from './image.js';
import { SurfaceLayout } from './layout.js';

const A8R8G8B8 = 2;
const DXT1 = 15;
const NV12 = 44;

function refusal(create: () => unknown): SurfaceLayoutError {
  try {
    create();
  } catch (error) {
    if (error instanceof SurfaceLayoutError) {
      return error;
    }
    throw error;
  }
  throw new Error('was not refused');
}

describe('SurfaceLayout', () => {
  it('7.1: subresource = layer × mips + mip, mips follow each other, then layers, then sheets', () => {
    const layout = surface(A8R8G8B8, 8, 4, { mipLevels: 3, layers: 2, samples: 4 });
    expect(layout.mips.map(({ offset, bytes }) => [offset, bytes])).toEqual([
      [0, 128],
      [128, 32],
      [160, 8],
    ]);
    expect([layout.mipChainBytes, layout.sheetBytes, layout.bytes]).toEqual([168, 336, 1344]);
    expect(layout.subresourceCount).toBe(6);
    expect([0, 1, 2, 3, 4, 5].map((subresource) => layout.offsetOf(subresource))).toEqual([
      0, 128, 160, 168, 296, 328,
    ]);
    expect(layout.mipOf(4)).toBe(layout.mips[1]);
  });

  it('7.1: every size agrees with a walk over the blocks', () => {
    fc.assert(
      fc.property(smallSurfaces, (layout) => {
        const blocks = walkBlocks(layout);
        expect(layout.bytes).toBe(blocks.length * layout.format.bytesPerBlock);
        for (let subresource = 0; subresource < layout.subresourceCount; subresource++) {
          const own = blocks.filter((block) => block.sheet === 0 && block.subresource === subresource);
          expect(layout.offsetOf(subresource)).toBe(own[0].offset);
          expect(layout.mipOf(subresource).bytes).toBe(own.length * layout.format.bytesPerBlock);
        }
      }),
    );
  });

  it('a mip smaller than a block takes a whole block', () => {
    const { mips } = surface(DXT1, 8, 5, { mipLevels: 4 });
    expect(mips.map(({ width, height, bytes, rowStride }) => [width, height, bytes, rowStride])).toEqual([
      [8, 5, 32, 16],
      [4, 2, 8, 8],
      [2, 1, 8, 8],
      [1, 1, 8, 8],
    ]);
  });

  it('0 and 1 samples are the same surface', () => {
    expect(surface(A8R8G8B8, 4, 4, { samples: 0 }).samples).toBe(1);
    expect(surface(A8R8G8B8, 4, 4, { samples: 0 }).bytes).toBe(64);
  });

  it('D8: sizes beyond 32 bits are exact', () => {
    expect(surface(A8R8G8B8, 16384, 16384, { layers: 6 }).bytes).toBe(6_442_450_944);
  });

  it('EOVERFLOW: a surface of 2^53 bytes is refused, the largest below is not', () => {
    const buffer = formatByName('BUFFER')?.id ?? Number.NaN;
    expect(surface(buffer, 2 ** 31, 2 ** 21, { samples: 1 }).bytes).toBe(2 ** 52);
    const error = refusal(() => surface(buffer, 2 ** 31, 2 ** 22));
    expect([error.code, error.values]).toEqual(['EOVERFLOW', { bytes: 2 ** 53 }]);
    const most = { depth: 2 ** 32 - 1, mipLevels: 24, layers: 2048, samples: 2 ** 32 - 1 };
    expect(refusal(() => surface(A8R8G8B8, 2 ** 32 - 1, 2 ** 32 - 1, most)).code).toBe('EOVERFLOW');
  });

  it.each([
    ['D10: the zero-byte format', { format: 0 }],
    ['D10: an unknown format', { format: 154 }],
    ['no width', { width: 0 }],
    ['a negative height', { height: -1 }],
    ['half a depth', { depth: 0.5 }],
    ['a width beyond u32', { width: 2 ** 32 }],
    ['a width that is not a number', { width: Number.NaN }],
    ['no mip', { mipLevels: 0 }],
    ['D9: 25 mips', { mipLevels: 25 }],
    ['no layer', { layers: 0 }],
    ['more layers than the device has', { layers: 2049 }],
    ['negative samples', { samples: -1 }],
  ])('EINVAL: %s', (_, change: Record<string, number>) => {
    const error = refusal(() => surface(A8R8G8B8, 4, 4, change));
    expect([error.code, error.values]).toEqual(['EINVAL', change]);
  });

  it('EINVAL: a subresource that does not exist', () => {
    const layout = surface(A8R8G8B8, 4, 4, { mipLevels: 2, layers: 2 });
    for (const subresource of [-1, 4, 0.5, Number.NaN]) {
      expect(refusal(() => layout.offsetOf(subresource)).code).toBe('EINVAL');
      expect(refusal(() => layout.mipOf(subresource)).code).toBe('EINVAL');
    }
  });

  it('does not change with the description it was given', () => {
    const description = { ...surface(A8R8G8B8, 4, 4).description };
    const layout = new SurfaceLayout(description);
    description.width = 8;
    expect(layout.description.width).toBe(4);
    expect([layout.description, layout.mips, layout.mips[0]].every(Object.isFrozen)).toBe(true);
  });
});

describe('imageBytes', () => {
  it('takes the rows at a pitch of their own, except in planar formats', () => {
    const dxt1 = formatByName('DXT1');
    const nv12 = formatByName('NV12');
    expect(dxt1 && rowPitch(dxt1, 5)).toBe(16);
    expect(dxt1 && imageBytes(dxt1, 5, 9, 2, 64)).toBe(384);
    expect(nv12 && rowPitch(nv12, 5)).toBe(6);
    expect(nv12 && imageBytes(nv12, 5, 4, 1, 64)).toBe(36);
    expect(surface(NV12, 5, 4).bytes).toBe(36);
  });
});
