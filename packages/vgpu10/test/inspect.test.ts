import { describe, expect, it } from 'vitest';
import { inspectShader, parseShader } from '../src/index.js';

const inspect = (text: string) => inspectShader(parseShader(text));

describe('inspectShader', () => {
  it('inputs and outputs with their system values', () => {
    const { inputs, outputs } = inspect(`ps_4_0
      dcl_input_ps linear centroid v0.xy
      dcl_input_ps_siv linear noperspective v1.xyzw, position
      dcl_input_ps_sgv constant v2.x, is_front_face
      dcl_output o3.xyz
      dcl_output oDepth
      dcl_output oMask`);
    const plain = { vertices: 0, name: 'UNDEFINED', interpolation: 'UNDEFINED' };
    expect(inputs).toEqual([
      { ...plain, type: 'INPUT', register: 0, mask: 3, interpolation: 'LINEAR_CENTROID' },
      {
        ...plain,
        type: 'INPUT',
        register: 1,
        mask: 15,
        name: 'POSITION',
        interpolation: 'LINEAR_NOPERSPECTIVE',
      },
      { ...plain, type: 'INPUT', register: 2, mask: 1, name: 'IS_FRONT_FACE', interpolation: 'CONSTANT' },
    ]);
    expect(outputs).toEqual([
      { ...plain, type: 'OUTPUT', register: 3, mask: 7 },
      { ...plain, type: 'OUTPUT_DEPTH', register: 0, mask: 1 },
      { ...plain, type: 'OUTPUT_COVERAGE_MASK', register: 0, mask: 1 },
    ]);
  });

  it('clip and cull distances, by register and component', () => {
    const { clipDistances, cullDistances } = inspect(`vs_4_0
      dcl_output_siv o5.xz, clip_distance
      dcl_output_siv o3.yw, clip_distance
      dcl_output_siv o6.x, cull_distance`);
    expect(clipDistances.map(({ register, component }) => `${register}.${component}`)).toEqual([
      '3.1',
      '3.3',
      '5.0',
      '5.2',
    ]);
    expect(cullDistances).toEqual([{ register: 6, component: 0 }]);
  });

  it('constants as they are used, in indices of others too', () => {
    const { constantBuffers, immediateConstants, temps, indexableTemps } = inspect(`vs_4_0
      dcl_temps 3
      dcl_indexableTemp x2[7], 2
      dcl_constantbuffer cb0[9], immediateIndexed
      dcl_constantbuffer cb2[4], immediateIndexed
      dcl_immediateConstantBuffer { { 1, 2, 3, 4 }, { 5, 6, 7, 8 } }
      mov r0.x, x2[cb0[3].x].x
      mov r0.x, cb2[cb0[5].x + 1].x
      mov r0.x, cb7[100].x`);
    expect(constantBuffers).toEqual([
      { slot: 0, elements: 9, access: 'IMMEDIATE_INDEXED', indexedDynamically: false, elementsUsed: 6 },
      { slot: 2, elements: 4, access: 'IMMEDIATE_INDEXED', indexedDynamically: true, elementsUsed: 0 },
    ]);
    expect({ immediateConstants, temps, indexableTemps }).toEqual({
      immediateConstants: 2,
      temps: 3,
      indexableTemps: [{ register: 2, elements: 7, components: 2 }],
    });
  });

  it('resources and samplers by use: comparison is not what is declared', () => {
    const { resources, samplers, usesDerivatives, discards } = inspect(`ps_5_0
      dcl_sampler s0, mode_default
      dcl_sampler s1, mode_comparison
      dcl_sampler s4, mode_default
      dcl_resource_texture2d (float,float,float,float) t0
      dcl_resource_texturecubearray (unorm,unorm,unorm,unorm) t1
      dcl_resource_buffer (uint,uint,uint,uint) t2
      dcl_resource_structured t3, 12
      dcl_resource_texture2dms(8) (sint,sint,sint,sint) t4
      sample_c r0.x, v0.xyzw, t0.xyzw, s0, l(0.5)
      sample_l r0.x, v0.xyzw, t0.xyzw, s1, l(0.5)
      sample_c_lz r0.x, v0.xyzw, t1.xyzw, s0, l(0.5)
      ld r0.x, v0.xyzw, t2.xyzw
      ld r0.x, v0.xyzw, t2.xyzw
      ldms r0.x, v0.xyzw, t4.xyzw, l(0)
      sampleinfo r0.x, t4.xyzw`);
    expect(resources).toMatchObject([
      {
        slot: 0,
        opcodes: ['SAMPLE_C', 'SAMPLE_L'],
        samplers: [0, 1],
        compared: true,
        sampled: true,
        loaded: false,
      },
      {
        slot: 1,
        dimension: 'TEXTURECUBEARRAY',
        returns: Array(4).fill('UNORM'),
        compared: true,
        sampled: false,
      },
      {
        slot: 2,
        dimension: 'BUFFER',
        opcodes: ['LD'],
        samplers: [],
        compared: false,
        sampled: false,
        loaded: true,
      },
      { slot: 3, dimension: 'STRUCTURED_BUFFER', stride: 12, opcodes: [] },
      { slot: 4, samples: 8, opcodes: ['LD_MS', 'SAMPLE_INFO'], loaded: true },
    ]);
    expect(samplers).toEqual([
      { slot: 0, mode: 'DEFAULT', compares: true, samples: false, resources: [0, 1] },
      { slot: 1, mode: 'COMPARISON', compares: false, samples: true, resources: [0] },
      { slot: 4, mode: 'DEFAULT', compares: false, samples: false, resources: [] },
    ]);
    expect({ usesDerivatives, discards }).toEqual({ usesDerivatives: true, discards: false });
  });

  it('of a geometry shader primitive, topology, vertices and instances', () => {
    const { geometry, inputs } = inspect(`gs_5_0
      dcl_inputprimitive triangleadj
      dcl_outputtopology linestrip
      dcl_maxout 12
      dcl_gsinstances 3
      dcl_input_siv v[6][0].xyzw, position`);
    expect(geometry).toEqual({
      primitive: 'TRIANGLE_ADJ',
      topology: 'LINESTRIP',
      maxVertices: 12,
      instances: 3,
    });
    expect(inputs).toMatchObject([{ register: 0, vertices: 6, name: 'POSITION' }]);
    expect(inspect('vs_4_0').geometry).toBeUndefined();
  });
});
