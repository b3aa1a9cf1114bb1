import { describe, expect, it } from 'vitest';
import type { LoadRequest, SampleRequest, ShaderResources } from '../src/index.js';
import { f, float, pixels, vertex } from './assemble.js';

/** Resources that note what they are asked for. */
class Notes implements ShaderResources {
  readonly samples: SampleRequest[] = [];
  readonly loads: LoadRequest[] = [];

  sample(request: SampleRequest): [number, number, number, number] {
    this.samples.push(request);
    return [10, 11, 12, 13];
  }

  load(request: LoadRequest): [number, number, number, number] | undefined {
    this.loads.push(request);
    return request.coordinates[0] < 100 ? [20, 21, 22, 23] : undefined;
  }

  size(_: number, level: number) {
    return level > 3 ? undefined : { width: 8 >> level, height: 4, depth: 2, layers: 6, levels: 4 };
  }

  sampleCount(resource: number | 'rasterizer'): number {
    return resource === 'rasterizer' ? 4 : 8;
  }

  samplePosition(_: number | 'rasterizer', sample: number): readonly [number, number] | undefined {
    return sample < 4 ? [0.25, -0.125] : undefined;
  }
}

const head = (dimension: string) => `
  dcl_output o0.xyzw
  dcl_temps 2
  dcl_resource_${dimension} (float,float,float,float) t2
  dcl_sampler s1, mode_default
`;

/** What one instruction in a vertex shader asks for, and its result. */
function inVertex(dimension: string, instruction: string, inputs: readonly number[] = []) {
  const resources = new Notes();
  const result = vertex(`${head(dimension)}${instruction}`, inputs, { resources }, 'vs_5_0');
  return { ...resources, result, sampled: resources.samples[0], loaded: resources.loads[0] };
}

describe('samples', () => {
  it('in a quad the derivatives are those of its coordinates', () => {
    const quad = [
      [f(0), f(0), f(7)],
      [f(1), f(0), f(7)],
      [f(0), f(3), f(7)],
      [f(5), f(3), f(7)],
    ];
    const ask = (isFine: boolean) => {
      const resources = new Notes();
      pixels(`${head('texture2darray')}sample o0.xyzw, v0.xyzw, t2.xyzw, s1`, quad, { resources }, isFine);
      return resources.samples;
    };
    const coarse = ask(false);
    expect(coarse).toHaveLength(4);
    expect(coarse[3]).toEqual({
      operation: 'sample',
      resource: 2,
      dimension: 'TEXTURE2DARRAY',
      sampler: 1,
      coordinates: [5, 3, 7, 0],
      ddx: [1, 0, 0, 0],
      ddy: [0, 3, 0, 0],
      lod: undefined,
      bias: 0,
      reference: 0,
      offsets: [0, 0, 0],
      component: 0,
    });
    const fine = ask(true);
    expect(fine[3]).toMatchObject({ ddx: [5, 0, 0, 0], ddy: [4, 3, 0, 0] });
    expect(fine[0]).toMatchObject({ ddx: [1, 0, 0, 0], ddy: [0, 3, 0, 0] });
  });

  it('derivatives are those of before the result overwrites the coordinates', () => {
    for (const isFine of [false, true]) {
      const resources = new Notes();
      const quad = [[f(0)], [f(1)], [f(0)], [f(1)]];
      const overwriting = `${head('texture1d')}mov r0.xyzw, v0.xyzw\nsample r0.xyzw, r0.xxxx, t2.xyzw, s1`;
      pixels(overwriting, quad, { resources }, isFine);
      expect(resources.samples.map(({ ddx, ddy }) => [ddx![0], ddy![0]])).toEqual(
        [1, 2, 3, 4].map(() => [1, 0]),
      );
    }
  });

  it('the resource operand swizzles the result', () => {
    const { result } = inVertex('texture2d', 'sample o0.xzw, v0.xyzw, t2.wzyx, s1');
    expect(result).toEqual([13, 0, 11, 10]);
  });

  it.each([
    ['sample', '', { operation: 'sample', lod: 0 }],
    ['sample_l', ', l(2.5)', { operation: 'sample', lod: 2.5 }],
    ['sample_b', ', l(2.5)', { operation: 'sample', lod: 0, bias: 2.5 }],
    ['sample_c', ', l(0.5)', { operation: 'compare', lod: 0, reference: 0.5 }],
    ['sample_c_lz', ', l(0.5)', { operation: 'compare', lod: 0, reference: 0.5 }],
    [
      'sample_d',
      ', l(1.0, 2.0, 0, 0), l(3.0, 4.0, 0, 0)',
      { lod: undefined, ddx: [1, 2, 0, 0], ddy: [3, 4, 0, 0] },
    ],
    ['gather4', '', { operation: 'gather', lod: 0, component: 0 }],
    ['gather4_c', ', l(0.5)', { operation: 'gatherCompare', reference: 0.5 }],
  ])('%s in a vertex shader: level 0, but where it is given', (mnemonic, rest, asked) => {
    const { sampled } = inVertex('texture2d', `${mnemonic} o0.xyzw, v0.xyzw, t2.xyzw, s1${rest}`, [f(0.5)]);
    expect(sampled).toMatchObject({ coordinates: [0.5, 0, 0, 0], ...asked });
  });

  it('offsets are in the token, or of six bits in a register; the sampler names the component that is gathered', () => {
    const { sampled } = inVertex('texture2d', 'gather4_aoffimmi(-8,7,0) o0.xyzw, v0.xyzw, t2.xyzw, s1.z');
    expect(sampled).toMatchObject({ offsets: [-8, 7, 0], component: 2 });
    const po = inVertex('texture2d', 'gather4_po o0.xyzw, v0.xyzw, l(31, 32, 0, 0), t2.xyzw, s1.y');
    expect(po.sampled).toMatchObject({ operation: 'gather', offsets: [31, -32, 0], component: 1 });
  });

  it('LOD is asked for with derivatives', () => {
    const resources = new Notes();
    const [first] = pixels(`${head('texture2d')}lod o0.xy, v0.xyzw, t2.xyzw, s1`, undefined, { resources });
    expect(resources.samples[0]).toMatchObject({ operation: 'lod', lod: undefined, ddx: [0, 0, 0, 0] });
    expect([...first.outputs]).toEqual([10, 11, 0, 0]);
  });
});

