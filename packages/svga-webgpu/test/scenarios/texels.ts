import { formatByName } from '@cg/surface-layout';
import type { PipelineState, SamplerState } from '@cg/svga-device';
import { plainCall, plainDepthStencil } from '@cg/svga-device/renderer-contract';
import {
  colorShader,
  fullState,
  same,
  stage,
  surface,
  target,
  texture,
  type Bench,
  type Scenario,
  type TestSurface,
} from './bench.js';

/** Loads the texel of the same place. */
const loadShader = (returns = 'float', type = 'texture2d') => `ps_4_0
dcl_input_ps_siv linear noperspective v0.xy, position
dcl_output o0.xyzw
dcl_temps 1
dcl_resource_${type} (${returns},${returns},${returns},${returns}) t0
ftoi r0.xy, v0.xyxx
mov r0.zw, l(0, 0, 0, 0)
ld o0.xyzw, r0.xyzw, t0.xyzw
ret
`;

export const nearest: SamplerState = {
  filter: 0,
  addressU: 3,
  addressV: 3,
  addressW: 3,
  mipLODBias: 0,
  maxAnisotropy: 1,
  comparisonFunc: 8,
  borderColorR: 0,
  borderColorG: 0,
  borderColorB: 0,
  borderColorA: 0,
  minLOD: 0,
  maxLOD: 15,
} as SamplerState;

/** What a shader reads of the texels of a surface, as words of four components each. */
async function read(
  bench: Bench,
  of: TestSurface,
  kind: 'FLOAT' | 'UINT' | 'SINT',
  as?: string,
): Promise<ArrayLike<number>> {
  const { width, height } = of.layout.description;
  const into = surface(`R32G32B32A32_${kind}`, width, height);
  const views = [texture(of, as === undefined ? {} : { as })];
  await bench.fill(stage(loadShader(kind.toLowerCase()), { views }), into);
  const { buffer: words } = await bench.read(into);
  return kind === 'FLOAT'
    ? new Float32Array(words)
    : kind === 'UINT'
      ? new Uint32Array(words)
      : new Int32Array(words);
}

const near = (actual: ArrayLike<number>, expected: readonly number[], what: string): void => {
  const isNear = expected.every(
    (value, i) => Math.abs(actual[i] - value) <= 1e-6 * Math.max(1, Math.abs(value)),
  );
  same(isNear ? 'as expected' : Array.from(actual), isNear ? 'as expected' : expected, what);
};

/** Texels of two in a row, and what shaders read. */
const sampled: readonly (readonly [format: string, bytes: readonly number[], texels: readonly number[]])[] = [
  ['R8_UNORM', [51, 255], [0.2, 0, 0, 1, 1, 0, 0, 1]],
  ['A8_UNORM', [51, 255], [0, 0, 0, 0.2, 0, 0, 0, 1]],
  ['R8G8B8A8_UNORM', [0, 51, 102, 153, 255, 0, 0, 0], [0, 0.2, 0.4, 0.6, 1, 0, 0, 0]],
  ['B8G8R8A8_UNORM', [0, 51, 102, 153, 255, 0, 0, 0], [0.4, 0.2, 0, 0.6, 0, 0, 1, 0]],
  ['B8G8R8X8_UNORM', [0, 51, 102, 153, 255, 0, 0, 7], [0.4, 0.2, 0, 1, 0, 0, 1, 1]],
  ['R8G8B8A8_SNORM', [0x81, 0x7f, 0, 0x80, 127, 0, 0, 0], [-1, 1, 0, -1, 1, 0, 0, 0]],
  ['B5G6R5_UNORM', [0x1f, 0, 0, 0xf8], [0, 0, 1, 1, 1, 0, 0, 1]],
  ['B5G5R5A1_UNORM', [0x1f, 0x80, 0, 0x7c], [0, 0, 1, 1, 1, 0, 0, 0]],
  ['R16_UNORM', [0xff, 0xff, 0x33, 0x33], [1, 0, 0, 1, 0.2, 0, 0, 1]],
  ['R16G16_SNORM', [0xff, 0x7f, 0x01, 0x80, 0, 0, 0, 0x80], [1, -1, 0, 1, 0, -1, 0, 1]],
  ['R16_FLOAT', [0, 0x3c, 0, 0xc0], [1, 0, 0, 1, -2, 0, 0, 1]],
  ['R10G10B10A2_UNORM', [0xff, 0x03, 0, 0xc0, 0, 0, 0xf0, 0x3f], [1, 0, 0, 1, 0, 0, 1, 0]],
  ['BC1_UNORM', [0, 0xf8, 0, 0, 0, 0, 0, 0], [1, 0, 0, 1, 1, 0, 0, 1]],
  ['BC2_UNORM', [0x0f, 0, 0, 0, 0, 0, 0, 0, 0, 0xf8, 0, 0, 0, 0, 0, 0], [1, 0, 0, 1, 1, 0, 0, 0]],
  ['BC3_UNORM', [255, 0, 8, 0, 0, 0, 0, 0, 0, 0xf8, 0, 0, 0, 0, 0, 0], [1, 0, 0, 1, 1, 0, 0, 0]],
  ['BC4_UNORM', [255, 0, 8, 0, 0, 0, 0, 0], [1, 0, 0, 1, 0, 0, 0, 1]],
  ['BC5_SNORM', [127, 0x81, 8, 0, 0, 0, 0, 0, 0x81, 127, 0, 0, 0, 0, 0, 0], [1, -1, 0, 1, -1, -1, 0, 1]],
];

