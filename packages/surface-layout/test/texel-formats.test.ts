import { describe, expect, it } from 'vitest';
import { surfaceFormats, webGlFormat, webGpuFormat } from '../src/index.js';
import type { SurfaceFormat } from '../src/index.js';

type Component = 'r' | 'g' | 'b' | 'a';
/** First bit and bits of each component in a little-endian texel. */
type Texel = Partial<Record<Component, readonly [offset: number, bits: number]>>;

function evenly(order: string, bits: number): Texel {
  return Object.fromEntries([...order].map((component, i) => [component, [i * bits, bits]]));
}

/** The texels of WebGPU's formats, read from what their names mean. */
function webGpuTexel(name: string): Texel | undefined {
  const parts = /^(r|rg|rgba|bgra)(8|16|32)/.exec(name);
  if (parts !== null) {
    return evenly(parts[1], Number(parts[2]));
  }
  const packed: Record<string, Texel> = {
    rgb10a2: { r: [0, 10], g: [10, 10], b: [20, 10], a: [30, 2] },
    rg11b10: { r: [0, 11], g: [11, 11], b: [22, 10] },
    depth16: { r: [0, 16] },
  };
  return packed[name.replace(/u?(norm|int|float)$/, '').replace(/u$/, '')];
}

/** The texels of WebGL 2's formats and types: table 3.11 of OpenGL ES 3.0 and the pictures below it. */
function webGlTexel(format: number, type: number): Texel | undefined {
  const orders: Record<number, string> = {
    0x1903: 'r',
    0x8d94: 'r',
    0x1902: 'r',
    0x8227: 'rg',
    0x8228: 'rg',
    0x1907: 'rgb',
    0x8d98: 'rgb',
    0x1908: 'rgba',
    0x8d99: 'rgba',
  };
  const bits: Record<number, number> = {
    0x1400: 8,
    0x1401: 8,
    0x1402: 16,
    0x1403: 16,
    0x140b: 16,
    0x1404: 32,
    0x1405: 32,
    0x1406: 32,
  };
  const packed: Record<number, Texel> = {
    0x8363: { r: [11, 5], g: [5, 6], b: [0, 5] },
    0x8033: { r: [12, 4], g: [8, 4], b: [4, 4], a: [0, 4] },
    0x8368: { r: [0, 10], g: [10, 10], b: [20, 10], a: [30, 2] },
    0x8c3b: { r: [0, 11], g: [11, 11], b: [22, 10] },
    0x84fa: { r: [8, 24] },
  };
  return packed[type] ?? (bits[type] === undefined ? undefined : evenly(orders[format], bits[type]));
}

/** The components of a surface format, from its table: blue, green, red, alpha. */
function surfaceTexel({ channelBits, channelOffsets }: SurfaceFormat): Texel {
  const names = ['b', 'g', 'r', 'a'] as const;
  const used = names.flatMap((name, i) =>
    channelBits[i] > 0 ? [[name, [channelOffsets[i], channelBits[i]]] as const] : [],
  );
  return Object.fromEntries(used);
}

/** For each component that the surface format has: the swizzled texel has the same bits. */
function expectSameTexel(format: SurfaceFormat, texel: Texel, swizzle: string): void {
  const own = surfaceTexel(format);
  const isLuminance = swizzle.startsWith('rrr');
  for (const [i, component] of (['r', 'g', 'b', 'a'] as const).entries()) {
    if (own[component] === undefined || (isLuminance && 'gb'.includes(component))) {
      continue;
    }
    expect(texel[swizzle[i] as Component], `${format.name} ${component}`).toEqual(own[component]);
  }
}

/** Compressed blocks, a shared exponent, and luminance whose alpha the table keeps in the same channel. */
const uncompressed = surfaceFormats.filter(
  ({ compressed, name }) => !compressed && !name.includes('E5_SHARED'),
);

/** Of depth with stencil, the depth: the table keeps it in red. */
function depthOnly(format: SurfaceFormat): SurfaceFormat {
  const isDepth = format.flags.includes('DEPTH');
  return isDepth
    ? {
        ...format,
        channelBits: [0, 0, format.channelBits[2], 0],
        channelOffsets: [0, 0, format.name.includes('D24X8') ? 8 : format.channelOffsets[2], 0],
      }
    : format;
}

describe('texel formats', () => {
  it('the components of a WebGPU format lie, swizzled, where those of the surface format lie', () => {
    const mapped = uncompressed.flatMap((format) => {
      const found = webGpuFormat(format);
      return found.format === undefined
        ? []
        : [{ surfaceFormat: format, swizzle: found.swizzle, name: found.format }];
    });
    for (const { surfaceFormat, name, swizzle } of mapped) {
      const texel = webGpuTexel(name);
      expect(texel, `${name}: a format the specification has`).toBeDefined();
      expectSameTexel(surfaceFormat, texel ?? {}, swizzle);
    }
    expect(mapped.length).toBeGreaterThan(50);
  });

  it('so do those of a WebGL 2 format and type', () => {
    const mapped = uncompressed.flatMap((format) => {
      const found = webGlFormat(format);
      return found.format === undefined ? [] : [{ surfaceFormat: format, ...found }];
    });
    for (const { surfaceFormat, name, format, type, swizzle } of mapped) {
      const texel = webGlTexel(format, type ?? 0);
      expect(texel, `${name}: a type the specification has`).toBeDefined();
      expectSameTexel(depthOnly(surfaceFormat), texel ?? {}, swizzle);
    }
    expect(mapped.length).toBeGreaterThan(50);
  });

  it('names say the same of numbers: unorm, snorm, uint, sint, float, sRGB', () => {
    for (const format of uncompressed) {
      const { format: name } = webGpuFormat(format);
      if (name === undefined) {
        continue;
      }
      const { flags } = format;
      const norm = flags.includes('NORM');
      const meaning = flags.includes('FP')
        ? 'float'
        : `${flags.includes('SINT') ? 's' : 'u'}${norm ? 'norm' : 'int'}`;
      expect(name, format.name).toContain(meaning);
      expect(name.endsWith('-srgb'), format.name).toBe(flags.includes('SRGB'));
    }
  });

  it('compressed formats have the number, the sign and the sRGB of their name', () => {
    for (const format of surfaceFormats.filter(({ compressed }) => compressed)) {
      const { format: name } = webGpuFormat(format);
      if (name === undefined) {
        expect(format.flags).toContain('TYPELESS');
        continue;
      }
      const bc = format.flags.find((flag) => flag.startsWith('BC')) ?? '';
      expect(name.toUpperCase().startsWith(`${bc.toUpperCase()}-`), `${format.name}: ${name}`).toBe(true);
      expect(name.includes('snorm'), format.name).toBe(format.flags.includes('SINT'));
      expect(name.endsWith('-srgb'), format.name).toBe(format.flags.includes('SRGB'));
      expect(webGlFormat(format).format, format.name).toBeDefined();
    }
  });

  it('every format has a format or a reason, in both APIs', () => {
    for (const format of surfaceFormats) {
      for (const found of [
        webGpuFormat(format),
        webGlFormat(format),
        webGpuFormat(format, 2),
        webGlFormat(format, 2),
      ]) {
        expect(found.format !== undefined || found.reason.length > 10, format.name).toBe(true);
      }
    }
  });
});
