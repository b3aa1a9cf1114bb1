import { formatByName } from '@cg/surface-layout';
import type { SurfaceBox, SurfaceDescription } from '@cg/surface-layout';
import { ContractGuest } from '@cg/svga-device/renderer-contract';
import { SVGA3D_RESOURCE } from '@cg/svga-protocol';
import { clear, colorShader, rest, same, stage, surface, texture } from './bench.js';
import type { Bench, Scenario, TestSurface } from './bench.js';

/** A surface whose bytes may be freed, as a device's. */
interface Freeable extends TestSurface {
  readonly isFreed: boolean;
  /** How often they were freed, and how often the renderer has told that it has lost them. */
  readonly frees: number;
  readonly losses: number;
}

/** @param bytesAt of each place */
function freeable(
  format: string,
  side: number,
  more: Partial<SurfaceDescription> = {},
  bytesAt: (at: number) => number = () => 7,
): Freeable {
  const { layout } = surface(format, side, side, more);
  let bytes: Uint8Array | undefined = Uint8Array.from({ length: layout.bytes }, (_, at) => bytesAt(at));
  const count = { frees: 0, losses: 0 };
  return {
    layout,
    get ownImage() {
      return bytes!;
    },
    get isFreed() {
      return bytes === undefined;
    },
    get frees() {
      return count.frees;
    },
    get losses() {
      return count.losses;
    },
    freeImage: () => {
      const isThere = bytes !== undefined;
      count.frees += isThere ? 1 : 0;
      bytes = undefined;
      return isThere;
    },
    imageLost: () => void count.losses++,
    renewImage: () => void (bytes ??= new Uint8Array(layout.bytes)),
  };
}

/** Bytes without an order, and without 0x8000 in any two. */
function noise(at: number): number {
  return (Math.imul(at + 1, 0x9e37_79b1) >>> 24) | 1;
}

/** Writes a box of a surface as a device does. @returns whether it was read back first */
async function writeBox({ renderer }: Bench, of: Freeable, box: SurfaceBox, value: number): Promise<boolean> {
  const joins = renderer.takesBox(of, 0);
  of.renewImage!();
  if (!joins) {
    await renderer.imageNeeded(of, 0);
  }
  const { rowStride } = of.layout.mips[0];
  const { bytesPerBlock } = of.layout.format;
  for (let y = box.y; y < box.y + box.height; y++) {
    const start = y * rowStride + box.x * bytesPerBlock;
    of.ownImage.fill(value, start, start + box.width * bytesPerBlock);
  }
  renderer.imageWritten(of, 0, box);
  return !joins;
}

function boxAt(x: number, y: number, width = 1, height = 1): SurfaceBox {
  return { x, y, z: 0, width, height, depth: 1 };
}

/** All bytes of a surface, as a device reads them. */
async function readAll({ renderer }: Bench, of: Freeable): Promise<Uint8Array> {
  of.renewImage!();
  for (let each = 0; each < of.layout.subresourceCount; each++) {
    await renderer.imageNeeded(of, each);
  }
  return of.ownImage;
}

/** Uses a surface as it is: a shader reads it. */
async function sample(bench: Bench, of: TestSurface): Promise<void> {
  const { samples, description } = of.layout;
  const isVolume = description.depth > 1;
  const [type, dimension] = isVolume
    ? ['texture3d', 4]
    : samples > 1
      ? ['texture2dms(4)', 3]
      : ['texture2d', 3];
  const load =
    samples > 1 ? 'ldms r0.xyzw, l(0, 0, 0, 0), t0.xyzw, l(0)' : 'ld r0.xyzw, l(0, 0, 0, 0), t0.xyzw';
  const code = `ps_4_1
dcl_output o0.xyzw
dcl_temps 1
dcl_resource_${type} (float,float,float,float) t0
${load}
mov o0.xyzw, r0.xyzw
ret
`;
  const picture = surface('R8_UNORM', 1, 1);
  await bench.fill(stage(code, { views: [texture(of, { dimension })] }), picture);
  bench.renderer.surfaceDropped(picture);
  await Promise.resolve();
}

/**
 * Bytes of device and GPU for each byte of a surface that a shader has read.
 * @param before the GPU's without it
 */
