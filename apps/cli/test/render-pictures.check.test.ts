import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { startDawnOnDriver } from '@cg/dawn';
import { bundleForNode, bundleForPage } from '@cg/dawn/bundle';
import { ChromiumPage } from '@cg/dawn/chromium';
import type { Picture } from '@cg/svga-device';
import { SoftRenderer } from '@cg/svga-soft';
import { decode } from 'fast-png';
import { afterAll, describe, expect, it } from 'vitest';
import { tracesFolder } from './cg.js';
import type { PagePrograms } from './pictures/browser-page.js';
import type { GpuPrograms } from './pictures/gpu-programs.js';
import { colorsOf, compare, SIZE, type ColorAt } from './pictures/picture-difference.js';
import { playPrograms } from './pictures/recorded-programs.js';

const DRAWS = 1581;
const PROGRAMS = 24;
/** What llvmpipe draws, by program; another folder may have more of them. */
const EXPECTED = process.env.CG_PICTURES ?? join(tracesFolder, 'gltest');
/** Edge pixels of a picture: one in a thousand. */
const MOST_EDGES = (SIZE * SIZE) / 1000;

type Pictures = ReadonlyMap<string, Picture>;

/** The same programs with explicit transfers and with coherent buffers, rendered. */
interface Rendered {
  readonly explicit: Pictures;
  readonly coherent: Pictures;
}

/** Programs whose pictures differ by more than one step, and why. */
type Different = Readonly<Record<string, { readonly most: number; readonly why: string }>>;

const DIFFERENT: Different = {
  mipmap: {
    most: 3,
    why: 'llvmpipe mixes mips with a fraction of eight bits, from an approximated logarithm',
  },
};

function recordingOf(name: string): Uint8Array {
  return gunzipSync(readFileSync(join(tracesFolder, `${name}.cgrec.gz`)));
}

async function bothOf(play: (recording: Uint8Array) => Promise<Pictures>): Promise<Rendered> {
  const explicit = await play(recordingOf('gltest'));
  return { explicit, coherent: await play(recordingOf('gltest-coherent')) };
}

const soft = bothOf(async (recording) => {
  const { pictures, statistics } = await playPrograms(recording, new SoftRenderer());
  expect(statistics).toMatchObject({ errors: 0, drawsLeftOut: 0, notExecuted: 0, draws: DRAWS });
  return pictures;
});

/** Checks that nothing was left out. */
function picturesOf({ pictures, ...counts }: GpuPrograms): Pictures {
  expect(counts).toMatchObject({ refused: 0, leftOut: 0, omissions: [], errors: [], draws: DRAWS });
  return new Map(pictures);
}

const dawn = await startDawnOnDriver(await bundleForNode(new URL('pictures/dawn-process.ts', import.meta.url)));
const onDawn =
  typeof dawn === 'string'
    ? undefined
    : bothOf(async (recording) => picturesOf(await dawn.request<GpuPrograms>('play', { recording })));

const browser = await ChromiumPage.open(await bundleForPage(new URL('pictures/browser-page.ts', import.meta.url)));

async function playInBrowser(recording: Uint8Array): Promise<Pictures> {
  const { page } = browser as Exclude<typeof browser, string>;
  const base64 = Buffer.from(recording).toString('base64');
  const programs = await page.call<PagePrograms | string>('playInPage', base64);
  if (typeof programs === 'string') {
    throw new Error(programs);
  }
  const pictures = programs.pictures.map(([name, { width, height, pixels }]): [string, Picture] => [
    name,
    { width, height, pixels: Buffer.from(pixels, 'base64') },
  ]);
  return picturesOf({ ...programs, pictures });
}

const inBrowser = typeof browser === 'string' ? undefined : bothOf(playInBrowser);

afterAll(() => {
  typeof dawn !== 'string' && dawn.kill();
  typeof browser !== 'string' && browser.page.close();
});

function expectedColors(name: string): ColorAt {
  const { width, channels, data } = decode(readFileSync(join(EXPECTED, `${name}.png`)));
  return (x, y) => {
    const at = channels * (y * width + x);
    return [data[at], data[at + 1], data[at + 2]];
  };
}

const ways: readonly (readonly [string, Promise<Rendered> | undefined, unknown])[] = [
  ['in software', soft, undefined],
  ['on Dawn', onDawn, dawn],
  ['in a browser', inBrowser, browser],
];

describe.each(ways)('recorded OpenGL programs, rendered %s', (_, rendered, missing) => {
  it('give llvmpipe’s pictures within a step a channel, edges excepted', { timeout: 900_000 }, async ({ skip }) => {
    if (rendered === undefined) {
      skip(missing as string);
      return;
    }
    const { explicit } = await rendered;
    expect(explicit.size).toBe(PROGRAMS);
    const compared = [...explicit].filter(([name]) => existsSync(join(EXPECTED, `${name}.png`)));
    expect(compared.length).toBeGreaterThanOrEqual(18);
    for (const [name, picture] of compared) {
      const allowed = DIFFERENT[name]?.most ?? 1;
      const { edges, most } = compare(colorsOf(picture), expectedColors(name), allowed);
      expect(most, name).toBeLessThanOrEqual(allowed);
      expect(edges, name).toBeLessThanOrEqual(MOST_EDGES);
    }
  });

  it('give the same pictures with coherent buffers, in every pixel', { timeout: 900_000 }, async ({ skip }) => {
    if (rendered === undefined) {
      skip(missing as string);
      return;
    }
    const { explicit, coherent } = await rendered;
    expect([...coherent.keys()]).toEqual([...explicit.keys()]);
    for (const [name, { pixels }] of explicit) {
      expect(Buffer.compare(pixels, coherent.get(name)!.pixels), name).toBe(0);
    }
  });
});
