import type { DawnProcess } from '@cg/dawn';
import { afterAll, describe, expect, it } from 'vitest';
import type { SamplerState } from '../src/index.js';
import { startShaders } from './dawn/dawn-shaders.js';
import { differences, randomTexture, type TextureCase } from './texture-runs.js';
import { usualCases } from './usual-cases.js';

const { processes, missing } = await startShaders();
const real = processes.filter(({ adapter }) => adapter.isReal);
afterAll(() => processes.forEach((dawn) => dawn.kill()));

it('finds a driver for Dawn', ({ skip }) => {
  if (real.length === 0) {
    skip([...new Set(missing)].join('; '));
  }
  expect(real).toHaveLength(1);
});

const flat = {
  dimension: '2d',
  declares: 'texture2d',
  width: 7,
  height: 5,
  layers: 1,
  levelCount: 3,
} as const;
const texture2d = randomTexture(1, { ...flat, kind: 'float' });
const array2d = randomTexture(2, {
  ...flat,
  kind: 'float',
  dimension: '2d-array',
  declares: 'texture2darray',
  layers: 3,
});
const texture1d = randomTexture(3, { ...flat, kind: 'float', declares: 'texture1d', height: 1 });
const array1d = randomTexture(4, {
  ...flat,
  kind: 'float',
  declares: 'texture1darray',
  dimension: '2d-array',
  height: 1,
  layers: 3,
});
const volume = randomTexture(5, {
  ...flat,
  kind: 'float',
  declares: 'texture3d',
  dimension: '3d',
  layers: 4,
});
const cube = randomTexture(6, {
  ...flat,
  kind: 'float',
  declares: 'texturecube',
  dimension: 'cube',
  width: 4,
  height: 4,
  layers: 6,
});
const cubes = randomTexture(7, {
  ...flat,
  kind: 'float',
  declares: 'texturecubearray',
  dimension: 'cube-array',
  width: 4,
  height: 4,
  layers: 12,
});
const depth = randomTexture(8, { ...flat, kind: 'depth', levelCount: 1 });
const signed = randomTexture(9, { ...flat, kind: 'sint' });
const unsigned = randomTexture(10, {
  ...flat,
  kind: 'uint',
  dimension: '2d-array',
  declares: 'texture2darray',
  layers: 2,
});
const samples = randomTexture(11, {
  ...flat,
  kind: 'float',
  declares: 'texture2dms',
  samples: 4,
  levelCount: 1,
});

/** Texel coordinates from two outside to some beyond, the level in w. */
const integers = (level: string): string => `add r0.xyzw, v0.xyxy, l(-2.0, -2.0, -3.0, 0)
ftoi r0.xyzw, r0.xyzw
mov r0.w, l(${level})`;
/** Texture coordinates in v0 times a step, from -0.6 on: never on the edge of a texel. */
const floats = (step: number): string =>
  `mad r0.xyzw, v0.xyxy, l(${step}, ${step}, ${step / 3}, ${step / 2}), l(-0.613, -0.587, -0.571, 0.0123)`;

const repeat: SamplerState = { address: ['repeat', 'mirror-repeat', 'repeat'] };
const linear: SamplerState = { ...repeat, magLinear: true, minLinear: true, mipLinear: true };
const NEAR = 1 / 64;

