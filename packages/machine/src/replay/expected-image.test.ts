import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { differentBytes, ExpectedImage } from './expected-image.js';

describe('differentBytes', () => {
  it('counts the same as a byte-by-byte comparison, at any alignment and length', () => {
    const bytes = fc.uint8Array({ maxLength: 64 });
    fc.assert(
      fc.property(bytes, bytes, fc.nat(3), (a, b, shift) => {
        const shifted = new Uint8Array(a.length + shift).subarray(shift);
        shifted.set(a);
        let different = Math.abs(a.length - b.length);
        for (let i = 0; i < Math.min(a.length, b.length); i++) {
          different += a[i] === b[i] ? 0 : 1;
        }
        expect(differentBytes(shifted, b)).toBe(different);
      }),
    );
  });
});

describe('ExpectedImage', () => {
  it('a missing image is wrong in every byte', () => {
    const image = new ExpectedImage(10);
    image.compare(undefined);
    expect(image.wrongBytes).toBe(10);
  });

  it('counts the bytes that a store changes', () => {
    const image = new ExpectedImage(4);
    expect(image.store(1, Uint8Array.of(0, 5))).toBe(1);
    expect([...image.bytes]).toEqual([0, 0, 5, 0]);
  });
});
