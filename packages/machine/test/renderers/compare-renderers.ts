import type { SurfaceLayout } from '@cg/surface-layout';
import { seededDraw, type Draw } from '@cg/svga-protocol/random-commands';
import type { WebGpuRenderer } from '@cg/svga-webgpu';
import { TexelRule } from './picture-rule.js';
import { RandomScene, type SceneDraw } from './random-scene.js';
import { RenderGuest, type DrawCounts } from './render-guest.js';
import { randomBytes, type SceneSurface } from './scene-surfaces.js';
import { SpreadRenderer } from './spread-renderer.js';

/** Pixels of a line that every renderer draws something of. */
const SHORTEST = 3;

/** The bytes of a surface before a draw, and as both renderers leave it. */
interface Pictures {
  readonly before: Uint8Array;
  readonly expected: Uint8Array;
  /** What the reference draws where the rule allows another picture. */
  readonly others: readonly Uint8Array[];
  readonly actual: Uint8Array;
}

/** A row of texels of a subresource in a sample sheet. */
interface Area {
  readonly start: number;
  readonly width: number;
  readonly height: number;
  readonly rowStride: number;
  readonly samples: number;
}

/**
 * Draws a random scene with the reference and with the renderer under test, each behind a device and a guest. Both go
 * on from the reference's bytes after each draw.
 * @param features of the GPU device
 * @throws Error if pictures differ by more than the rules allow
 */
export async function compareRenderers(
  renderer: WebGpuRenderer,
  features: ReadonlySet<string>,
  seed: number,
): Promise<void> {
  const scene = new RandomScene(seededDraw(seed), renderer.caps, features).make();
  const reference = new SpreadRenderer();
  const guests = [new RenderGuest(reference), new RenderGuest(renderer)] as const;
  for (const guest of guests) {
    await guest.prepare();
    for (const surface of scene.surfaces) {
      await define(guest, surface);
    }
  }
  const touching = seededDraw(seed + 1);
  for (const draw of scene.draws) {
    await compareDraw(draw, reference, guests, `seed ${seed}`);
    await touch(scene.surfaces, guests, touching);
    const { omissions } = renderer.statistics;
    if (omissions.size > 0) {
      throw new Error(`seed ${seed}: ${[...omissions.keys()].join('; ')}: ${draw.text}`);
    }
  }
  // What was uploaded, and perhaps kept by the GPU alone since, comes back as it is.
  for (const { sid, layout } of scene.surfaces) {
    const [expected, actual] = [await guests[0].read(sid), await guests[1].read(sid)];
    const at = expected.findIndex((byte, i) => byte !== actual[i]);
    if (at >= 0) {
      throw new Error(`seed ${seed}: surface ${sid}, ${layout.format.name}: byte ${at} after all draws`);
    }
  }
}

/** Updates boxes of some surfaces of both guests, whatever has them. */
async function touch(
  surfaces: readonly SceneSurface[],
  guests: readonly RenderGuest[],
  draw: Draw,
): Promise<void> {
  for (const { sid, layout } of surfaces.filter(({ layout: { format } }) => !format.buffer)) {
    for (let boxes = draw(4) === 0 ? 1 + draw(4) : 0; boxes > 0; boxes--) {
      const subResource = draw(layout.subresourceCount);
      const { width, height, depth } = layout.mipOf(subResource);
      const [x, w] = spanOf(width, layout.format.blockWidth, draw);
      const [y, h] = spanOf(height, layout.format.blockHeight, draw);
      const [z, d] = spanOf(depth, 1, draw);
      const bytes = randomBytes(layout, draw);
      for (const guest of guests) {
        await guest.uploadBox(sid, bytes, { subResource, x, y, z, w, h, d });
      }
    }
  }
}

/** Some texels of a row, of whole blocks. @returns the first, and their number */
function spanOf(texels: number, block: number, draw: Draw): readonly [first: number, count: number] {
  const first = block * draw(Math.ceil(texels / block));
  const blocks = 1 + draw(Math.ceil((texels - first) / block));
  return [first, Math.min(blocks * block, texels - first)];
}

function define(guest: RenderGuest, { sid, layout, bytes }: SceneSurface): Promise<void> {
  const { format, width, height, depth, mipLevels, layers, samples } = layout.description;
  const arraySize = layers > 1 ? layers : 0;
  const multisampleCount = samples > 1 ? samples : 0;
  const fields = { sid, format, width, height, depth, numMipLevels: mipLevels, arraySize, multisampleCount };
  return guest.defineSurface(fields, bytes);
}

