import { describe, expect, it } from 'vitest';
import { TestSurface } from './pipeline.js';
import { result } from './sampled.js';

describe('block compression', () => {
  const LOAD = 'ftoi r0.xyzw, r0.xyzw\nld r1.xyzw, r0.xyzw, t0.xyzw';
  const load = (name: string, block: readonly number[], x: number, y: number) => {
    const texture = new TestSurface(name, 6, 5);
    texture.ownImage.set(block, texture.layout.mips[0].rowStride + block.length);
    return result(LOAD, 'texture2d', texture.texture(), [4 + x, 4 + y, 0, 0]).floats;
  };
  const red = [0x00, 0xf8];
  const blue = [0x1f, 0x00];

  it('BC1 has four colours, or three and transparent black', () => {
    const four = [...red, ...blue, 0b11_10_01_00, 0, 0, 0];
    const three = [...blue, ...red, 0b11_10_01_00, 0, 0, 0];
    expect([0, 1].map((x) => load('BC1_UNORM', four, x, 0))).toEqual([
      [1, 0, 0, 1],
      [0, 0, 1, 1],
    ]);
    const texture = (block: readonly number[], x: number) => {
      const surface = new TestSurface('BC1_UNORM', 4, 4);
      surface.ownImage.set(block);
      return result(LOAD, 'texture2d', surface.texture(), [x, 0, 0, 0]).floats.map((value) =>
        Math.round(value * 6),
      );
    };
    expect([2, 3].map((x) => texture(four, x))).toEqual([
      [4, 0, 2, 6],
      [2, 0, 4, 6],
    ]);
    expect([2, 3].map((x) => texture(three, x))).toEqual([
      [3, 0, 3, 6],
      [0, 0, 0, 0],
    ]);
  });

  it('BC2 and BC3 have alpha of their own', () => {
    const color = [...red, ...red, 0, 0, 0, 0];
    expect(load('BC2_UNORM', [0x05 | 0xa0, 0, 0, 0, 0, 0, 0, 0, ...color], 1, 0)[3]).toBeCloseTo(10 / 15, 6);
    expect(load('BC3_UNORM', [255, 0, 0b010_000, 0, 0, 0, 0, 0, ...color], 1, 0)[3]).toBeCloseTo(6 / 7, 6);
    expect(load('BC3_UNORM', [0, 255, 0b111_000, 0, 0, 0, 0, 0, ...color], 1, 0)[3]).toBe(1);
  });

  it('BC4 and BC5 have one and two channels, signed ones too', () => {
    expect(load('BC4_UNORM', [51, 102, 0b001_000, 0, 0, 0, 0, 0], 1, 0)).toEqual([Math.fround(0.4), 0, 0, 1]);
    expect(load('BC4_SNORM', [129, 127, 0, 0, 0, 0, 0, 0], 0, 0)[0]).toBe(-1);
    expect(load('BC5_UNORM', [51, 0, 0, 0, 0, 0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 0], 0, 0)).toEqual([
      Math.fround(0.2),
      1,
      0,
      1,
    ]);
  });

  it('of sRGB is linear light', () => {
    expect(load('BC1_UNORM_SRGB', [0x10, 0x84, 0x10, 0x84, 0, 0, 0, 0], 0, 0)[0]).toBeCloseTo(
      ((16 / 31 + 0.055) / 1.055) ** 2.4,
      6,
    );
  });
});
