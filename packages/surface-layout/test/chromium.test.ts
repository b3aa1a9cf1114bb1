import { readFileSync } from 'node:fs';
import { ChromiumPage } from '@cg/dawn/chromium';
import * as fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { toSubImages } from '../src/index.js';
import type { SubImage, SubresourceBox, SurfaceLayout, WebGlTexture } from '../src/index.js';
import { holds, walkBlocks } from './block-walk.js';
import { everyTexture, fill, scatteredBoxes, surfacesWithBoxes, wholeSurface } from './upload-cases.js';
import { isSoak, uploadRuns } from './upload-runs.js';

/** What the page found. Counts are of components of texels. */
interface Compared {
  readonly lacks?: string;
  /** Of getError. */
  readonly error: number;
  /** Not as they should be. */
  readonly wrong: number;
  /** That the boxes had to change. */
  readonly changed: number;
}

/** All of a level at once, its bytes one behind the other: uploads that need no arithmetic. */
function wholeLevels(layout: SurfaceLayout, texture: WebGlTexture): SubImage[] {
  const { bytesPerBlock } = layout.format;
  const elementBytes = { 8: 1, 16: 2, 32: 4 }[Number(/\d+/.exec(texture.array)?.[0])] ?? 1;
  return wholeSurface(layout).map(({ subresource, width, height, depth }) => {
    const level = subresource % layout.mips.length;
    const layer = (subresource - level) / layout.mips.length;
    const isCube = texture.target === 0x8513;
    const is3D = texture.call === 'texStorage3D';
    const blocks = walkBlocks(layout).filter((block) => block.subresource === subresource);
    return {
      plane: 0,
      call: `${layout.format.compressed ? 'compressedTexSubImage' : 'texSubImage'}${is3D ? '3D' : '2D'}`,
      target: isCube ? 0x8515 + layer : texture.target,
      level,
      xoffset: 0,
      yoffset: 0,
      zoffset: isCube ? 0 : layer,
      width,
      height,
      depth,
      srcOffset: blocks[0].offset / elementBytes,
      srcLength: blocks.length * bytesPerBlock,
      unpackRowLength: 0,
      unpackImageHeight: 0,
    };
  });
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

/** Uploads the boxes in the page; undefined where there is no texture, or no such extension. */
async function compare(
  page: ChromiumPage,
  layout: SurfaceLayout,
  boxes: readonly SubresourceBox[],
): Promise<Compared | undefined> {
  const { textures, writes } = toSubImages(layout, boxes);
  const [texture] = textures;
  if (texture.format === undefined || layout.format.planar) {
    return undefined;
  }
  const after = fill(layout);
  const before = after.map((byte) => 256 - byte);
  const expected = before.slice();
  for (const block of walkBlocks(layout)) {
    if (boxes.some((box) => holds(box, block))) {
      const end = block.offset + layout.format.bytesPerBlock;
      expected.set(after.subarray(block.offset, end), block.offset);
    }
  }
  const found = await page.call<Compared>('compareTextures', {
    texture,
    levels: wholeLevels(layout, texture),
    writes,
    before: base64(before),
    after: base64(after),
    expected: base64(expected),
  });
  if (found.lacks !== undefined) {
    return undefined;
  }
  expect([found.error, found.wrong], `${layout.format.name} as ${texture.name}`).toEqual([0, 0]);
  return found;
}

const script = readFileSync(new URL('chromium/compare-textures.js', import.meta.url), 'utf8');
const opened = isSoak ? await ChromiumPage.open(script) : 'a browser is started in a soak only';

it('finds a browser', ({ skip }) => {
  if (typeof opened === 'string') {
    skip(opened);
  }
  expect(opened).toHaveProperty('version');
});

describe.skipIf(typeof opened === 'string')('uploads through WebGL 2 in a browser', () => {
  const { page, version } = opened as { page: ChromiumPage; version: string };
  const { seconds = 0, ...runs } = uploadRuns(0);
  afterAll(() => page.close());

  it('every format in every kind of texture', { timeout: 600_000 }, async () => {
    let [textures, subresources] = [0, 0];
    for (const layout of everyTexture) {
      const whole = await compare(page, layout, wholeSurface(layout));
      const scattered = await compare(page, layout, scatteredBoxes(layout));
      if (whole !== undefined) {
        // The comparison can tell texels apart.
        expect(Math.min(whole.changed, scattered?.changed ?? 0), layout.format.name).toBeGreaterThan(0);
        textures++;
        subresources += layout.subresourceCount;
      }
    }
    process.stdout.write(`${version}: ${subresources} subresources of ${textures} textures equal\n`);
    expect(textures).toBeGreaterThan(300);
  });

  it('random surfaces, and boxes of them', { timeout: (seconds + 60) * 1000 }, async () => {
    let boxed = 0;
    const property = fc.asyncProperty(surfacesWithBoxes, async ({ layout, boxes }) => {
      boxed += (await compare(page, layout, boxes)) === undefined ? 0 : boxes.length;
    });
    await fc.assert(property, { ...runs, interruptAfterTimeLimit: seconds * 1000 });
    process.stdout.write(`${version}, seed ${runs.seed}: ${boxed} boxes\n`);
    expect(boxed).toBeGreaterThan(0);
  });
});
