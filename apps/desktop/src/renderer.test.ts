import { SoftRenderer } from '@cg/svga-soft';
import { afterEach, expect, it, vi } from 'vitest';
import { chooseRenderer } from './renderer.js';

afterEach(() => vi.unstubAllGlobals());

const adapter = {
  info: { vendor: '', architecture: '' },
  requestDevice: () => Promise.reject(new Error('out of memory')),
  features: new Set<string>(),
  limits: {},
};

it.each([
  ['has no WebGPU', {}, null, /^This browser has no WebGPU: /],
  [
    'has no adapter',
    { requestAdapter: async () => null },
    null,
    /^WebGPU does not work here \(no adapter\): /,
  ],
  ['gives no device', { requestAdapter: async () => adapter }, null, /^WebGPU does not work here \(.+\): /],
  ['is asked for software', { requestAdapter: async () => adapter }, 'soft', /^As the address asks: /],
])('a browser that %s draws in software, and the page says so', async (_what, gpu, wanted, text) => {
  vi.stubGlobal('navigator', Object.keys(gpu).length === 0 ? {} : { gpu });
  const { renderer, what } = await chooseRenderer(wanted);
  expect(renderer).toBeInstanceOf(SoftRenderer);
  expect(what).toMatch(text);
  expect(what).toMatch(/: 3D is drawn in software\.$/);
});
