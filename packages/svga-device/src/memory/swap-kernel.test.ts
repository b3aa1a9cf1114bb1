import { afterEach, expect, it, vi } from 'vitest';
import { assembleKernel } from '../../kernel/build.mjs';
import { SwapKernel } from './swap-kernel.js';
import { SWAP_BASE64 } from './swap-binary.js';

afterEach(() => vi.unstubAllGlobals());

it('is the assembled source, small enough for browsers to compile it at once', async () => {
  const bytes = Buffer.from(await assembleKernel());
  expect(bytes.toString('base64')).toBe(SWAP_BASE64);
  expect(bytes.length).toBeLessThan(4096);
});

const kernel = SwapKernel.make(2 ** 18) as SwapKernel;
/** Where texels may be: in the kernel's room, which these parts of it divide, or elsewhere. */
const PLACES = {
  elsewhere: () => [new Uint8Array(2 ** 17), new Uint8Array(2 ** 17)],
  'in its room': () => [kernel.room.subarray(1, 2 ** 17 - 1), kernel.room.subarray(2 ** 17)],
};
const PAIRS = Object.values(PLACES).flatMap((from) =>
  Object.values(PLACES).map((to) => [from()[0], to()[1]]),
);

it.each([1, 3, 7, 8, 9, 15, 16, 4095, 4096, 4097, 20_000])(
  'exchanges blue and red of %i texels, makes them opaque, and leaves the bytes around them',
  (texels) => {
    const [start, at, bytes] = [3, 5, 4 * texels];
    for (const [from, to] of PAIRS) {
      from.forEach((_, i) => (from[i] = (i * 89) >> 3));
      to.fill(0x77);
      const [before, expected] = [from.slice(), to.slice()];
      for (let i = 0; i < bytes; i += 4) {
        const [blue, green, red] = from.subarray(start + i);
        expected.set([red, green, blue, 255], at + i);
      }
      kernel.convert(from, start, to, at, bytes);
      expect(Buffer.compare(to, expected)).toBe(0);
      expect(Buffer.compare(from, before)).toBe(0);
    }
  },
);

it('exchanges in place', () => {
  kernel.room.set([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  kernel.convert(kernel.room, 0, kernel.room, 0, 8);
  expect([...kernel.room.subarray(0, 9)]).toEqual([3, 2, 1, 255, 7, 6, 5, 255, 9]);
});

it.each([
  [-4, 0, 8],
  [0, -4, 8],
  [0, 4, 16],
  [4, 0, 16],
  [NaN, 0, 8],
])('refuses texels outside their array: from %i to %i, of %i bytes', (start, at, bytes) => {
  const part = kernel.room.subarray(64, 80);
  kernel.room.fill(7);
  expect(() => kernel.convert(part, start, part, at, bytes)).toThrow(RangeError);
  expect(kernel.room.every((byte) => byte === 7)).toBe(true);
});

it('is found by what is in its room', () => {
  expect(SwapKernel.of(kernel.room.subarray(5))).toBe(kernel);
  expect(SwapKernel.of(new Uint8Array(4))).toBeUndefined();
});

it('does not exist in a host without WebAssembly, or where a page forbids code from strings', () => {
  vi.stubGlobal('WebAssembly', undefined);
  expect(SwapKernel.make()).toBeUndefined();
  vi.stubGlobal('WebAssembly', {
    Module: function Module() {
      throw new TypeError('refused by the policy of the page');
    },
  });
  expect(SwapKernel.make()).toBeUndefined();
  vi.unstubAllGlobals();
  expect(SwapKernel.make(2 ** 33)).toBeUndefined();
});
