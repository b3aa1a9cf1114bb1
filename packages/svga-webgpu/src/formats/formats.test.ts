import { formatByName, surfaceFormats, SurfaceLayout } from '@cg/surface-layout';
import { describe, expect, it } from 'vitest';
import { clearColor } from '../clear-values.js';
import { packedConversion } from './conversion.js';
import { FormatTable } from './format-table.js';

const everything = new FormatTable({ has: () => true });
const core = new FormatTable({ has: () => false });

describe('formats', () => {
  it.each([
    ['R8G8B8A8_TYPELESS', 'rgba8unorm', 'rgba8unorm'],
    ['D24_UNORM_S8_UINT', 'depth32float-stencil8', 'depth24plus-stencil8'],
    ['R16_UNORM', 'r16unorm', 'r32float'],
    ['BC1_UNORM_SRGB', 'bc1-rgba-unorm-srgb', 'rgba8unorm-srgb'],
    ['B5G6R5_UNORM', 'rgba8unorm', 'rgba8unorm'],
  ])('%s is %s, and %s without features', (name, all, least) => {
    const format = formatByName(name)!;
    expect([everything, core].map((table) => table.abilities(format)?.format)).toEqual([all, least]);
  });

  it('decodes blocks where the size is not whole ones', () => {
    const format = formatByName('BC3_UNORM')!;
    const description = { format: format.id, height: 8, depth: 1, mipLevels: 1, layers: 1, samples: 1 };
    const formatOf = (width: number) =>
      everything.view(new SurfaceLayout({ ...description, width }), format)?.format;
    expect([8, 10].map(formatOf)).toEqual(['bc3-rgba-unorm', 'rgba8unorm']);
  });

  it('has nothing for texels of other sizes, video and three channels', () => {
    const layout = new SurfaceLayout({
      format: formatByName('R8_UNORM')!.id,
      width: 4,
      height: 4,
      depth: 1,
      mipLevels: 1,
      layers: 1,
      samples: 1,
    });
    expect(everything.view(layout, formatByName('R32_UINT')!)).toBeUndefined();
    for (const name of ['NV12', 'YUY2', 'R32G32B32_FLOAT', 'P8', 'BUFFER']) {
      expect(everything.abilities(formatByName(name)!), name).toBeUndefined();
    }
  });

  it('packed texels come back as they went up', () => {
    for (const format of surfaceFormats) {
      const view = core.abilities(format);
      if (view?.storage.conversion?.name === format.name) {
        const conversion = packedConversion(format);
        const count = 256 ** format.bytesPerBlock;
        const bytes = new Uint8Array(Uint32Array.from({ length: count }, (_, i) => i).buffer);
        const packed = new Uint8Array(count * format.bytesPerBlock);
        for (let i = 0; i < count; i++) {
          packed.set(bytes.subarray(4 * i, 4 * i + format.bytesPerBlock), i * format.bytesPerBlock);
        }
        const rows = { bytes: packed, offset: 0, rowStride: packed.length, width: count, height: 1 };
        const texels = new Uint8Array(4 * count);
        conversion.toTexture(rows, texels);
        const back = { ...rows, bytes: new Uint8Array(packed.length) };
        conversion.fromTexture!(texels, texels.length, back);
        const used = format.channelBits.reduce(
          (mask, bits, i) => mask | (((1 << bits) - 1) << format.channelOffsets[i]),
          0,
        );
        const differs = back.bytes.findIndex(
          (byte, i) => ((byte ^ packed[i]) & (used >>> (8 * (i % format.bytesPerBlock)))) !== 0,
        );
        expect(differs, format.name).toBe(-1);
      }
    }
  });
});

describe('the colour of a clear', () => {
  const clear = (name: string, ...color: number[]): unknown => {
    const format = formatByName(name)!;
    return clearColor(format, everything.abilities(format)!, Float64Array.from(color));
  };

  it('is what the device would write', () => {
    expect(clear('R8_UNORM', 0.501, 0, 0, 0)).toMatchObject({ r: 128 / 255 });
    expect(clear('R8_SINT', -1e9, 0, 0, 0)).toMatchObject({ r: -128 });
    expect(clear('A8_UNORM', 1, 1, 1, 0.2)).toMatchObject({ r: 0.2 });
    expect(clear('B8G8R8X8_UNORM', 0, 0, 0, 1)).toMatchObject({ a: 0 });
  });

  it('is left to the device where WebGPU may round it in another way', () => {
    expect(clear('R16_FLOAT', 0.1, 0, 0, 0)).toBeUndefined();
    expect(clear('R16_FLOAT', 0.125, 0, 0, 0)).toMatchObject({ r: 0.125 });
    expect(clear('R11G11B10_FLOAT', -1, 0, 0, 0)).toBeUndefined();
    expect(clear('R32_FLOAT', 1e300, 0, 0, 0)).toBeUndefined();
    expect(clear('R8_UNORM', NaN, 0, 0, 0)).toBeUndefined();
  });
});