async function compareDraw(
  draw: SceneDraw,
  reference: SpreadRenderer,
  guests: readonly [RenderGuest, RenderGuest],
  what: string,
): Promise<void> {
  const [expectedGuest, actualGuest] = guests;
  const before = await Promise.all(draw.written.map(({ sid }) => expectedGuest.read(sid)));
  reference.spread = draw.rule.spread;
  reference.byPixel = draw.byPixel;
  const counts: DrawCounts[] = [];
  for (const guest of guests) {
    await guest.setShaders(draw.shaders);
    await guest.run(draw.commands);
    counts.push(await guest.count(draw.call));
  }
  for (const [i, surface] of draw.written.entries()) {
    const { sid, layout } = surface;
    const pictures = {
      before: before[i],
      expected: await expectedGuest.read(sid),
      others: reference.others.get(reference.targets[i]) ?? [],
      actual: await actualGuest.read(sid),
    };
    const difference = layout.format.buffer ? differentByte(pictures) : differenceOf(layout, draw, pictures);
    if (difference !== undefined) {
      throw new Error(`${what}: surface ${sid}, ${layout.format.name}: ${difference}: ${draw.text}`);
    }
    for (const guest of guests) {
      await guest.upload(sid, pictures.expected);
    }
  }
  const [wanted, counted] = counts;
  if (draw.rule.spread === 'none' && wanted.samples !== counted.samples) {
    throw new Error(`${what}: ${counted.samples} samples, not ${wanted.samples}: ${draw.text}`);
  }
  if (`${wanted.streamed}` !== `${counted.streamed}`) {
    throw new Error(
      `${what}: ${counted.streamed} primitives streamed out, not ${wanted.streamed}: ${draw.text}`,
    );
  }
}

/** The first byte of a buffer that differs. */
function differentByte({ expected, actual }: Pictures): string | undefined {
  const at = expected.findIndex((byte, i) => byte !== actual[i]);
  return at < 0 ? undefined : `${actual[at]}, not ${expected[at]}, at byte ${at}`;
}

/** The first difference that no rule allows. */
function differenceOf(layout: SurfaceLayout, { rule }: SceneDraw, pictures: Pictures): string | undefined {
  const texels = new TexelRule(layout.format, rule);
  const check = rule.spread === 'pixel' ? nearDifference : ownDifference;
  for (const area of areasOf(layout)) {
    for (let y = 0; y < area.height; y++) {
      for (let x = 0; x < area.width; x++) {
        const difference = check(texels, area, x, y, pictures);
        if (difference !== undefined) {
          return `${difference} at ${x}, ${y} from byte ${area.start}`;
        }
      }
    }
  }
  return undefined;
}

function* areasOf(layout: SurfaceLayout): Generator<Area> {
  for (let sheet = 0; sheet < layout.samples; sheet++) {
    for (let subresource = 0; subresource < layout.subresourceCount; subresource++) {
      const { width, height, depth, rowStride, imageStride } = layout.mipOf(subresource);
      for (let z = 0; z < depth; z++) {
        const start = sheet * layout.sheetBytes + layout.offsetOf(subresource) + z * imageStride;
        yield { start, width, height, rowStride, samples: layout.samples };
      }
    }
  }
}

function text(texel: Float64Array): string {
  return `(${[...texel].join(', ')})`;
}

/** A texel that is not between what the reference draws there. */
function ownDifference(
  texels: TexelRule,
  { start, rowStride }: Pick<Area, 'rowStride' | 'start'>,
  x: number,
  y: number,
  { expected, others, actual }: Pictures,
): string | undefined {
  const at = start + y * rowStride + x * texels.bytes;
  const found = texels.read(actual, at);
  const wanted = [expected, ...others].map((image) => texels.read(image, at));
  // Each corner may be moved by itself: twice as far as all of them together.
  return texels.isWithin(found, wanted, 1)
    ? undefined
    : `${text(found)}, not ${wanted.map(text).join(' or ')}`;
}

/**
 * A texel that is neither between those around it in the reference, with those of lines that others hide, nor as far
 * from them as they are from each other, as values at the ends of lines may be; or that the reference has changed with
 * some around it, while the renderer has changed none of them. A short line may have no pixels, and a sample of a pixel
 * may lie beside the line.
 */
function nearDifference(
  texels: TexelRule,
  area: Area,
  x: number,
  y: number,
  { before, expected, others, actual }: Pictures,
): string | undefined {
  const { samples } = area;
  const around = placesAround(area, x, y, texels.bytes);
  const at = area.start + y * area.rowStride + x * texels.bytes;
  const found = texels.read(actual, at);
  const images = [before, expected, ...others];
  const near = around.flatMap((place) => images.map((image) => texels.read(image, place)));
  if (!texels.isWithin(found, near, 1)) {
    return `${text(found)} is nowhere near`;
  }
  const isChanged = (image: Uint8Array, place: number): boolean =>
    !texels.isWithin(texels.read(image, place), [texels.read(before, place)]);
  const drawn = around.filter((place) => isChanged(expected, place)).length;
  return samples === 1 && drawn >= SHORTEST && !around.some((place) => isChanged(actual, place))
    ? 'nothing is drawn'
    : undefined;
}

function placesAround(
  { start, width, height, rowStride }: Area,
  x: number,
  y: number,
  bytes: number,
): number[] {
  const places: number[] = [];
  for (let row = Math.max(y - 1, 0); row <= Math.min(y + 1, height - 1); row++) {
    for (let column = Math.max(x - 1, 0); column <= Math.min(x + 1, width - 1); column++) {
      places.push(start + row * rowStride + column * bytes);
    }
  }
  return places;
}
