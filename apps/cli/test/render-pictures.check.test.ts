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

const timeout = 900_000;
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

/** Programs whose pictures differ by more than a step, or on more pixels beside edges, and why. */
type Different = Readonly<
  Record<string, { readonly most?: number; readonly edges?: number; readonly why: string }>
>;

const MIXED = 'llvmpipe mixes mips with a fraction of eight bits, from an approximated logarithm';
const ofSoft: Different = { mipmap: { most: 3, why: MIXED } };
/** Of SwiftShader, which has places of pixels in 1/16, where others have 1/256. */
const ofSwiftShader: Different = {
  mipmap: { most: 4, why: MIXED },
  many: { edges: 120, why: 'upright edges near the centres of pixels' },
  prims: { edges: 400, why: 'lines begin and end elsewhere' },
  flow: { edges: 200, why: 'an iterated square: the last bit decides how often' },
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

const dawn = await startDawnOnDriver(
  await bundleForNode(new URL('pictures/dawn-process.ts', import.meta.url)),
);
const onDawn =
  typeof dawn === 'string'
    ? undefined
    : bothOf(async (recording) => picturesOf(await dawn.request<GpuPrograms>('play', { recording })));

const browser = await ChromiumPage.open(
  await bundleForPage(new URL('pictures/browser-page.ts', import.meta.url)),
);

async function playInBrowser(recording: Uint8Array): Promise<Pictures> {
  const { page } = browser as Exclude<typeof browser, string>;
  const base64 = Buffer.from(recording).toString('base64');
  const programs = await page.call<PagePrograms | string>('playInPage', base64);
  if (typeof programs === 'string') {
    throw new Error(programs);
  }
  const pictures = programs.pictures.map(([name, { width, height, pixels }]): [string, Picture] => [
    name,
    { width, height, pixels: Uint8ClampedArray.from(Buffer.from(pixels, 'base64')) },
  ]);
  return picturesOf({ ...programs, pictures });
}

const inBrowser = typeof browser === 'string' ? undefined : bothOf(playInBrowser);

afterAll(() => {
  if (typeof dawn !== 'string') {
    dawn.kill();
  }
  if (typeof browser !== 'string') {
    browser.page.close();
  }
});

/** What is expected of a program: llvmpipe's picture, or that in software where there is none. */
function expectedColors(name: string, inSoftware: Pictures): ColorAt {
  const file = join(EXPECTED, `${name}.png`);
  if (!existsSync(file)) {
    return colorsOf(inSoftware.get(name)!);
  }
  const { width, channels, data } = decode(readFileSync(file));
  return (x, y) => {
    const at = channels * (y * width + x);
    return [data[at], data[at + 1], data[at + 2]];
  };
}

const ways: readonly (readonly [string, Promise<Rendered> | undefined, unknown, Different])[] = [
  ['in software', soft, undefined, ofSoft],
  ['on Dawn', onDawn, dawn, ofSwiftShader],
  ['in a browser', inBrowser, browser, ofSwiftShader],
];

describe.each(ways)('recorded OpenGL programs, rendered %s', (_, rendered, missing, different) => {
  it('give llvmpipe’s pictures within a step a channel, edges excepted', { timeout }, async ({ skip }) => {
    if (rendered === undefined) {
      skip(missing as string);
      return;
    }
    const [{ explicit }, { explicit: inSoftware }] = [await rendered, await soft];
    expect(explicit.size).toBe(PROGRAMS);
    for (const [name, picture] of explicit) {
      const { most: allowed = 1, edges: onEdges = MOST_EDGES } = different[name] ?? {};
      const { edges, most } = compare(colorsOf(picture), expectedColors(name, inSoftware), allowed);
      expect(most, name).toBeLessThanOrEqual(allowed);
      expect(edges, name).toBeLessThanOrEqual(onEdges);
    }
  });

  it('give the same pictures with coherent buffers, in every pixel', { timeout }, async ({ skip }) => {
    if (rendered === undefined) {
      skip(missing as string);
      return;
    }
    const { explicit, coherent } = await rendered;
    expect(differing(coherent, explicit)).toEqual([]);
  });
});

/** Programs whose pictures differ, or are not in both. */
function differing(actual: Pictures, expected: Pictures): string[] {
  const names = new Set([...actual.keys(), ...expected.keys()]);
  const bytesOf = (pictures: Pictures, name: string): Uint8Array =>
    Uint8Array.from(pictures.get(name)?.pixels ?? []);
  const isSame = (name: string): boolean =>
    Buffer.compare(bytesOf(actual, name), bytesOf(expected, name)) === 0;
  return [...names].filter((name) => !isSame(name));
}

it('a browser gives Dawn’s pictures in every pixel, on one driver', { timeout }, async ({ skip }) => {
  if (typeof dawn === 'string' || typeof browser === 'string' || !dawn.adapter.name.includes('swiftshader')) {
    skip('there is no SwiftShader for both');
    return;
  }
  expect(differing((await inBrowser!).explicit, (await onDawn!).explicit)).toEqual([]);
});
