import { describe, expect, it } from 'vitest';
import { parseShader, ShaderInterpreter } from '../src/index.js';
import { f, pixels, registers, vertex } from './assemble.js';

describe('registers', () => {
  it('indexable temps by a sum that wraps; beyond the array a read is 0 and a write is dropped', () => {
    const body = `
      dcl_output o0.xyzw
      dcl_temps 1
      dcl_indexableTemp x0[2], 4
      dcl_indexableTemp x3[3], 4
      mov x3[0].x, l(5)
      mov x3[v0.x + 1].y, l(6)
      mov x3[v0.y].x, l(99)
      mov x0[v0.y].x, l(98)
      mov r0.x, x3[0].x
      mov r0.y, x3[v0.z + 3].y
      mov r0.z, x3[v0.y + 1].x
      mov r0.w, x0[1].x
      mov o0.xyzw, r0.xyzw`;
    // v0.x = 1: x3[2]; v0.y = 3: beyond both arrays; v0.z = −1.
    expect(vertex(body, [1, 3, 0xffffffff, 0])).toEqual([5, 6, 0, 0]);
  });

  it('constants end with the declaration, and with the buffer', () => {
    const constants = [undefined, registers(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)];
    const read = (element: string, v = 0) =>
      vertex(
        `dcl_output o0.xyzw\ndcl_constantbuffer cb1[2], dynamicIndexed\nmov o0.xyzw, ${element}.xyzw`,
        [v],
        {
          constants,
        },
      );
    expect(read('cb1[1]')).toEqual([5, 6, 7, 8]);
    expect(read('cb1[v0.x + 1]', 0xffffffff)).toEqual([1, 2, 3, 4]);
    expect(read('cb1[2]')).toEqual([0, 0, 0, 0]);
    expect(read('cb1[v0.x]', 2)).toEqual([0, 0, 0, 0]);
    expect(read('cb0[0]')).toEqual([0, 0, 0, 0]);
    const long = 'dcl_output o0.xyzw\ndcl_constantbuffer cb1[9], dynamicIndexed\nmov o0.xyzw, cb1[3].xyzw';
    expect(vertex(long, [], { constants })).toEqual([0, 0, 0, 0]);
  });

  it('immediate constants and literals', () => {
    const body = `
      dcl_output o0.xyzw
      dcl_output o1.xyzw
      dcl_immediateConstantBuffer { { 1, 2, 3, 4 }, { 5, 6, 7, 8 } }
      mov o0.xyzw, icb[v0.x].wzyx
      mov o0.x, icb[v0.x + 1].x
      mov o1.xyzw, l(1.0, 2, -1, 0x7fc00001)
      mov o1.y, l(7)`;
    expect(vertex(body, [1])).toEqual([0, 7, 6, 5, f(1), 7, 0xffffffff, 0x7fc00001]);
  });

  it('what is not declared or written is 0, and drops what is written', () => {
    expect(vertex('dcl_output o1.x\nmov r5.x, l(1)\nmov o1.x, r5.x\nmov o3.x, l(1)')).toEqual(
      Array(8).fill(0),
    );
    expect(vertex('dcl_output o0.x\nmov o0.xyzw, v9.xyzw')).toEqual([0, 0, 0, 0]);
  });

  it('depth, coverage and primitive id', () => {
    const body = 'dcl_output oDepth\ndcl_output oMask\nmov oDepth, v0.x\nand oMask, vCoverage, l(6)\nret';
    const interpreter = new ShaderInterpreter(parseShader(`ps_5_0\n${body}`));
    const [first, second] = interpreter.pixels([
      { inputs: registers(f(0.5)), coverage: 3 },
      ...[1, 2, 3].map(() => ({ inputs: registers() })),
    ]);
    expect(first).toMatchObject({ depth: f(0.5), coverage: 2 });
    expect(second).toMatchObject({ depth: 0, coverage: 6 });
    const [plain] = pixels('dcl_output o0.x\nret');
    expect(plain).toMatchObject({ depth: undefined, coverage: undefined });
    const ids = new ShaderInterpreter(parseShader('ps_4_0\ndcl_output o0.x\nmov o0.x, vPrim:1\nret'));
    const four = [5, 6, 7, 8].map((primitiveId) => ({ inputs: registers(), primitiveId }));
    expect(ids.pixels(four).map(({ outputs }) => outputs[0])).toEqual([5, 6, 7, 8]);
  });

  it.each([
    ['mov v0.x, l(1)', 'INPUT cannot be written'],
    ['mov cb0[0].x, l(1)', 'CONSTANT_BUFFER cannot be written'],
    ['mov l(1, 2, 3, 4).mask(x), l(1)', 'IMMEDIATE32 cannot be written'],
    ['mov r0.x, x0.x', 'INDEXABLE_TEMP with 1 indices'],
    ['mov r0.x, s0', 'SAMPLER as an operand'],
    ['dadd r0.xy, r0.xyzw, r0.xyzw', 'DADD is not interpreted'],
    ['dcl_temps 4097', '4097 temporary registers, more than 4096'],
    ['dcl_temps 1\ndcl_indexableTemp x0[4294967295], 4', '4294967296 temporary registers, more than 4096'],
    ['dcl_output o4294967295.x', 'output o4294967295, of at most 32'],
    ['emit', 'EMIT in a shader of another stage than GEOMETRY'],
    ['deriv_rtx r0.x, r0.x', 'DERIV_RTX in a shader of another stage than PIXEL'],
    ['discard_nz r0.x', 'DISCARD in a shader of another stage than PIXEL'],
    ['sample r0.xyzw, r0.xyzw, t0.xyzw, s0', 't0 is not declared'],
  ])('%j cannot run: %s', (body, what) => {
    expect(() => new ShaderInterpreter(parseShader(`vs_5_0\n${body}`))).toThrow(
      expect.objectContaining({ name: 'Vgpu10Error', what }),
    );
  });

  it('a shader runs in its own stage, and of three stages', () => {
    const program = parseShader('vs_4_0\nret');
    expect(() => new ShaderInterpreter(program).primitive({ vertices: [] })).toThrow('VERTEX, not GEOMETRY');
    expect(() => new ShaderInterpreter({ ...program, type: 'HULL' })).toThrow(
      expect.objectContaining({ code: 'ENOTSUP' }),
    );
    expect(() => new ShaderInterpreter({ ...program, type: 'PIXEL' }).pixels([])).toThrow(
      'a quad of 0 pixels',
    );
  });
});

