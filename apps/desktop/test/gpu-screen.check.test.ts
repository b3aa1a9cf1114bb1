import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { bundleForPage } from '@cg/dawn/bundle';
import { ChromiumPage } from '@cg/dawn/chromium';
import { describe, expect, it } from 'vitest';

const script = await bundleForPage(new URL('gpu-screen-page.ts', import.meta.url));
const wasm = readFileSync(createRequire(import.meta.url).resolve('v86/build/v86.wasm')).toString('base64');
const [WIDTH, HEIGHT] = [100, 60];
const whole = { x: 0, y: 0, w: WIDTH, h: HEIGHT };
const part = { x: 10, y: 20, w: 30, h: 20 };
/** In that part, and beside it. */
const places = [
  [10, 20],
  [39, 39],
  [9, 20],
  [40, 40],
];
const [RED, GREEN, BLUE, GREY] = ['255,0,0', '0,255,0', '0,0,255', '90,90,90'];

interface Look {
  readonly colors: readonly string[];
  readonly mapped: number;
  readonly errors: readonly string[];
}

describe.each([
  ['goes from its texture to the canvas, and is not read back', true],
  ['is read back, where canvases of WebGPU do not work,', false],
])('a screen that the GPU draws', (what, showsWebGpu) => {
  it(`${what} and has the right pixels`, async ({ skip }) => {
    const opened = await ChromiumPage.open(script, { showsWebGpu });
    if (typeof opened === 'string') {
      return skip(opened);
    }
    const { page } = opened;
    const look = (): Promise<Look> => page.call('look', { places });
    try {
      expect(await page.call('start', { wasm, width: WIDTH, height: HEIGHT })).toBe(showsWebGpu);
      const { mapped } = await look();
      await page.call('clear', { color: [1, 0, 0], ...whole });
      expect((await look()).colors).toEqual([RED, RED, RED, RED]);
      await page.call('clear', { color: [0, 0, 1], ...part });
      expect((await look()).colors).toEqual([BLUE, BLUE, RED, RED]);
      await page.call('pointAt', { x: 38, y: 38 });
      expect((await look()).colors).toEqual([BLUE, '255,255,255', RED, RED]);
      await page.call('pointAt', { x: -50, y: 50 });
      const drawn = await look();
      expect(drawn.colors).toEqual([BLUE, BLUE, RED, RED]);
      expect(drawn.mapped === mapped).toBe(showsWebGpu);

      // The guest's own bytes in a part of what the GPU has drawn, and the GPU's in a part of those.
      await page.call('store', { value: 90, ...part });
      expect((await look()).colors).toEqual([GREY, GREY, RED, RED]);
      await page.call('clear', { color: [0, 1, 0], ...part, w: 1, h: 1 });
      expect((await look()).colors).toEqual([GREEN, GREY, RED, RED]);
      expect(await page.call('isSame', {})).toBe(true);
      await page.call('restore', {});
      expect((await look()).colors).toEqual([GREEN, GREY, RED, RED]);
      await page.call('clear', { color: [0, 0, 1], ...part });
      const last = await look();
      expect(last.colors).toEqual([BLUE, BLUE, RED, RED]);
      expect(last.errors).toEqual([]);
      expect(await page.call('isSame', {})).toBe(true);
    } finally {
      page.close();
    }
  }, 240_000);
});
