import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setTimeout } from 'node:timers/promises';
import { bundleForPage } from '@cg/dawn/bundle';
import { ChromiumPage } from '@cg/dawn/chromium';
import { afterAll, describe, expect, it } from 'vitest';
import { busyGuest } from './busy-guest.js';

/** The guest may lose this part of its instructions a second to the page with the device. */
const MOST_LOST = 0.05;

/** In the few rounds of a test on a busy machine, so much cannot be told from a loss. */
const NOISE = 0.15;

const isMeasuring = process.env.CG_SOAK_SECONDS !== undefined;

const opened = await ChromiumPage.open(await bundleForPage(new URL('page/speed-page.ts', import.meta.url)));
const page = typeof opened === 'string' ? undefined : opened.page;
afterAll(() => page?.close());
if (typeof opened === 'string') {
  process.stderr.write(`no guest in a browser: ${opened}\n`);
}

/** Without the device; with it and a screen; and while a part of the screen changes in each frame of the page. */
const kinds = ['alone', 'attached', 'drawing'] as const;

const SLICE_MS = 600;

/** CPU seconds of the page's thread: on a busy machine the clock says little. */
async function threadSeconds(shown: ChromiumPage): Promise<number> {
  const { metrics } = await shown.send<{ metrics: { name: string; value: number }[] }>(
    'Performance.getMetrics',
  );
  return metrics.find(({ name }) => name === 'ThreadTime')?.value ?? Number.NaN;
}

interface Slice {
  /** Millions. */
  readonly instructions: number;
  /** Of the page's thread. */
  readonly seconds: number;
  readonly frames: number;
}

async function slice(shown: ChromiumPage, name: string): Promise<Slice> {
  const count = () => shown.call<{ instructions: number; frames: number }>('count', { name });
  await shown.call('begin', { name });
  await setTimeout(SLICE_MS / 4); // compiled, and in the caches
  const start = await threadSeconds(shown);
  const before = await count();
  await setTimeout(SLICE_MS);
  const after = await count();
  const end = await threadSeconds(shown);
  expect(await shown.call('end', { name })).toBe(''); // no error of the device
  return {
    instructions: ((after.instructions - before.instructions) >>> 0) / 1e6, // the counter has 32 bits
    seconds: end - start,
    frames: after.frames - before.frames,
  };
}

const rate = ({ instructions, seconds }: Slice): number => instructions / seconds;

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

describe.skipIf(page === undefined)('a busy guest in Chromium', () => {
  it('has as many instructions a CPU second with the device on a canvas as without it', async () => {
    const wasm = readFileSync(createRequire(import.meta.url).resolve('v86/build/v86.wasm'));
    const shown = page as ChromiumPage;
    await shown.send('Performance.enable', { timeDomain: 'threadTicks' });
    const bios = Buffer.from(busyGuest()).toString('base64');
    expect(await shown.call('makePcs', { wasm: wasm.toString('base64'), bios })).toBe(1280);
    const slices: Record<(typeof kinds)[number], Slice[]> = { alone: [], attached: [], drawing: [] };
    for (let round = 0; round < (isMeasuring ? 40 : 7); round++) {
      for (let i = 0; i < kinds.length; i++) {
        const kind = kinds[(i + round) % kinds.length]; // each is once the first, whatever that has to bear
        slices[kind].push(await slice(shown, kind));
      }
    }
    const alone = median(slices.alone.map(rate));
    const lost = slices.drawing.map(({ instructions, seconds }) => seconds - instructions / alone);
    const drawn = slices.drawing.map(({ frames }) => frames);
    const frames = drawn.reduce((sum, one) => sum + one, 0);
    const figures = {
      alone,
      attached: median(slices.attached.map(rate)) / alone,
      frames,
      frameMs: (1000 * lost.reduce((sum, one) => sum + one, 0)) / frames,
    };
    process.stdout.write(`instructions: ${JSON.stringify(figures)}\n`);
    expect(frames).toBeGreaterThan(0);
    expect(figures.attached).toBeGreaterThan(1 - MOST_LOST - (isMeasuring ? 0 : NOISE));
  }, 300_000);
});