function ratioOf({ renderer }: Bench, of: Freeable, before: number): number {
  // Without the corners that the shader ran for.
  const gpuBytes = renderer.statistics.gpuBytes - before - 32;
  const { bytes } = of.layout;
  return (gpuBytes + (of.isFreed ? 0 : bytes)) / bytes;
}

const packed =
  'B5G6R5_UNORM B5G5R5A1_UNORM B4G4R4A4_UNORM R5G6B5 X1R5G5B5 A1R5G5B5 A4R4G4B4 LUMINANCE4_ALPHA4';
const norm16 = ['R16', 'R16G16', 'R16G16B16A16'].flatMap((name) => [`${name}_UNORM`, `${name}_SNORM`]);
const chain = { mipLevels: 3 };

/** Surfaces that are only uploaded. */
const uploaded: readonly (readonly [format: string, more: Partial<SurfaceDescription>])[] = [
  ...[...packed.split(' '), ...norm16].map((name) => [name, chain] as const),
  ['B5G6R5_UNORM', { ...chain, layers: 6 }],
  ['B5G5R5A1_UNORM', { ...chain, depth: 4 }],
  ['B4G4R4A4_UNORM', { samples: 4 }],
  ['D24_UNORM_S8_UINT', chain],
  ['Z_D24S8', { layers: 6 }],
  ['D24_UNORM_S8_UINT', { samples: 4 }],
  ['R8G8B8A8_UNORM', chain],
  ['R16G16B16A16_FLOAT', chain],
  ['D32_FLOAT', chain],
  ['D16_UNORM', chain],
];

