import { describe, expect, it } from 'vitest';
import { comparePictures } from './check-console.js';

const width = 64;
const height = 32;
const grey = { width, height, pixel: () => 0x80_80_80 };

function screen(wrong: readonly [number, number][], size = { width, height }) {
  const pixels = new Uint8ClampedArray(width * height * 4).fill(0x80);
  for (const [x, y] of wrong) {
    pixels[(y * width + x) * 4 + 1] = 0;
  }
  return { ...size, xRoot: 0, yRoot: 0, pixels: new Uint8ClampedArray(pixels), rendered: undefined };
}

describe('the console’s picture', () => {
  it('is right where every pixel is as stored', () => {
    expect(comparePictures(screen([]), grey).wrongPixels).toBe(0);
  });

  it('may differ in one character cell, for the cursor', () => {
    expect(
      comparePictures(
        screen([
          [8, 16],
          [15, 31],
        ]),
        grey,
      ).wrongPixels,
    ).toBe(0);
  });

  it('may not differ in two cells', () => {
    expect(
      comparePictures(
        screen([
          [8, 16],
          [16, 16],
        ]),
        grey,
      ).wrongPixels,
    ).toBe(2);
    expect(
      comparePictures(
        screen([
          [8, 15],
          [8, 16],
        ]),
        grey,
      ).wrongPixels,
    ).toBe(2);
  });

  it('is wrong in all pixels without a screen, or with one of another size', () => {
    expect(comparePictures(undefined, grey).wrongPixels).toBe(width * height);
    expect(comparePictures(screen([], { width: 32, height: 64 }), grey).wrongPixels).toBe(width * height);
  });
});