describe('geometry shaders', () => {
  const body = (maximum: number, code: string) => `
    dcl_inputprimitive line
    dcl_maxout ${maximum}
    dcl_input v[2][0].xyzw
    dcl_outputtopology linestrip
    dcl_output o0.xyzw
    ${code}`;
  const run = (maximum: number, code: string) => {
    const interpreter = new ShaderInterpreter(parseShader(`gs_4_0\n${body(maximum, code)}`));
    return interpreter
      .primitive({ vertices: [registers(1, 2, 3, 4), registers(5, 6, 7, 8)], primitiveId: 42 })
      .map((strip) => strip.map((outputs) => [...outputs]));
  };

  it('give out vertices in strips; outputs keep their values', () => {
    const code =
      'mov o0.xyzw, v[0][0].xyzw\nemit\nmov o0.x, vPrim:1\nemit\ncut\nmov o0.xy, v[1][0].xyxx\nemit_then_cut\ncut\nret';
    expect(run(9, code)).toEqual([
      [
        [1, 2, 3, 4],
        [42, 2, 3, 4],
      ],
      [[5, 6, 3, 4]],
    ]);
  });

  it('no more vertices than are declared, and no empty strips', () => {
    expect(run(2, 'emit\nemit\ncut\nemit\nret')).toEqual([
      [
        [0, 0, 0, 0],
        [0, 0, 0, 0],
      ],
    ]);
    expect(run(0, 'emit\ncut')).toEqual([]);
    expect(
      run(
        4294967295,
        'loop\nemit\ncut\niadd o0.x, o0.x, l(1)\nuge o0.y, o0.x, l(5000)\nbreakc_nz o0.y\nendloop',
      ),
    ).toHaveLength(1024);
  });

  it('a vertex that is not there reads as 0', () => {
    expect(run(1, 'mov o0.xyzw, v[7][0].xyzw\nemit')).toEqual([[[0, 0, 0, 0]]]);
    expect(run(1, 'mov o0.xyzw, v[1][9].xyzw\nemit')).toEqual([[[0, 0, 0, 0]]]);
  });
});