const cases: Record<string, TextureCase> = {};
for (const [name, one] of Object.entries({
  texture2d,
  array2d,
  texture1d,
  array1d,
  volume,
  signed,
  unsigned,
})) {
  for (const level of ['0', '1', '3', '-1']) {
    cases[`ld ${name}, level ${level}: texels beyond the edges are 0`] = {
      code: `${integers(level)}\nld o0.xyzw, r0.xyzw, t0.xyzw`,
      textures: { 0: one },
    };
  }
  cases[`ld ${name} with offsets`] = {
    code: `${integers('1')}\nld_aoffimmi(-3,2,1) o0.xyzw, r0.xyzw, t0.wzyx`,
    textures: { 0: one },
  };
}
for (const [name, one] of Object.entries({ texture2d, array2d, texture1d, array1d, volume, cube, cubes })) {
  for (const returns of ['', '_rcpFloat', '_uint']) {
    cases[`resinfo${returns} ${name}`] = {
      code: `ftou r0.x, v0.x\nresinfo${returns} o0.xyzw, r0.x, t0.xyzw`,
      textures: { 0: one },
    };
  }
}
for (const [name, one] of Object.entries({ texture2d, array2d, texture1d, array1d, volume })) {
  const textures = { 0: one };
  for (const [kind, state, within] of [
    ['nearest', repeat, 0],
    ['linear', linear, NEAR],
  ] as const) {
    const samplers = { 0: state };
    cases[`sample ${name} ${kind}`] = {
      code: `${floats(0.0713)}\nsample o0.xyzw, r0.xyzw, t0.xyzw, s0`,
      textures,
      samplers,
      within,
    };
    cases[`sample_l ${name} ${kind}`] = {
      code: `${floats(0.0713)}\nmul r1.x, v0.x, l(0.17)\nsample_l o0.xyzw, r0.xyzw, t0.yzwx, s0, r1.x`,
      textures,
      samplers,
      within,
    };
    cases[`sample_l ${name} ${kind} with a bias and offsets`] = {
      code: `${floats(0.0713)}\nsample_l_aoffimmi(3,-2,1) o0.xyz, r0.xyzw, t0.xyzw, s0, l(1.2)`,
      textures,
      samplers: { 0: { ...state, lodBias: 0.6 } },
      within,
    };
  }
  cases[`sample_b ${name}`] = {
    code: `${floats(0.0713)}\nsample_b o0.xyzw, r0.xyzw, t0.xyzw, s0, l(8.0)`,
    textures,
    samplers: { 0: repeat },
  };
  cases[`sample_d ${name}`] = {
    code: `${floats(0.0713)}\nsample_d o0.xyzw, r0.xyzw, t0.xyzw, s0, l(0.3, 0, 0, 0), l(0, 0.1, 0, 0)`,
    textures,
    samplers: { 0: repeat },
  };
}
/** Directions all around. */
const directions = `mad r0.xyz, v0.xyxx, l(0.31, 0.27, -0.19, 0), l(-2.51, -2.19, 1.53, 0)
mul r0.w, v0.y, l(0.123)
sincos r1.x, null, r0.w
mad r0.z, r1.x, l(2.1), r0.z
mad r0.w, v0.y, l(0.21), l(-0.7)`;
cases['sample_l cube'] = {
  code: `${directions}\nsample_l o0.xyzw, r0.xyzw, t0.xyzw, s0, l(0.7)`,
  textures: { 0: cube },
  samplers: { 0: {} },
};
cases['sample_l cube array'] = {
  code: `${directions}\nsample_l o0.xyzw, r0.xyzw, t0.xyzw, s0, l(0.7)`,
  textures: { 0: cubes },
  samplers: { 0: {} },
};
cases['a view with other components'] = {
  code: `${floats(0.0713)}\nsample_l o0.xyzw, r0.xyzw, t0.xyzw, s0, l(0)`,
  textures: { 0: { ...texture2d, components: 'b0r1' } },
  samplers: { 0: repeat },
};
cases['ld of a view with other components'] = {
  code: `${integers('0')}\nld o0.xyzw, r0.xyzw, t0.xyzw`,
  textures: { 0: { ...signed, components: 'a1g0' } },
};
for (const component of 'xyzw') {
  cases[`gather4 ${component}`] = {
    code: `${floats(0.0713)}\ngather4_aoffimmi(1,-1,0) o0.xyzw, r0.xyzw, t0.xyzw, s0.${component}`,
    textures: { 0: array2d },
    samplers: { 0: repeat },
  };
}
cases['gather4 of integers'] = {
  code: `${floats(0.0713)}\ngather4 o0.xyzw, r0.xyzw, t0.xyzw, s0.y`,
  textures: { 0: signed },
  samplers: { 0: repeat },
};
cases['sample of depth'] = {
  code: `${floats(0.0713)}\nsample o0.xyzw, r0.xyzw, t0.xyzw, s0`,
  textures: { 0: depth },
  samplers: { 0: repeat },
};
const comparisons = [
  'less',
  'less-equal',
  'equal',
  'greater',
  'not-equal',
  'greater-equal',
  'always',
  'never',
] as const;
for (const compare of comparisons) {
  const samplers = { 0: { ...repeat, compare } };
  cases[`sample_c_lz ${compare}`] = {
    code: `${floats(0.0713)}\nmad r1.x, v0.x, l(0.125), l(-0.25)\nsample_c_lz o0.xyzw, r0.xyzw, t0.xxxx, s0, r1.x`,
    textures: { 0: { ...depth, normalized: true } },
    samplers,
  };
}
cases['sample_c linear'] = {
  code: `${floats(0.0713)}\nsample_c o0.xyzw, r0.xyzw, t0.xxxx, s0, l(0.5)`,
  textures: { 0: depth },
  samplers: { 0: { ...linear, compare: 'less' } },
  within: NEAR,
};
for (const mode of ['clamp-to-edge', 'repeat', 'mirror-repeat', 'mirror-once', 'border'] as const) {
  const address = [mode, mode, mode] as const;
  const borderColor = [7, 0xfffffffe, 3, 4] as const;
  cases[`sample of integers, ${mode}`] = {
    code: `${floats(0.3)}\nsample o0.xyzw, r0.xyzw, t0.xyzw, s0`,
    textures: { 0: signed },
    samplers: { 0: { address, borderColor } },
  };
  cases[`sample_l of integers, ${mode}, offsets`] = {
    code: `${floats(0.0713)}\nsample_l_aoffimmi(2,-3,0) o0.xyzw, r0.xyzw, t0.xyzw, s0, l(1.0)`,
    textures: { 0: unsigned },
    samplers: { 0: { address, borderColor } },
  };
}
for (const [name, one] of Object.entries({ texture2d, array2d, texture1d, volume })) {
  for (const isLinear of [false, true]) {
    const filters = { magLinear: isLinear, minLinear: isLinear, mipLinear: isLinear };
    const state: SamplerState = {
      ...filters,
      address: ['border', 'border', 'border'],
      borderColor: [3, -1, 0.5, 1],
    };
    const within = isLinear ? NEAR : 0;
    const rest = { textures: { 0: one }, samplers: { 0: state }, within };
    cases[`border ${name}, ${isLinear ? 'linear' : 'nearest'}`] = {
      code: `${floats(0.0713)}\nsample_l o0.xyzw, r0.xyzw, t0.xyzw, s0, l(0)`,
      ...rest,
    };
    cases[`border ${name}, ${isLinear ? 'linear' : 'nearest'}, by derivatives`] = {
      code: `${floats(0.1713)}\nsample o0.xyzw, r0.xyzw, t0.xyzw, s0`,
      ...rest,
    };
    cases[`border ${name} in one direction, ${isLinear ? 'linear' : 'nearest'}, level 0.7, offsets`] = {
      code: `${floats(0.0713)}\nsample_l_aoffimmi(2,-1,1) o0.xyzw, r0.xyzw, t0.xyzw, s0, l(0.7)`,
      ...rest,
      samplers: { 0: { ...state, address: ['border', 'repeat', 'clamp-to-edge'] } },
    };
    for (const level of [0, 3]) {
      cases[`border ${name}, ${isLinear ? 'linear' : 'nearest'}, level ${level} limited to 0.25 to 0.75`] = {
        code: `${floats(0.0713)}\nsample_l o0.xyzw, r0.xyzw, t0.xyzw, s0, l(${level})`,
        ...rest,
        samplers: { 0: { ...state, minLod: 0.25, maxLod: 0.75 } },
      };
    }
    for (const step of [0.0713, 0.1713]) {
      cases[`mirrored once ${name}, ${isLinear ? 'linear' : 'nearest'}, step ${step}`] = {
        code: `${floats(step)}\nsample o0.xyzw, r0.xyzw, t0.xyzw, s0`,
        ...rest,
        samplers: { 0: { ...state, address: ['mirror-once', 'border', 'mirror-once'] } },
      };
    }
  }
}
// Coordinates on the edges of texels, where texel -1 is the mirrored one of texel 0, also of sides by which not every
// offset can be divided exactly.
const sides = { width: 24, height: 8, kind: 'float' } as const;
const rows = { declares: 'texture1darray', dimension: '2d-array', height: 1, layers: 3 } as const;
const edged = {
  texture2d: randomTexture(12, { ...flat, ...sides }),
  array1d: randomTexture(13, { ...flat, ...sides, ...rows }),
  volume: randomTexture(14, { ...flat, ...sides, declares: 'texture3d', dimension: '3d', layers: 4 }),
  depth: randomTexture(15, { ...flat, ...sides, kind: 'depth', levelCount: 1 }),
};
const addresses: Readonly<Record<string, NonNullable<SamplerState['address']>>> = {
  'mirrored once': ['mirror-once', 'mirror-once', 'mirror-once'],
  border: ['border', 'border', 'border'],
  'in three ways': ['mirror-once', 'mirror-repeat', 'border'],
};
for (const [name, one] of Object.entries(edged)) {
  for (const [how, address] of Object.entries(addresses)) {
    for (const [level, offsets] of [
      [0, ''],
      [0, '_aoffimmi(-1,-1,-1)'],
      [1, '_aoffimmi(5,-7,3)'],
    ] as const) {
      // The nearest texel all the same: the first level is not made smaller, and depth not filtered.
      const filters = { minLinear: level === 0, magLinear: one.kind === 'depth' };
      cases[`edges of texels of ${name}, ${how}, sample_l${offsets} of level ${level}`] = {
        code: `mad r0.xyzw, v0.xyxy, l(0.125, 0.125, 0.125, 0), l(-0.8125, -0.8125, -0.8125, 0)
sample_l${offsets} o0.xyzw, r0.xyzw, t0.xyzw, s0, l(${level})`,
        textures: { 0: one },
        samplers: { 0: { ...filters, address, borderColor: [3, -1, 0.5, 1] } },
      };
    }
  }
}
for (const magLinear of [false, true]) {
  for (const step of [0.0713, 0.1713]) {
    cases[`border, ${magLinear ? 'linear' : 'nearest'} only where the texture is enlarged, step ${step}`] = {
      code: `${floats(step)}\nsample o0.xyzw, r0.xyzw, t0.xyzw, s0`,
      textures: { 0: texture2d },
      samplers: {
        0: {
          magLinear,
          minLinear: !magLinear,
          address: ['border', 'border', 'border'],
          borderColor: [1, 2, 3, 4],
        },
      },
      within: NEAR,
    };
  }
}
const bordered: SamplerState = {
  address: ['border', 'border', 'border'],
  borderColor: [0.75, 0, 0, 0],
};
for (const component of 'xyzw') {
  for (const [name, one] of Object.entries({ texture2d, array2d, signed, depth })) {
    const borderColor = [3, name === 'signed' ? 7 : -1, 2, 5] as const;
    cases[`gather4 ${component} of ${name} with a border`] = {
      code: `${floats(0.0713)}\ngather4_aoffimmi(1,-1,0) o0.xyzw, r0.xyzw, t0.zyxw, s0.${component}`,
      textures: { 0: one },
      samplers: { 0: { ...bordered, borderColor } },
    };
  }
}
cases['gather4 of a view with other components, a border in one direction'] = {
  code: `${floats(0.0713)}\ngather4 o0.xyzw, r0.xyzw, t0.xyzw, s0.z`,
  textures: { 0: { ...texture2d, components: 'g1ar' } },
  samplers: { 0: { address: ['repeat', 'border', 'repeat'], borderColor: [1, 2, 3, 4] } },
};
const shadows = { texture2d, array2d, texture1d, array1d, volume };
for (const [name, one] of Object.entries(shadows)) {
  for (const [kind, state] of Object.entries({
    nearest: repeat,
    linear,
    'with a border': { ...bordered, magLinear: true, minLinear: true },
    'nearest with a border': bordered,
    'linear between levels': { ...repeat, mipLinear: true, minLinear: true, lodBias: 0.4 },
  })) {
    const isNearest = kind.startsWith('nearest');
    cases[`sample_c ${name}, which is no depth, ${kind}`] = {
      code: `${floats(0.1713)}\nmad r1.x, v0.y, l(0.25), l(-2.0)\nsample_c o0.xyzw, r0.xyzw, t0.xxxx, s0, r1.x`,
      textures: { 0: one },
      samplers: { 0: { ...state, compare: 'less-equal' } },
      within: isNearest ? 0 : NEAR,
    };
  }
}
for (const compare of comparisons) {
  const reference = 'ld r1.xyzw, l(3, 2, 0, 0), t0.xyzw';
  cases[`sample_c_lz ${compare} with floats, some of them equal`] = {
    code: `${floats(0.0713)}\n${reference}\nsample_c_lz_aoffimmi(2,-1,0) o0.xyzw, r0.xyzw, t0.xxxx, s0, r1.x`,
    textures: { 0: texture2d },
    samplers: { 0: { ...repeat, compare } },
  };
  cases[`sample_c_lz ${compare} with normalized texels: the reference is clamped`] = {
    code: `${floats(0.0713)}\nmad r1.x, v0.x, l(0.5), l(-2.0)\nsample_c_lz o0.xyzw, r0.xyzw, t0.xxxx, s0, r1.x`,
    textures: { 0: { ...texture2d, normalized: true } },
    samplers: { 0: { ...bordered, borderColor: [1, 0, 0, 0], compare } },
  };
}
for (const magLinear of [false, true]) {
  for (const opcode of ['sample_c', 'sample_c_lz']) {
    cases[`${opcode} of depth, border${magLinear ? ', linear' : ''}`] = {
      code: `${floats(0.0713)}\n${opcode} o0.xyzw, r0.xyzw, t0.xxxx, s0, l(0.5)`,
      textures: { 0: depth },
      samplers: { 0: { ...bordered, magLinear, minLinear: magLinear, compare: 'less' } },
      within: magLinear ? NEAR : 0,
    };
  }
}
cases['sample_c of depth with the bias of a sampler'] = {
  code: `${floats(0.0713)}\nsample_c o0.xyzw, r0.xyzw, t0.xxxx, s0, l(0.5)`,
  textures: { 0: depth },
  samplers: { 0: { ...repeat, lodBias: 1.5, compare: 'less' } },
};
cases['ldms: samples beyond the last are 0'] = {
  code: `${integers('0')}\nftou r1.x, v0.y\nldms o0.xyzw, r0.xyzw, t0.xyzw, r1.x`,
  textures: { 0: samples },
};
cases['sampleinfo, samplepos'] = {
  code: `ftou r1.x, v0.y\nsamplepos r0.xyzw, t0.xyzw, r1.x\nsampleinfo r1.xyzw, t0.xyzw\nadd o0.xyzw, r0.xyzw, r1.xxxx`,
  textures: { 0: samples },
};
cases['sample in divergent flow, explicit'] = {
  code: `${floats(0.0713)}
lt r1.x, v0.x, v0.y
if_nz r1.x
sample_l o0.xyzw, r0.xyzw, t0.xyzw, s0, l(0)
else
ld o0.xyzw, l(1, 1, 0, 0), t0.xyzw
endif`,
  textures: { 0: texture2d },
  samplers: { 0: repeat },
};

describe.each(real)('on $adapter.name', (dawn: DawnProcess) => {
  it.for(usualCases(Object.entries(cases)))('%s', async ([name, one], { skip }) => {
    // findings/llvmpipe-level-sizes.sh
    const isOneSize = dawn.adapter.name.includes('llvmpipe') && name.startsWith('resinfo');
    skip(isOneSize, 'lavapipe has one size for the levels of all pixels');
    const wrong = await differences(dawn, one);
    expect(wrong.slice(0, 4), `${wrong.length} components`).toEqual([]);
  });
});