/** Targets, a colour of four components, and the bytes of a texel. */
const rendered: readonly (readonly [
  format: string,
  color: readonly [number, number, number, number],
  bytes: readonly number[],
])[] = [
  ['R8G8B8A8_UNORM', [1, 0.2, 0, 0.6], [255, 51, 0, 153]],
  ['B8G8R8A8_UNORM', [1, 0.2, 0, 0.6], [0, 51, 255, 153]],
  ['A8_UNORM', [1, 0.2, 0, 0.6], [153]],
  ['R8G8_UNORM', [1, 0.2, 0, 0.6], [255, 51]],
  ['B5G6R5_UNORM', [1, 0, 1, 0], [0x1f, 0xf8]],
  ['B5G5R5A1_UNORM', [1, 0, 1, 0], [0x1f, 0x7c]],
  ['R16G16B16A16_FLOAT', [1, -2, 0.5, 0], [0, 0x3c, 0, 0xc0, 0, 0x38, 0, 0]],
  ['R10G10B10A2_UNORM', [1, 0, 0, 1], [0xff, 0x03, 0, 0xc0]],
  ['R11G11B10_FLOAT', [1, 0, 0, 1], [0xc0, 0x03, 0, 0]],
  ['R8G8B8A8_UNORM_SRGB', [1, 0.21586, 0, 0.6], [255, 128, 0, 153]],
];

