import { COLOR_PS } from './pipeline.js';

/** A geometry shader that chooses layer and viewport. */
export const geometryShader = `
  gs_4_0
  dcl_inputprimitive triangle
  dcl_outputtopology trianglestrip
  dcl_input v[3][0].xyzw
  dcl_input v[3][1].xyzw
  dcl_output_siv o0.xyzw, position
  dcl_output o1.xyzw
  dcl_output_siv o2.x, rendertarget_array_index
  dcl_output_siv o3.x, viewport_array_index
  dcl_maxout 6
  mov o0.xyzw, v[0][0].xyzw
  mov o1.xyzw, v[1][1].yxwz
  mov o2.x, v[2][1].x
  mov o3.x, v[2][1].y
  emit
  mov o0.xyzw, v[1][0].xyzw
  emit
  mov o0.xyzw, v[2][0].xyzw
  emit
  ret
`;

/** Samples and loads of what is bound, in a way. */
const sampling = (dimension: string, sample: string, load: string) => `
  ps_4_1
  dcl_input_ps linear centroid v1.xyzw
  dcl_input_ps_siv linear v2.xyzw, position
  dcl_output o0.xyzw
  dcl_output o1.xyzw
  dcl_output oDepth
  dcl_temps 2
  dcl_constantbuffer cb0[4], dynamicIndexed
  dcl_sampler s0, mode_default
  dcl_resource_${dimension} (float,float,float,float) t0
  ${sample}
  ftoi r1.xyzw, v2.xyzw
  ${load}
  add r0.xyzw, r0.xyzw, cb0[r1.x + 1].xyzw
  mov oDepth.x, r0.x
  mov o0.xyzw, r0.xyzw
  mov o1.xyzw, r1.xyzw
  discard_nz r0.w
  ret
`;

/** Pixel shaders that read what is bound in all ways. */
export const pixelShaders = [
  COLOR_PS,
  ...['1d', '1darray', '2d', '2darray', '3d', 'cube', 'cubearray'].map((name) =>
    sampling(
      `texture${name}`,
      name.startsWith('c') || name.startsWith('1') || name === '3d'
        ? 'sample r0.xyzw, v1.xyzw, t0.xyzw, s0'
        : 'gather4 r0.xyzw, v1.xyzw, t0.xyzw, s0.y',
      name.startsWith('c') ? 'sample_c r1.xyzw, v1.zyxw, t0.xyzw, s0, v1.x' : 'ld r1.xyzw, r1.xyzw, t0.xyzw',
    ),
  ),
  sampling('buffer', 'mov r0.xyzw, v1.xyzw', 'ld r1.xyzw, r1.xyzw, t0.xyzw'),
  sampling('texture2dms', 'sampleinfo r0.xyzw, t0.xyzw', 'ldms r1.xyzw, r1.xyzw, t0.xyzw, r1.x'),
];