describe('loads', () => {
  it.each([
    ['buffer', [3, 0, 0], 0],
    ['texture1d', [3, 0, 0], 9],
    ['texture1darray', [3, 5, 0], 9],
    ['texture2d', [3, 5, 0], 9],
    ['texture2darray', [3, 5, 7], 9],
    ['texture3d', [3, 5, 7], 9],
  ])('LD of %s', (dimension, coordinates, level) => {
    const { loaded, result } = inVertex(dimension, 'ld o0.xyzw, v0.xyzw, t2.yxzw', [3, 5, 7, 9]);
    expect(loaded).toMatchObject({ resource: 2, coordinates, level, sample: 0 });
    expect(result).toEqual([21, 20, 22, 23]);
  });

  it('offsets are added, to the layer of an array they are not', () => {
    const { loaded } = inVertex(
      'texture2darray',
      'ld_aoffimmi(-1,2,3) o0.xyzw, v0.xyzw, t2.xyzw',
      [0, 5, 7, 0],
    );
    expect(loaded.coordinates).toEqual([-1, 7, 7]);
  });

  it('LD_MS has a sample and no level', () => {
    const { loaded } = inVertex('texture2dms(4)', 'ldms o0.xyzw, v0.xyzw, t2.xyzw, l(3)', [1, 2, 3, 4]);
    expect(loaded).toMatchObject({ dimension: 'TEXTURE2DMS', coordinates: [1, 2, 0], level: 0, sample: 3 });
  });

  it('a texel that is not there is 0', () => {
    expect(inVertex('buffer', 'ld o0.xyzw, l(100, 0, 0, 0), t2.xyzw').result).toEqual([0, 0, 0, 0]);
  });

  it('cubes have no texel coordinates', () => {
    expect(() => inVertex('texturecube', 'ld o0.xyzw, v0.xyzw, t2.xyzw')).toThrow(
      'LD of a resource TEXTURECUBE',
    );
  });
});

