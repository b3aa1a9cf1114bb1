import type { ResourceView, SamplerState } from '@cg/svga-device';
import { draw, pipeline, sampler, shader, stage, TestSurface, whole } from './pipeline.js';

/** What an instruction gives for a place, as floats or as words. */
export function result(
  instruction: string,
  dimension: string,
  view: ResourceView | undefined,
  place: readonly number[],
  state: Partial<SamplerState> = {},
): { floats: number[]; words: number[] } {
  const text = `
    ps_4_1
    dcl_input_ps linear v1.xyzw
    dcl_output o0.xyzw
    dcl_temps 2
    dcl_sampler s0, mode_default
    dcl_resource_${dimension} (float,float,float,float) t0
    mov r0.xyzw, v1.xyzw
    ${instruction}
    mov o0.xyzw, r1.xyzw
    ret
  `;
  const target = new TestSurface('R32G32B32A32_FLOAT', 1, 1);
  shader(text);
  const pixel = stage(text, { views: [view], samplers: [{ ...sampler, ...state }] });
  const [x = 0, y = 0, z = 0, w = 0] = place;
  draw(pipeline(target, whole([x, y, z, w]), { pixel }), 6);
  return { floats: [...target.floats], words: [...target.words] };
}