export const texelScenarios: Record<string, Scenario> = {
  'formats as shaders read them': async (open) => {
    for (const without of [[], ['texture-compression-bc', 'texture-formats-tier1', 'float32-filterable']]) {
      const bench = await open({ without });
      for (const [format, bytes, texels] of sampled) {
        const of = surface(format, 2);
        of.ownImage.set(bytes);
        near(await read(bench, of, 'FLOAT'), texels, format);
      }
    }
  },

  'formats as targets': async (open) => {
    const bench = await open();
    for (const [format, color, bytes] of rendered) {
      const of = surface(format, 3, 2);
      await bench.fill(colorShader(...color), of);
      const expected = Array.from({ length: 6 }, () => bytes).flat();
      same(await bench.read(of), expected, format);
    }
  },

  'typeless texels as sRGB and as they are': async (open) => {
    const bench = await open();
    const of = surface('R8G8B8A8_TYPELESS', 4, 4);
    await bench.fill(colorShader(0.21586, 0, 0, 1), target(of, { as: 'R8G8B8A8_UNORM_SRGB' }));
    near(await read(bench, of, 'FLOAT', 'R8G8B8A8_UNORM'), [128 / 255, 0, 0, 1], 'unorm');
    same(Math.abs((await read(bench, of, 'FLOAT', 'R8G8B8A8_UNORM_SRGB'))[0] - 0.21586) < 1e-3, true, 'srgb');
  },

  'blocks of sRGB are linear light': async (open) => {
    const bench = await open();
    for (const [name, before] of [
      ['BC1_UNORM_SRGB', 0],
      ['BC2_UNORM_SRGB', 8],
      ['BC3_UNORM_SRGB', 8],
    ] as const) {
      const of = surface(name, 4, 4);
      // Two equal colours: red of 16/31.
      of.ownImage.set([0, 0x80, 0, 0x80], before);
      const [red] = Array.from(await read(bench, of, 'FLOAT'));
      same(Math.abs(red - 0.2296) < 0.01, true, `${name}: ${red}`);
    }
  },

  'a view that needs another texture gets the same bits': async (open) => {
    const bench = await open();
    const of = surface('R32_TYPELESS', 4, 4);
    await bench.fill(colorShader(1, 0, 0, 1), target(of, { as: 'R32_FLOAT' }));
    same((await read(bench, of, 'UINT', 'R32_UINT'))[0], 0x3f800000, 'bits');
    same([...(await bench.read(of)).subarray(0, 4)], [0, 0, 0x80, 0x3f], 'bytes');
  },

  'depth goes up, is tested, sampled and comes back': async (open) => {
    for (const without of [[], ['depth32float-stencil8']]) {
      const bench = await open({ without });
      for (const format of ['D16_UNORM', 'D24_UNORM_S8_UINT', 'D32_FLOAT', 'D32_FLOAT_S8X24_UINT']) {
        const depth = surface(format, 4, 1);
        const view = new DataView(depth.ownImage.buffer);
        for (const [i, value] of [0, 0.25, 0.75, 1].entries()) {
          if (format === 'D16_UNORM') {
            view.setUint16(2 * i, Math.round(value * 0xffff), true);
          } else if (format === 'D24_UNORM_S8_UINT') {
            view.setUint32(4 * i, (Math.round(value * 0xffffff) | (i << 24)) >>> 0, true);
          } else {
            view.setFloat32((format === 'D32_FLOAT' ? 4 : 8) * i, value, true);
            if (format !== 'D32_FLOAT') {
              view.setUint32(8 * i + 4, i, true);
            }
          }
        }
        const before = depth.ownImage.slice();
        const picture = surface('R8_UNORM', 4, 1);
        const state: Partial<PipelineState> = {
          depthTarget: { ...target(depth), depthReadOnly: false, stencilReadOnly: false },
          depthStencil: { ...plainDepthStencil, depthEnable: 1, depthWriteMask: 0, depthFunc: 5 },
        };
        await bench.fill(colorShader(1, 0, 0, 1), picture, state);
        same(await bench.read(picture), [255, 255, 0, 0], `${format} greater`);
        same(await bench.read(depth), before, `${format} comes back`);
        await bench.fill(colorShader(1, 0, 0, 1), picture, {
          ...state,
          depthStencil: { ...plainDepthStencil, depthEnable: 1, depthWriteMask: 1, depthFunc: 5 },
        });
        same(
          (await bench.read(depth)).slice(before.length / 2),
          before.slice(before.length / 2),
          `${format} is kept`,
        );
        const sampledAs = {
          D16_UNORM: 'R16_UNORM',
          D24_UNORM_S8_UINT: 'R24_UNORM_X8',
          D32_FLOAT: 'R32_FLOAT',
          D32_FLOAT_S8X24_UINT: 'R32_FLOAT_X8X24',
        }[format]!;
        const texels = await read(bench, depth, 'FLOAT', sampledAs);
        same(
          [0, 4, 8, 12].map((i) => Math.round(texels[i] * 1000) / 1000),
          [0.5, 0.5, 0.75, 1],
          `${format} sampled`,
        );
        if (format === 'D24_UNORM_S8_UINT') {
          same(
            [1, 5, 9, 13].map(
              (
                (words) => (i: number) =>
                  words[i]
              )(await read(bench, depth, 'UINT', 'X24_G8_UINT')),
            ),
            [0, 1, 2, 3],
            'stencil sampled',
          );
        }
      }
    }
  },

  'samples: drawn to, read back, written, loaded': async (open) => {
    const bench = await open();
    const of = surface('R8G8B8A8_UNORM', 4, 4, { samples: 4 });
    await bench.fill(colorShader(1, 0.2, 0, 1), of, { sampleMask: 5 });
    await bench.read(of);
    const { sheetBytes } = of.layout;
    same(
      [0, 1, 2, 3].map((sheet) => of.ownImage[sheet * sheetBytes]),
      [255, 0, 255, 0],
      'sheets',
    );
    of.ownImage.fill(51, sheetBytes, 2 * sheetBytes);
    bench.renderer.imageWritten(of);
    const into = surface('R8G8B8A8_UNORM', 4, 4);
    const load = `ps_4_1
dcl_input_ps_siv linear noperspective v0.xy, position
dcl_output o0.xyzw
dcl_temps 1
dcl_resource_texture2dms(4) (float,float,float,float) t0
ftoi r0.xy, v0.xyxx
mov r0.zw, l(0, 0, 0, 0)
ldms o0.xyzw, r0.xyzw, t0.xyzw, l(1)
ret
`;
    await bench.fill(stage(load, { views: [texture(of)] }), into);
    same([...(await bench.read(into)).subarray(0, 4)], [51, 51, 51, 51], 'sample 1');
  },

  'only the boxes that have changed go up': async (open) => {
    const bench = await open();
    const of = surface('R8G8B8A8_UNORM', 8, 8);
    await read(bench, of, 'FLOAT');
    of.ownImage.fill(255);
    bench.renderer.imageWritten(of, 0, { x: 2, y: 3, z: 0, width: 2, height: 1, depth: 1 });
    bench.renderer.imageWritten(of, 0, { x: 3, y: 3, z: 0, width: 2, height: 2, depth: 1 });
    const texels = await read(bench, of, 'FLOAT');
    const set = Array.from({ length: 64 }, (_, i) => (texels[4 * i] > 0 ? i : -1)).filter((i) => i >= 0);
    same(set, [26, 27, 28, 34, 35, 36], 'the hull of both boxes');
  },

  'mips, layers and volumes': async (open) => {
    const bench = await open();
    const array = surface('R8_UINT', 4, 4, { layers: 3, mipLevels: 3 });
    for (let layer = 0; layer < 3; layer++) {
      const view = target(array, { mip: 1, firstLayer: layer });
      const shade = colorShader(0, 0, 0, 0).replace('l(0.0, 0.0, 0.0, 0.0)', `l(${layer + 7}, 0, 0, 0)`);
      await bench.fill(shade, view);
      same([...new Set(await bench.read(array, 3 * layer + 1))], [layer + 7], `layer ${layer}`);
    }
    const volume = surface('R8_UNORM', 4, 4, { depth: 4 });
    await bench.fill(colorShader(1, 0, 0, 0), target(volume, { firstLayer: 2, dimension: 4 }));
    const bytes = await bench.read(volume);
    same(
      [0, 16, 32, 48].map((i) => bytes[i]),
      [0, 0, 255, 0],
      'slices',
    );
  },

  'a format of buffers alone is no texture': async (open) => {
    const bench = await open();
    const { caps } = bench.renderer;
    same(caps.format(formatByName('R32G32B32_FLOAT')!).sample, false, 'sampled');
    same(caps.format(formatByName('R32G32B32_FLOAT')!).vertex, true, 'fetched');
    same(caps.format(formatByName('B8G8R8X8_UNORM')!).blend, true, 'blended');
    same(caps.format(formatByName('D24_UNORM_S8_UINT')!).depth, true, 'depth');
    const picture = surface('R8_UNORM', 2, 2);
    await bench.fill(stage(loadShader(), { views: [texture(surface('R32G32B32_FLOAT', 2, 2))] }), picture);
    same(await bench.read(picture), [0, 0, 0, 0], 'reads 0');
    await bench.draw(fullState(undefined, [target(picture)]), plainCall(4));
  },
};
