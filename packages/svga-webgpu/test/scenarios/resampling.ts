import { formatByName, SurfaceLayout } from '@cg/surface-layout';
import { SVGA3D_RESOURCE } from '@cg/svga-protocol';
import { CONTRACT_PAGE, ContractGuest } from '@cg/svga-device/renderer-contract';
import type { WebGpuRenderer } from '../../src/index.js';
import { same, type Scenario } from './bench.js';

interface Shape {
  readonly width: number;
  readonly height: number;
  readonly depth?: number;
  readonly mips?: number;
  readonly layers?: number;
  readonly samples?: number;
}

/** Numbers that look random, and are the same for each guest. */
function noise(seed: number): (below: number) => number {
  let state = seed * 2_654_435_761 + 12_345;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Texels of a format: any bits, but of floats none that are no numbers, or very small. */
function texels(format: string, bytes: number): Uint8Array {
  const draw = noise(bytes + format.length);
  const filled = Uint8Array.from({ length: bytes }, () => draw(256));
  const view = new DataView(filled.buffer);
  if (format === 'R11G11B10_FLOAT') {
    for (let at = 0; at + 4 <= bytes; at += 4) {
      const float = (bits: number): number => ((12 + draw(5)) << (bits - 5)) | draw(2 ** (bits - 5));
      view.setUint32(at, (float(11) | (float(11) << 11) | (float(10) << 22)) >>> 0, true);
    }
  } else if (format.endsWith('A16_FLOAT') || format.endsWith('G16_FLOAT')) {
    for (let at = 0; at + 2 <= bytes; at += 2) {
      view.setUint16(at, 0x3000 + draw(0x1400) + 0x8000 * draw(2), true);
    }
  } else if (format.startsWith('R32')) {
    for (let at = 0; at + 4 <= bytes; at += 4) {
      view.setFloat32(at, draw(4096) / 64 - 20, true);
    }
  }
  return filled;
}

/** A guest with textures of any format. Their texels are in its memory; then the GPU clears their first image. */
class ResamplingGuest extends ContractGuest {
  readonly layouts = new Map<number, SurfaceLayout>();

  async define(sid: number, format: string, shape: Shape): Promise<void> {
    const { width, height, depth = 1, mips = 1, layers = 1, samples = 1 } = shape;
    const { id } = formatByName(format)!;
    const layout = new SurfaceLayout({ format: id, width, height, depth, mipLevels: mips, layers, samples });
    const mob = await this.defineMob(sid, Math.ceil(layout.bytes / CONTRACT_PAGE));
    mob.set(texels(format, layout.bytes));
    await this.must('DEFINE_GB_SURFACE_V2', {
      sid,
      surfaceFlags: 0,
      format: id,
      numMipLevels: mips,
      multisampleCount: samples > 1 ? samples : 0,
      autogenFilter: 0,
      width,
      height,
      depth,
      arraySize: layers > 1 ? layers : 0,
    });
    await this.must('BIND_GB_SURFACE', { sid, mobid: sid });
    this.layouts.set(sid, layout);
  }

  /** Clears image 0, which the GPU has from then on. */
  async clear(sid: number): Promise<void> {
    const { format, description } = this.layouts.get(sid)!;
    const isVolume = description.depth > 1;
    await this.must('DX_DEFINE_RENDERTARGET_VIEW', {
      renderTargetViewId: sid,
      sid,
      format: format.id,
      resourceDimension: isVolume ? SVGA3D_RESOURCE.TEXTURE3D : SVGA3D_RESOURCE.TEXTURE2D,
      mipSlice: 0,
      firstArraySlice: 0,
      arraySize: isVolume ? description.depth : 1,
    });
    const color = { r: 0.25, g: 0.5, b: 1, a: 0 };
    await this.must('DX_CLEAR_RENDERTARGET_VIEW', { renderTargetViewId: sid, ...color });
  }

  async stretch(from: number, to: number, mode: number, part = false): Promise<void> {
    const [a, b] = [from, to].map((sid) => this.layouts.get(sid)!.description);
    const inset = part ? 1 : 0;
    await this.must('SURFACE_STRETCHBLT', {
      srcSid: from,
      srcFace: 0,
      srcMipmap: 0,
      destSid: to,
      destFace: 0,
      destMipmap: 0,
      boxSrcX: inset,
      boxSrcY: 0,
      boxSrcZ: 0,
      boxSrcW: a.width - inset,
      boxSrcH: a.height - inset,
      boxSrcD: a.depth,
      boxDestX: 0,
      boxDestY: inset,
      boxDestZ: 0,
      boxDestW: b.width - inset,
      boxDestH: b.height - inset,
      boxDestD: b.depth,
      mode,
    });
  }

  image(sid: number): Promise<Uint8Array> {
    return this.look((device) => device.surfaceImage(sid)!.slice());
  }
}

type Life = (guest: ResamplingGuest) => Promise<void>;

/** The same on the device alone and on the GPU, which has to do all of it. @param most that bytes may differ by */
async function compare(
  { renderer, declined }: Watched,
  life: Life,
  sids: readonly number[],
  what: string,
  most = 0,
): Promise<void> {
  renderer.reset();
  const plain = new ResamplingGuest(undefined, 0);
  const rendered = new ResamplingGuest(renderer, 0);
  for (const guest of [plain, rendered]) {
    await guest.start();
    await life(guest);
  }
  same(declined, [], `${what}: left to the device`);
  for (const sid of sids) {
    const [expected, actual] = [await plain.image(sid), await rendered.image(sid)];
    const off = expected.findIndex((byte, i) => Math.abs(byte - actual[i]) > most);
    same(off < 0 ? '' : `byte ${off} is ${actual[off]}, not ${expected[off]}`, '', `${what}, surface ${sid}`);
  }
}

/** A renderer, and what it leaves to the device. */
interface Watched {
  readonly renderer: WebGpuRenderer;
  readonly declined: readonly string[];
}

async function watched(open: Parameters<Scenario>[0]): Promise<Watched> {
  const { renderer } = await open();
  const declined: string[] = [];
  for (const name of ['clear', 'copy', 'blit', 'resolve', 'generateMips'] as const) {
    const own = renderer[name].bind(renderer) as (...args: unknown[]) => boolean;
    Object.assign(renderer, {
      [name]: (...args: unknown[]) => {
        const taken = own(...args);
        if (!taken) {
          declined.push(name);
        }
        return taken;
      },
    });
  }
  return { renderer, declined };
}

const POINT = 0;
const LINEAR = 1;
const LINEAR_LIGHT = 2;

/** Formats of sources and targets of blits. */
const colors = [
  'R8G8B8A8_UNORM',
  'B8G8R8A8_UNORM',
  'B8G8R8X8_UNORM',
  'B5G6R5_UNORM',
  'B5G5R5A1_UNORM',
  'R10G10B10A2_UNORM',
  'R8_UNORM',
  'A8_UNORM',
  'R16G16B16A16_FLOAT',
] as const;
const integers = ['R8G8B8A8_UINT', 'R16G16_UINT', 'R32_UINT', 'R10G10B10A2_UINT'] as const;
const signed = ['R8G8_SINT', 'R16G16B16A16_SINT', 'R32_SINT'] as const;

function* pairs(names: readonly string[]): Generator<readonly [string, string]> {
  for (const [i, from] of names.entries()) {
    yield [from, names[(i + 1) % names.length]];
    yield [from, from];
  }
}

const blitInPlace: Life = async (guest) => {
  await guest.define(1, 'R8G8B8A8_UNORM', { width: 8, height: 8 });
  await guest.define(2, 'R8G8B8A8_UNORM', { width: 8, height: 4 });
  await guest.clear(1);
  await guest.stretch(2, 1, POINT);
  const { width, height } = guest.layouts.get(1)!.description;
  await guest.must('DX_PRED_CONVERT_REGION', {
    srcSid: 1,
    srcSubResource: 0,
    dstSid: 1,
    dstSubResource: 0,
    srcBoxX: 0,
    srcBoxY: 0,
    srcBoxZ: 0,
    srcBoxW: width / 2,
    srcBoxH: height,
    srcBoxD: 1,
    destBoxX: 0,
    destBoxY: 0,
    destBoxZ: 0,
    destBoxW: width,
    destBoxH: height,
    destBoxD: 1,
  });
};

const linearLight: Life = async (guest) => {
  await guest.define(1, 'R8G8B8A8_UNORM_SRGB', { width: 8, height: 8, mips: 4 });
  await guest.define(2, 'B8G8R8A8_UNORM_SRGB', { width: 4, height: 4 });
  await guest.clear(2);
  await guest.stretch(1, 2, LINEAR_LIGHT);
  await guest.must('GENERATE_MIPMAPS', { sid: 1, filter: 2 });
};

export const resamplingScenarios: Record<string, Scenario> = {
  'blits on the GPU give the texels that the device makes': async (open) => {
    const gpu = await watched(open);
    for (const names of [colors, integers, signed]) {
      for (const [from, to] of pairs(names)) {
        for (const mode of names === colors ? [POINT, LINEAR] : [POINT]) {
          await compare(
            gpu,
            async (guest) => {
              await guest.define(1, from, { width: 8, height: 8 });
              await guest.define(2, to, { width: 4, height: 16 });
              await guest.clear(2);
              await guest.stretch(1, 2, mode);
              await guest.stretch(2, 1, mode);
            },
            [1, 2],
            `${from} to ${to}, mode ${mode}`,
            // Integers of floats, and floats of integers, in the last bit.
            from !== to && /FLOAT/.test(from + to) ? 1 : 0,
          );
        }
      }
    }
  },

  'boxes of any size, and of slices': async (open) => {
    const gpu = await watched(open);
    for (const mode of [POINT, LINEAR]) {
      for (const depth of [1, 3]) {
        await compare(
          gpu,
          async (guest) => {
            await guest.define(1, 'R8G8B8A8_UNORM', { width: 7, height: 5, depth });
            await guest.define(2, 'R8G8B8A8_UNORM', { width: 12, height: 4, depth: 2 * depth });
            await guest.clear(2);
            await guest.stretch(1, 2, mode, true);
          },
          [1, 2],
          `mode ${mode}, depth ${depth}`,
          mode === LINEAR ? 1 : 0,
        );
      }
    }
  },

  'a blit within an image reads what was there before': async (open) => {
    const gpu = await watched(open);
    await compare(gpu, blitInPlace, [1], 'in place');
  },

  'linear light of sRGB differs by 1 at most': async (open) => {
    const gpu = await watched(open);
    await compare(gpu, linearLight, [1, 2], 'sRGB', 1);
  },

  'mips of colours, integers, layers, volumes and odd sizes': async (open) => {
    const gpu = await watched(open);
    const shapes: readonly Shape[] = [
      { width: 8, height: 8, mips: 4 },
      { width: 7, height: 5, mips: 3, layers: 2 },
      { width: 16, height: 1, mips: 5 },
      { width: 4, height: 8, depth: 4, mips: 4 },
    ];
    for (const shape of shapes) {
      for (const format of ['R8G8B8A8_UNORM', 'B5G6R5_UNORM', 'R16G16_FLOAT', 'R32_FLOAT', 'R16G16_UINT']) {
        await compare(
          gpu,
          async (guest) => {
            await guest.define(1, format, shape);
            await guest.must('GENERATE_MIPMAPS', { sid: 1, filter: 2 });
          },
          [1],
          `${format}, ${JSON.stringify(shape)}`,
        );
      }
    }
  },

  'resolves average samples, and take the first of integers': async (open) => {
    const gpu = await watched(open);
    for (const format of [
      'R8G8B8A8_UNORM',
      'B5G6R5_UNORM',
      'R16G16B16A16_FLOAT',
      'R10G10B10A2_UNORM',
      'R8_UINT',
    ]) {
      await compare(
        gpu,
        async (guest) => {
          await guest.define(1, format, { width: 8, height: 4, samples: 4 });
          await guest.define(2, format, { width: 8, height: 4 });
          await guest.clear(2);
          const { id } = formatByName(format)!;
          const resolved = { dstSid: 2, dstSubResource: 0, srcSid: 1, srcSubResource: 0, copyFormat: id };
          await guest.must('DX_RESOLVE_COPY', resolved);
        },
        [1, 2],
        format,
      );
    }
  },

  'what the GPU has stays there: whole copies, conversions, blits, resolves and mips read nothing back':
    async (open) => {
      const { renderer } = await open();
      const guest = new ResamplingGuest(renderer, 0);
      let asked = 0;
      const needed = renderer.imageNeeded.bind(renderer);
      renderer.imageNeeded = (surface, subresource) => {
        asked++;
        return needed(surface, subresource);
      };
      await guest.start();
      await guest.define(1, 'R8G8B8A8_UNORM', { width: 8, height: 8, mips: 4 });
      await guest.define(2, 'R8G8B8A8_UNORM', { width: 8, height: 8, mips: 4 });
      await guest.define(3, 'B8G8R8A8_UNORM', { width: 8, height: 8, mips: 4 });
      await guest.define(4, 'R8G8B8A8_UNORM', { width: 8, height: 8, samples: 4 });
      await guest.define(5, 'R8G8B8A8_UNORM', { width: 4, height: 4 });
      await guest.clear(4);
      const { id } = formatByName('R8G8B8A8_UNORM')!;
      const resolved = { dstSid: 1, dstSubResource: 0, srcSid: 4, srcSubResource: 0, copyFormat: id };
      await guest.must('DX_RESOLVE_COPY', resolved);
      await guest.must('GENERATE_MIPMAPS', { sid: 1, filter: 2 });
      await guest.must('DX_PRED_COPY', { dstSid: 2, srcSid: 1 });
      await guest.must('DX_PRED_CONVERT', { dstSid: 3, srcSid: 2 });
      await guest.stretch(3, 5, LINEAR);
      same(asked, 0, 'read back');
      same([...(await guest.image(5)).subarray(0, 4)], [64, 128, 255, 0], 'the colour of the clear');
      same(asked > 0, true, 'read back at the end');
    },
};
