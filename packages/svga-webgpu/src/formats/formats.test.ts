import { formatByName, surfaceFormats, SurfaceLayout } from '@cg/surface-layout';
import { describe, expect, it } from 'vitest';
import { clearColor } from '../clear-values.js';
import type { Conversion, TexelRows } from './conversion.js';
import { depthOf, setDepth } from './depth-texels.js';
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
    ['LUMINANCE4_ALPHA4', 'rg8unorm', 'rg8unorm'],
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
});

/** All texels of a format of one or two bytes, in one row. */
function allTexels(bytesPerTexel: number): TexelRows {
  const count = 256 ** bytesPerTexel;
  const bytes = new Uint8Array(bytesPerTexel * count);
  for (let at = 0; at < bytes.length; at++) {
    bytes[at] = Math.floor(at / bytesPerTexel) >>> (8 * (at % bytesPerTexel));
  }
  return { bytes, offset: 0, rowStride: bytes.length, width: count, height: 1 };
}

/** The bytes of texels that went to a texture and back. */
function roundTrip({ toTexture, fromTexture, bytes }: Conversion, rows: TexelRows): Uint8Array {
  const texels = new Uint8Array(bytes * rows.width);
  toTexture(rows, texels);
  const back = { ...rows, bytes: new Uint8Array(rows.bytes.length) };
  fromTexture!(texels, texels.length, back);
  return back.bytes;
}

describe('texels come back as they went up', () => {
  const packed = surfaceFormats.filter((format) => {
    return core.abilities(format)?.storage.conversion?.name === format.name;
  });

  it.each(packed.map((format) => [format.name, format] as const))('all of %s', (_name, format) => {
    const rows = allTexels(format.bytesPerBlock);
    const { storage } = core.abilities(format)!;
    expect(Buffer.compare(roundTrip(storage.conversion!, rows), rows.bytes)).toBe(0);
    expect(storage.blockBytes).toBe(2 * format.bytesPerBlock);
  });

  it('they are those of eight formats', () => {
    expect(packed).toHaveLength(8);
  });

  it.each(['R16_UNORM', 'R16_SNORM'])('all of %s, in floats, but for another name of -1', (name) => {
    const conversion = core.abilities(formatByName(name)!)!.storage.conversion!;
    const rows = allTexels(2);
    const back = roundTrip(conversion, rows);
    const [went, came] = [rows.bytes, back].map(({ buffer }) => new Uint16Array(buffer));
    const others = [...went].filter((texel, i) => texel !== came[i]);
    expect(others).toEqual(name === 'R16_SNORM' ? [0x8000] : []);
    const texels = new Uint8Array(4 * rows.width);
    expect(conversion.toTexture(rows, texels)).toBe(others.length === 0);
  });

  it('all depths of 24 bits, in floats', () => {
    const { depth } = everything.abilities(formatByName('D24_UNORM_S8_UINT')!)!.storage;
    const width = 2 ** 12;
    const words = new Uint32Array(width);
    const rows = { bytes: new Uint8Array(words.buffer), offset: 0, rowStride: 4 * width, width, height: 1 };
    const [floats, back] = [new Float32Array(width), { ...rows, bytes: new Uint8Array(4 * width) }];
    let differ = 0;
    for (let first = 0; first < 2 ** 24; first += width) {
      words.forEach((_, i) => (words[i] = first + i));
      depthOf(depth!, rows, floats);
      setDepth(depth!, new Uint8Array(floats.buffer), 4 * width, back);
      differ += Buffer.compare(back.bytes, rows.bytes) === 0 ? 0 : 1;
    }
    expect(differ).toBe(0);
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