export const memoryScenarios: Record<string, Scenario> = {
  'device and GPU together have at most 2.2 times the bytes of what is only uploaded, which comes back as it is':
    async (open) => {
      for (const without of [[], ['texture-formats-tier1']]) {
        const bench = await open({ without });
        for (const [format, more] of uploaded) {
          const of = freeable(format, 64, more, format.startsWith('D32') ? () => 0 : noise);
          const expected = of.ownImage.slice();
          const before = bench.renderer.statistics.gpuBytes;
          await sample(bench, of);
          // What is read by no shader, such as other layers, goes up when the bytes are freed.
          const ratio = ratioOf(bench, of, before);
          const name = `${format} ${JSON.stringify(more)} without ${without.join()}`;
          same(ratio, format.includes('D24') ? 1.25 : 2, name);
          const bytes = await readAll(bench, of);
          same(
            bytes.findIndex((byte, at) => byte !== expected[at]),
            -1,
            name,
          );
          bench.renderer.surfaceDropped(of);
        }
        same(bench.omissions, [], 'omissions');
      }
    },

  'bytes that would come back as others are kept: decoded blocks, -32768 as a float, depth24plus': async (
    open,
  ) => {
    const bench = await open({
      without: ['texture-formats-tier1', 'texture-compression-bc', 'depth32float-stencil8'],
    });
    const least = (at: number): number => (at === 9 ? 0x80 : at === 8 ? 0 : noise(at));
    for (const [format, bytesAt, times] of [
      ['BC1_UNORM', noise, 9],
      ['R16_SNORM', least, 3],
      ['D24_UNORM_S8_UINT', noise, 2.25],
    ] as const) {
      const of = freeable(format, 64, {}, bytesAt);
      const before = bench.renderer.statistics.gpuBytes;
      await sample(bench, of);
      same([of.isFreed, ratioOf(bench, of, before)], [false, times], format);
      bench.renderer.surfaceDropped(of);
    }
    const depth = freeable('D24_UNORM_S8_UINT', 64, {}, noise);
    clear(bench, depth);
    await rest(bench);
    same(depth.isFreed, true, 'drawn: what comes back is what the GPU has');
  },

  'the device keeps no bytes of D24 and of packed colours that the GPU has drawn': async (open) => {
    const bench = await open();
    const parts = [];
    for (const [format, value, texel] of [
      ['D24_UNORM_S8_UINT', 1, [255, 255, 255, 7]],
      ['Z_D24S8', 1, [7, 255, 255, 255]],
      ['B5G6R5_UNORM', 1, [0, 0xf8, 0, 0xf8]],
      ['B5G5R5A1_UNORM', 1, [0, 0xfc, 0, 0xfc]],
    ] as const) {
      const of = freeable(format, 64);
      const before = bench.renderer.statistics.gpuBytes;
      clear(bench, of, value);
      await rest(bench);
      const { gpuBytes } = bench.renderer.statistics;
      const ratio = (gpuBytes - before + (of.isFreed ? 0 : of.layout.bytes)) / of.layout.bytes;
      same(ratio <= 2.2, true, `${format}: ${ratio}`);
      same([...(await readAll(bench, of)).subarray(0, 4)], texel, format);
      clear(bench, of, value);
      await rest(bench);
      same(of.isFreed, false, 'just read back');
      parts.push(of);
    }
    for (let i = 0; i < 64; i++) {
      await rest(bench);
    }
    same(
      parts.map(({ isFreed }) => isFreed),
      [true, true, true, true],
      'not read back for long',
    );
    const kept = freeable('R8G8B8A8_UNORM', 64);
    clear(bench, kept);
    await rest(bench);
    same(kept.isFreed, false, 'as many bytes on the GPU');
    const drawn = freeable('B5G6R5_UNORM', 64);
    await bench.fill(colorShader(0, 1, 0, 0), drawn);
    await rest(bench);
    same(drawn.isFreed, true, 'drawn to');
  },

  'boxes join what the GPU has, however many: nothing is read back for them': async (open) => {
    const bench = await open();
    const drawn = freeable('R8G8B8A8_UNORM', 32);
    clear(bench, drawn, 1);
    const freed = freeable('B5G6R5_UNORM', 32, {}, noise);
    await sample(bench, freed);
    const [red, before] = [Uint8Array.of(255, 0, 0, 255), freed.ownImage?.slice()];
    same(before, undefined, 'freed');
    for (const of of [drawn, freed]) {
      const { bytesPerBlock } = of.layout.format;
      const expected = Uint8Array.from({ length: of.layout.bytes }, (_, at) =>
        of === drawn ? red[at % 4] : noise(at),
      );
      // What the device has around the boxes is not to go up.
      of.ownImage?.fill(0x55);
      for (let i = 0; i < 40; i++) {
        const box = boxAt((7 * i) % 31, (5 * i) % 29, 1 + (i % 2), 1 + (i % 3));
        same(await writeBox(bench, of, box, i), false, 'read back');
        for (let y = box.y; y < box.y + box.height; y++) {
          const start = (32 * y + box.x) * bytesPerBlock;
          expected.fill(i, start, start + box.width * bytesPerBlock);
        }
        if (i % 11 === 0) {
          await sample(bench, of);
        }
      }
      const bytes = await readAll(bench, of);
      same(
        bytes.findIndex((byte, at) => byte !== expected[at]),
        -1,
        of.layout.format.name,
      );
    }
  },

  'boxes of depth and of samples, which go up whole, are read back for': async (open) => {
    const bench = await open();
    for (const of of [
      freeable('D24_UNORM_S8_UINT', 8, {}, noise),
      freeable('B5G6R5_UNORM', 8, { samples: 4 }, noise),
    ]) {
      await sample(bench, of);
      same(of.isFreed, true, 'freed');
      same(await writeBox(bench, of, boxAt(1, 1), 9), true, 'read back');
      await sample(bench, of);
      const { bytesPerBlock } = of.layout.format;
      const start = 9 * bytesPerBlock;
      const bytes = await readAll(bench, of);
      const isRight = bytes.every(
        (byte, at) => byte === (at >= start && at < start + bytesPerBlock ? 9 : noise(at)),
      );
      same(isRight, true, of.layout.format.name);
    }
  },

  'a box that comes while its subresource is read back is not lost': async (open) => {
    const bench = await open();
    const of = freeable('B5G6R5_UNORM', 8, {}, noise);
    await sample(bench, of);
    of.renewImage!();
    const reading = bench.renderer.imageNeeded(of, 0);
    await writeBox(bench, of, boxAt(2, 3), 9);
    await reading;
    const bytes = await readAll(bench, of);
    const isRight = bytes.every((byte, at) => byte === (at >= 52 && at < 54 ? 9 : noise(at)));
    same(isRight, true, 'all');
  },

  'a stream of updates makes freed bytes again once in 64 submissions': async (open) => {
    const bench = await open();
    const of = freeable('B5G6R5_UNORM', 8);
    for (let i = 0; i < 256; i++) {
      await sample(bench, of);
      of.renewImage!();
      of.ownImage.fill(i);
      bench.renderer.imageWritten(of, 0);
    }
    same(of.frees >= 2 && of.frees <= 5, true, `freed ${of.frees} times`);
  },

  'a look at many freed surfaces ends: none is freed again meanwhile': async (open) => {
    const bench = await open();
    const many = Array.from({ length: 80 }, () => freeable('B5G6R5_UNORM', 4, {}, noise));
    for (const of of many) {
      await sample(bench, of);
      same(of.isFreed, true, 'freed');
    }
    for (const of of many) {
      await readAll(bench, of);
    }
    same(many.filter(({ isFreed }) => isFreed).length, 0, 'freed');
  },

  'a lost device is told to the surfaces of which it had bytes alone': async (open) => {
    const other = await open();
    const bench = await open({ requestDevice: () => Promise.resolve(other.device) });
    const freed = freeable('B5G6R5_UNORM', 8, {}, noise);
    const kept = freeable('R8G8B8A8_UNORM', 8, {}, noise);
    await sample(bench, freed);
    await sample(bench, kept);
    same([freed.isFreed, kept.isFreed], [true, false], 'freed');
    bench.device.destroy();
    await bench.device.lost;
    await rest(bench);
    same([freed.losses, kept.losses], [1, 0], 'losses');
    same(bench.renderer.imageNeeded(freed, 0), undefined, 'nothing to read');
    // The device loads it again.
    freed.renewImage!();
    freed.ownImage.fill(9);
    bench.renderer.imageWritten(freed);
    await sample(bench, freed);
    same(freed.isFreed, true, 'freed again');
    same(new Set(await readAll(bench, freed)).size, 1, 'its bytes');
  },

  'a device loads again from guest memory what a lost GPU alone had of it': async (open) => {
    const other = await open();
    const bench = await open({ requestDevice: () => Promise.resolve(other.device) });
    const guest = new ContractGuest(bench.renderer, 0);
    await guest.start();
    const size = { width: 8, height: 8, depth: 1, arraySize: 0, numMipLevels: 2 };
    const plain = { surfaceFlags: 0, multisampleCount: 0, autogenFilter: 0 };
    const { id: format } = formatByName('B5G6R5_UNORM')!;
    const memory = await guest.defineMob(1, 1);
    memory.set(Array.from({ length: 128 }, (_, at) => noise(at)));
    await guest.must('DEFINE_GB_SURFACE_V2', { sid: 1, format, ...size, ...plain });
    await guest.must('BIND_GB_SURFACE', { sid: 1, mobid: 1 });
    const { TEXTURE2D } = SVGA3D_RESOURCE;
    const mips = { mostDetailedMip: 0, firstArraySlice: 0, mipLevels: 2, arraySize: 1 };
    const view = { shaderResourceViewId: 0, sid: 1, format, resourceDimension: TEXTURE2D, ...mips };
    await guest.must('DX_DEFINE_SHADERRESOURCE_VIEW', view);
    await guest.must('DX_GENMIPS', { shaderResourceViewId: 0 });
    await rest(bench);
    // No update tells the device of it: only a load shows it.
    memory.fill(3, 0, 128);
    bench.device.destroy();
    await bench.device.lost;
    await rest(bench);
    const image = await guest.look((device) => device.surfaceImage(1)!.slice());
    same([...new Set(image.subarray(0, 128))], [3], 'as it is then');
    same([...new Set(image.subarray(128, 160))], [0], 'mips were drawn');
  },

  'bytes stay where the memory of the GPU is tight, and come again where a texture has no room': async (
    open,
  ) => {
    const bench = await open({ maxGpuBytes: 2 ** 16 });
    const of = freeable('B5G6R5_UNORM', 64);
    clear(bench, of);
    await rest(bench);
    same(of.isFreed, true, 'freed');
    for (let i = 0; i < 8; i++) {
      await bench.fill(colorShader(0, 1, 0, 1), surface('R8G8B8A8_UNORM', 64, 64));
    }
    same([...of.ownImage.subarray(0, 2)], [0, 0xf8], 'its bytes');
    const late = freeable('B5G6R5_UNORM', 64);
    await sample(bench, late);
    same(late.isFreed, false, 'kept');
    same((await bench.read(of))[1], 0xf8, 'read');
  },
};