describe('questions about a resource', () => {
  it.each([
    ['texture1d', [4, 0, 0, 4]],
    ['texture1darray', [4, 6, 0, 4]],
    ['texture2d', [4, 4, 0, 4]],
    ['texture2darray', [4, 4, 6, 4]],
    ['texture2dms(4)', [4, 4, 0, 4]],
    ['texture3d', [4, 4, 2, 4]],
    ['texturecube', [4, 4, 0, 4]],
    ['texturecubearray', [4, 4, 6, 4]],
  ])('RESINFO of %s: extents of the level, layers, and the number of levels', (dimension, expected) => {
    expect(inVertex(dimension, 'resinfo_uint o0.xyzw, l(1), t2.xyzw').result).toEqual(expected);
    expect(inVertex(dimension, 'resinfo o0.xyzw, l(1), t2.xyzw').result.map(float)).toEqual(expected);
  });

  it('RESINFO: reciprocals of extents alone; a level that is not there is 0, and its reciprocal ∞', () => {
    const ask = (level: number, form: string) =>
      inVertex('texture2darray', `resinfo${form} o0.xyzw, l(${level}), t2.xyzw`).result;
    expect(ask(1, '_rcpFloat').map(float)).toEqual([0.25, 0.25, 6, 4]);
    expect(ask(9, '_rcpFloat').map(float)).toEqual([Infinity, Infinity, 0, 4]);
    expect(ask(9, '_uint')).toEqual([0, 0, 0, 4]);
  });

  it('SAMPLE_INFO and SAMPLE_POS, of a resource and of the rasterizer', () => {
    expect(inVertex('texture2dms(0)', 'sampleinfo_uint o0.xyzw, t2.xyzw').result).toEqual([8, 0, 0, 0]);
    expect(inVertex('texture2dms(0)', 'sampleinfo o0.xyzw, rasterizer.xyzw').result).toEqual([f(4), 0, 0, 0]);
    expect(inVertex('texture2dms(0)', 'samplepos o0.xyzw, t2.xyzw, l(1)').result.map(float)).toEqual([
      0.25, -0.125, 0, 0,
    ]);
    expect(inVertex('texture2dms(0)', 'samplepos o0.xyzw, rasterizer.yxzw, l(1)').result.map(float)).toEqual([
      -0.125, 0.25, 0, 0,
    ]);
    expect(inVertex('texture2dms(0)', 'samplepos o0.xyzw, t2.xyzw, l(4)').result).toEqual([0, 0, 0, 0]);
  });

  it('without resources everything reads as 0', () => {
    expect(vertex(`${head('texture2d')}sample o0.xyzw, v0.xyzw, t2.xyzw, s1`)).toEqual([0, 0, 0, 0]);
    expect(vertex(`${head('texture2d')}resinfo o0.xyzw, l(0), t2.xyzw`)).toEqual([0, 0, 0, 0]);
  });
});

describe('derivatives in a quad', () => {
  const values = [[f(1)], [f(3)], [f(10)], [f(40)]];
  const ask = (mnemonic: string, isFine = false) =>
    pixels(`dcl_output o0.x\n${mnemonic} o0.x, v0.x`, values, {}, isFine).map(({ outputs }) =>
      float(outputs[0]),
    );

  it.each([
    ['deriv_rtx_fine', [2, 2, 30, 30]],
    ['deriv_rty_fine', [9, 37, 9, 37]],
    ['deriv_rtx_coarse', [2, 2, 2, 2]],
    ['deriv_rty_coarse', [9, 9, 9, 9]],
  ])('%s', (mnemonic, expected) => {
    expect(ask(mnemonic)).toEqual(expected);
  });

  it('DERIV_RTX and DERIV_RTY are coarse, or fine as the option says', () => {
    expect(ask('deriv_rtx')).toEqual([2, 2, 2, 2]);
    expect(ask('deriv_rtx', true)).toEqual([2, 2, 30, 30]);
    expect(ask('deriv_rty', true)).toEqual([9, 37, 9, 37]);
  });

  it('with modifiers and saturation', () => {
    expect(
      pixels('dcl_output o0.x\nderiv_rtx_sat o0.x, -v0.x', values).map(({ outputs }) => outputs[0]),
    ).toEqual([0, 0, 0, 0]);
  });
});
