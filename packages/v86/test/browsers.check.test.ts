import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { bundleForPage } from '@cg/dawn/bundle';
import { browsers, type BrowserPage } from '@cg/dawn/browsers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expectedPixel, legacyGuest, PICTURES } from './legacy-guest.js';

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

const script = await bundleForPage(new URL('page/screen-page.ts', import.meta.url));

interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: string;
}

async function wrongPixels(page: BrowserPage, width: number, height: number): Promise<number> {
  const shown = await page.call<Pixels>('pixels', {});
  expect([shown.width, shown.height]).toEqual([width, height]);
  const data = Buffer.from(shown.data, 'base64');
  const numbers = Array.from({ length: width * height }, (_, i) => i);
  return numbers.filter((i) => expectedPixel(i).some((value, channel) => data[4 * i + channel] !== value))
    .length;
}

describe.each(browsers)('the screen of a guest in %s', (name, browser) => {
  let page: BrowserPage;
  let missing: string | undefined;
  beforeAll(async () => {
    const opened = await browser.open(script);
    if (typeof opened === 'string') {
      missing = opened;
      process.stderr.write(`no screen in ${name}: ${opened}\n`);
    } else {
      page = opened.page;
    }
  }, 180_000);
  beforeEach(({ skip }) => skip(missing !== undefined, missing));
  afterAll(() => (missing === undefined ? page.close() : undefined));

  it('has the pixels that the guest draws, after a resize and after 20 restores, too', async () => {
    const wasm = readFileSync(createRequire(import.meta.url).resolve('v86/build/v86.wasm'));
    const bios = new Uint8Array(legacyGuest());
    await page.call('startPc', { wasm: base64(wasm), bios: base64(bios), size: [640, 400] });
    await page.call('waitFor', { address: PICTURES, value: 1 });
    expect(await wrongPixels(page, 640, 400)).toBe(0);
    await page.call('requestSize', [300, 200]);
    await page.call('waitFor', { address: PICTURES, value: 2 });
    expect(await wrongPixels(page, 300, 200)).toBe(0);
    expect(await page.call('restore', { times: 20 })).toMatchObject({ isRunning: true });
    expect(await wrongPixels(page, 300, 200)).toBe(0);
  }, 120_000);

  it('has the guest’s pointer on it, and what is under it again once that has moved', async () => {
    await page.call('showCursor', { x: 10, y: 5 });
    const { data } = await page.call<Pixels>('pixels', {});
    const at = 4 * (5 * 300 + 10);
    expect([...Buffer.from(data, 'base64').subarray(at, at + 4)]).toEqual([255, 255, 255, 255]);
    expect(await wrongPixels(page, 300, 200)).toBeGreaterThan(2);
    await page.call('showCursor', { x: -50, y: 5 });
    expect(await wrongPixels(page, 300, 200)).toBe(0);
  });

  it('has an update of a screen target; measured beside the canvas itself', async () => {
    const size = { width: 1280, height: 800, part: 64, rounds: process.env.CG_SOAK_SECONDS ? 100 : 5 };
    const result = await page.call<Record<string, unknown>>('measure', size);
    expect(result).toMatchObject({ last: [0x5a, 0x5a, 0x5a, 255] });
    process.stdout.write(`canvas of ${name}: ${JSON.stringify(result)}\n`);
  }, 120_000);
});
