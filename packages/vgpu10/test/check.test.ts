import { describe, expect, it } from 'vitest';
import { checkShader, parseShader } from '../src/index.js';

const faults = (text: string) => checkShader(parseShader(text)).map(({ at, what }) => `${at} ${what}`);

/** The rules that one instruction breaks behind declarations of everything. */
function ofPixel(instruction: string, profile = 'ps_4_0'): string[] {
  const found = checkShader(
    parseShader(`${profile}
      dcl_input_ps linear v0.xy
      dcl_output o0.xyzw
      dcl_temps 2
      dcl_indexableTemp x1[3], 4
      dcl_constantbuffer cb2[5], immediateIndexed
      dcl_sampler s0, mode_default
      dcl_resource_texture2d (float,float,float,float) t0
      dcl_resource_texture2dms(4) (float,float,float,float) t1
      dcl_resource_texturecube (float,float,float,float) t2
      dcl_resource_buffer (float,float,float,float) t3
      dcl_immediateConstantBuffer { { 1, 2, 3, 4 } }
      ${instruction}`),
  );
  return found.map(({ what }) => what);
}

describe('checkShader finds', () => {
  it.each([
    ['mov r2.x, l(1)', 'r2 is not declared'],
    ['mov r0.x, x1[3].x', 'element 3 of INDEXABLE_TEMP 1, which has 3'],
    ['mov r0.x, x0[0].x', 'INDEXABLE_TEMP 0 is not declared'],
    ['mov r0.x, cb2[5].x', 'element 5 of CONSTANT_BUFFER 2, which has 5'],
    ['mov r0.x, cb0[0].x', 'CONSTANT_BUFFER 0 is not declared'],
    ['mov r0.x, icb[1].x', 'element 1 of IMMEDIATE_CONSTANT_BUFFER 0, which has 1'],
    ['mov r0.x, cb2[r5.x].x', 'r5 is not declared'],
    ['mov r0.x, v1.x', 'INPUT 1 is not declared with all components that are used'],
    ['mov r0.x, v0.z', 'INPUT 0 is not declared with all components that are used'],
    ['mov r0.xy, v0.xzzz', 'INPUT 0 is not declared with all components that are used'],
    ['dp3 r0.x, v0.xyzw, v0.xyxx', 'INPUT 0 is not declared with all components that are used'],
    ['mov o1.x, l(1)', 'OUTPUT 1 is not declared with all components that are used'],
    ['mov oDepth, l(1.0)', 'OUTPUT_DEPTH is not declared'],
    ['mov v0.x, l(1)', 'INPUT as a destination'],
    ['mov r0.x, t0.x', 'RESOURCE as a source'],
    ['mov r0.x, null', 'NULL as a source'],
    ['mov r0.x, x1.x', 'INDEXABLE_TEMP with 1 indices'],
    ['mov r0[1].x, l(1)', 'TEMP with 2 indices'],
    ['sample r0.xyzw, v0.xyxx, t9.xyzw, s0', 'RESOURCE 9 is not declared'],
    ['sample r0.xyzw, v0.xyxx, t0.xyzw, s9', 'SAMPLER 9 is not declared'],
    ['sample r0.xyzw, v0.xyxx, s0, t0.xyzw', 'SAMPLER as a source'],
    ['sample r0.xyzw, v0.xyxx, t1.xyzw, s0', 'SAMPLE of a resource TEXTURE2DMS'],
    ['ld r0.xyzw, r1.xyzw, t2.xyzw', 'LD of a resource TEXTURECUBE'],
    ['ldms r0.xyzw, r1.xyzw, t0.xyzw, l(0)', 'LD_MS of a resource TEXTURE2D'],
    ['resinfo r0.xyzw, l(0), t3.xyzw', 'RESINFO of a resource BUFFER'],
    ['emit', 'EMIT in a pixel shader'],
    ['lod r0.x, v0.xyxx, t0.xyzw, s0', 'LOD, which is of shader model 4.1, in 4.0'],
    ['rcp r0.x, r0.x', 'RCP, which is of shader model 5, in 4.0'],
    ['drsq r0.xy, r0.xyzw', 'DRSQ, which is of shader model 5, in 4.0'],
    ['mov r0.x, l(1) {0x800}', 'reserved bits 0x800 of MOV'],
    ['mov r0.x, r1.xyzw{0x7e000000}', 'reserved bits 0x7e000000 of an operand TEMP'],
    ['endif', 'ENDIF closes nothing'],
    ['dcl_temps 1', 'a second DCL_TEMPS'],
    ['dcl_constantbuffer cb2[1], dynamicIndexed', 'CONSTANT_BUFFER 2 is declared twice'],
    ['dcl_constantbuffer cb15[1], dynamicIndexed', 'CONSTANT_BUFFER 15, of 15 at most'],
    ['dcl_constantbuffer cb1[4097], dynamicIndexed', 'CONSTANT_BUFFER 1 with 4097 elements, of 4096 at most'],
    ['dcl_sampler s16, mode_default', 'SAMPLER 16, of 16 at most'],
    ['dcl_resource_buffer (float,float,float,float) t128', 'RESOURCE 128, of 128 at most'],
    ['dcl_input_ps linear v0.y', 'INPUT 0 is declared twice'],
    ['dcl_indexableTemp x2[4096], 4', '4101 temporary registers, of 4096 at most'],
  ])('%s: %s', (instruction, what) => {
    expect(ofPixel(instruction)).toContain(what);
  });

  it.each([
    ['mov r0.xy, -v0.xyxx'],
    ['mov o0.xyzw, x1[r0.x + 2].xyzw'],
    ['add r0.w, v0.y, l(1.0)'],
    ['sample_l r0.xyzw, v0.xyxx, t2.xyzw, s0, l(0)'],
    ['udiv r0.x, null, r1.x, r1.y'],
    ['mov r0.x, r1.y{0x0}'],
    ['dcl_input_ps linear v0.z'],
    ['discard_z l(0)'],
  ])('nothing in %s', (instruction) => {
    expect(ofPixel(instruction)).toEqual([]);
  });

  it('what a geometry shader does not declare', () => {
    expect(faults('gs_4_0\nret')).toEqual([
      '0 a geometry shader without DCL_GS_INPUT_PRIMITIVE',
      '0 a geometry shader without DCL_GS_OUTPUT_PRIMITIVE_TOPOLOGY',
      '0 a geometry shader without DCL_MAX_OUTPUT_VERTEX_COUNT',
    ]);
  });

  it('the place of each', () => {
    expect(faults('vs_4_0\nmov r0.x, r1.x\nret\nemit')).toEqual([
      '2 r0 is not declared',
      '2 r1 is not declared',
      '8 EMIT in a vertex shader',
    ]);
  });
});
