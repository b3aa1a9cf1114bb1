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

it.each([1, 3, 8, 9, 8191, 8192, 8193, 20_000])(
  'exchanges blue and red of %i texels, makes them opaque, and leaves the bytes around them',
  (texels) => {
    const [start, at, bytes] = [3, 5, 4 * texels];
    const from = Uint8Array.from({ length: start + bytes + 9 }, (_, i) => (i * 89) >> 3);
    const to = new Uint8Array(at + bytes + 9).fill(0x77);
    const expected = to.slice();
    for (let i = 0; i < bytes; i += 4) {
      const [blue, green, red] = from.subarray(start + i);
      expected.set([red, green, blue, 255], at + i);
    }
    SwapKernel.make()?.convert(from, start, to, at, bytes);
    expect(Buffer.compare(to, expected)).toBe(0);
  },
);

it('does not exist in a host without WebAssembly, or where a page forbids code from strings', () => {
  vi.stubGlobal('WebAssembly', undefined);
  expect(SwapKernel.make()).toBeUndefined();
  vi.stubGlobal('WebAssembly', {
    Module: function Module() {
      throw new TypeError('refused by the policy of the page');
    },
  });
  expect(SwapKernel.make()).toBeUndefined();
});
