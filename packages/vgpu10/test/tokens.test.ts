import { describe, expect, it } from 'vitest';
import { decodeShader, encodeShader, formatShader, parseShader, type Program } from '../src/index.js';
import { NAN } from './assemble.js';

/** The tokens of one statement, in a shader of model 5.0. */
function tokensOf(text: string): number[] {
  return [...encodeShader(parseShader(`ps_5_0\n${text}`)).subarray(2)];
}

function textOf(tokens: readonly number[]): string {
  const words = Uint32Array.of(0x50, tokens.length + 2, ...tokens);
  return formatShader(decodeShader(words)).split('\n').slice(1, -1).join('\n');
}

// Laid out by d3d10TokenizedProgramFormat.hpp and VGPU10ShaderTokens.h.
describe('tokens by hand', () => {
  it.each([
    ['dcl_globalFlags refactoringAllowed', [0x0100086a]],
    ['dcl_globalFlags', [0x0100006a]],
    ['dcl_globalFlags refactoringAllowed | forceEarlyDepthStencil', [0x0100286a]],
    ['dcl_input v3.xy', [0x0300005f, 0x00101032, 3]],
    ['dcl_input v[3][1].xyzw', [0x0400005f, 0x002010f2, 3, 1]],
    ['dcl_input_siv v2.x, vertex_id', [0x04000061, 0x00101012, 2, 6]],
    ['dcl_input_ps linear v1.xyzw', [0x03001062, 0x001010f2, 1]],
    ['dcl_input_ps linear noperspective sample v1.xyzw', [0x03003862, 0x001010f2, 1]],
    ['dcl_input_ps_siv linear noperspective v0.xyzw, position', [0x04002064, 0x001010f2, 0, 1]],
    ['dcl_input_ps_sgv constant v4.x, is_front_face', [0x04000863, 0x00101012, 4, 9]],
    ['dcl_output o0.xyzw', [0x03000065, 0x001020f2, 0]],
    ['dcl_output_siv o1.xyz, clip_distance', [0x04000067, 0x00102072, 1, 2]],
    ['dcl_output oDepth', [0x02000065, 0x0000c001]],
    ['dcl_input vPrim', [0x0200005f, 0x0000b000]],
    ['dcl_temps 2', [0x02000068, 2]],
    ['dcl_indexableTemp x1[8], 4', [0x04000069, 1, 8, 4]],
    ['dcl_constantbuffer cb0[4], immediateIndexed', [0x04000059, 0x00208e46, 0, 4]],
    ['dcl_constantbuffer cb3[4], dynamicIndexed', [0x04000859, 0x00208e46, 3, 4]],
    ['dcl_sampler s1, mode_comparison', [0x0300085a, 0x00106000, 1]],
    ['dcl_resource_texture2d (float,float,float,float) t0', [0x04001858, 0x00107000, 0, 0x5555]],
    ['dcl_resource_texture2dmsarray(4) (unorm,snorm,sint,uint) t2', [0x04044858, 0x00107000, 2, 0x4321]],
    ['dcl_resource_buffer (mixed,mixed,mixed,mixed) t0', [0x04000858, 0x00107000, 0, 0x6666]],
    ['dcl_inputprimitive triangleadj', [0x0100385d]],
    ['dcl_outputtopology trianglestrip', [0x0100285c]],
    ['dcl_maxout 6', [0x0200005e, 6]],
    ['dcl_indexrange v1.xyzw, 3', [0x0400005b, 0x001010f2, 1, 3]],
    ['dcl_stream m1', [0x0300008f, 0x00110000, 1]],
    ['dcl_thread_group 8, 4, 1', [0x0400009b, 8, 4, 1]],
    ['dcl_tessellator_domain domain_tri', [0x01001095]],
    ['dcl_hs_max_tessfactor l(64.0)', [0x02000098, 0x42800000]],
    ['dcl_resource_raw t1', [0x030000a1, 0x00107000, 1]],
    ['dcl_resource_structured t1, 16', [0x040000a2, 0x00107000, 1, 16]],
    ['dcl_uav_structured_glc_opc u1, 16', [0x0481009e, 0x0011e000, 1, 16]],
    ['dcl_uav_typed_texture2d (uint,uint,uint,uint) u0', [0x0400189c, 0x0011e000, 0, 0x4444]],
    ['dcl_tgsm_structured g0, 8, 32', [0x050000a0, 0x0011f000, 0, 8, 32]],
    ['mov o0.xyzw, v1.xyzw', [0x05000036, 0x001020f2, 0, 0x00101e46, 1]],
    ['mov_sat r0.x, -r1.y{0x0}', [0x06002036, 0x00100012, 0, 0x8010001a, 0x41, 1]],
    ['mov r0.xy, |r1.wzyx|', [0x06000036, 0x00100032, 0, 0x801001b6, 0x81, 1]],
    [
      'add r0.x, -|r1.xyzw|, l(1.0)',
      [0x08000000, 0x00100012, 0, 0x80100e46, 0xc1, 1, 0x00004001, 0x3f800000],
    ],
    [
      'mul [precise(xy)] r0.xy, cb1[2].xyxx, l(1.0, -1, 0, 0x7fc00001)',
      [0x0b180038, 0x00100032, 0, 0x00208046, 1, 2, 0x00004002, 0x3f800000, 0xffffffff, 0, NAN + 1],
    ],
    [
      'mov r0.x, cb0[r1.y{0x0} + 4].z{0x0}',
      [0x07000036, 0x00100012, 0, 0x0620802a, 0, 4, 0x0010001a, 1].with(0, 0x08000036),
    ],
    ['mov x0[r1.x{0x0}].x, icb[3].x', [0x07000036, 0x04203012, 0, 0x0010000a, 1, 0x0010900a, 3]],
    ['discard_nz r0.x', [0x0304000d, 0x0010000a, 0]],
    ['if_z r0.x', [0x0300001f, 0x0010000a, 0]],
    ['ret', [0x0100003e]],
    ['sincos r0.x, null, r1.x', [0x0600004d, 0x00100012, 0, 0x0000d000, 0x0010000a, 1]],
    [
      'sample r0.xyzw, v1.xyxx, t0.xyzw, s0',
      [0x09000045, 0x001000f2, 0, 0x00101046, 1, 0x00107e46, 0, 0x00106000, 0],
    ],
    [
      'sample_aoffimmi(-1,2,0) r0.xyzw, v1.xyxx, t0.xyzw, s0',
      [0x8a000045, 0x00005e01, 0x001000f2, 0, 0x00101046, 1, 0x00107e46, 0, 0x00106000, 0],
    ],
    [
      'sample_indexable(texture2d)_returns(float,float,float,float) r0.xyzw, v1.xyxx, t0.xyzw, s0',
      [0x8b000045, 0x800000c2, 0x00155543, 0x001000f2, 0, 0x00101046, 1, 0x00107e46, 0, 0x00106000, 0],
    ],
    [
      'gather4 r0.xyzw, v0.xyxx, t0.xyzw, s0.y{0x0}',
      [0x0900006d, 0x001000f2, 0, 0x00101046, 0, 0x00107e46, 0, 0x0010601a, 0],
    ],
    ['resinfo_uint r0.xy, l(0), t0.xyzw', [0x0700103d, 0x00100032, 0, 0x00004001, 0, 0x00107e46, 0]],
    ['sampleinfo_uint r0.x, t0.xyzw', [0x0500086f, 0x00100012, 0, 0x00107e46, 0]],
    ['idiv r0.x, null, r1.x, r2.x', [0x0800006b, 0x00100012, 0, 0x0000d000, 0x0010000a, 1, 0x0010000a, 2]],
    ['drsq r0.xy, r1.xyzw', [0x0500106b, 0x00100032, 0, 0x00100e46, 1]],
    ['sync_g_t', [0x010018be]],
    ['dmov r0.xy, d(1.5)', [0x060000c7, 0x00100032, 0, 0x00005001, 0, 0x3ff80000]],
    ['nop', [0x0100003a]],
    ['interface_call 2, fp0[1]', [0x05000078, 2, 0x00213000, 0, 1]],
    ['call l3', [0x03000004, 0x0010a000, 3]],
  ])('%s', (text, tokens) => {
    const spelled = tokens.map((token) => token >>> 0);
    expect(tokensOf(text).map((token) => token.toString(16))).toEqual(
      spelled.map((token) => token.toString(16)),
    );
    expect(textOf(spelled)).toBe(text);
  });

  it('a component that is selected stands in the reserved bits again, as Mesa has it', () => {
    expect(tokensOf('mov r0.x, r1.w')[3]).toBe(0x00100ffa);
    expect(tokensOf('mov r0.x, cb0[r1.y + 0].w')[6]).toBe(0x00100e5a);
    expect(textOf([0x05000036, 0x00100012, 0, 0x0010003a, 1])).toBe('mov r0.x, r1.w{0x0}');
  });

  it('immediate constants and comments', () => {
    const tokens = [0x00001835, 6, 0, 0x3f800000, 0xfffffffe, 0x00400000, 53, 3, 0x6c6c6f77];
    expect(textOf(tokens)).toBe(
      'dcl_immediateConstantBuffer {\n  { 0, 1.0, -2, 0x00400000 }\n}\ncustomdata_comment {\n  { 0x6c6c6f77 }\n}',
    );
    expect(tokensOf(textOf(tokens))).toEqual(tokens);
    expect(tokensOf(textOf([53 | (2 << 11), 2]))).toEqual([53 | (2 << 11), 2]);
  });
});

describe('numbers keep their bits', () => {
  const words = [
    0, 1, 0xffff, 0x10000, 0x007fffff, 0x00800000, 0x33d6bf95, 0x3dcccccd, 0x3f800000, 0x3f800001, 0x4b800000,
    0x7f7fffff, 0x7f800000, 0x7f800001, 0x7fc00000, 0x7fffffff, 0x80000000, 0x80000001, 0xbf800000,
    0xff800000, 0xfffeffff, 0xffff0000, 0xffff0001, 0xffffffff,
  ];

  it.each(words)('0x%s', (word) => {
    const text = textOf([0x05000036, 0x00100012, 0, 0x00004001, word]);
    expect(tokensOf(text)[4]).toBe(word);
  });

  it('of 64 bits, too', () => {
    for (const [low, high] of [
      [0, 0x3ff00000],
      [1, 0],
      [0, 0x80000000],
      [0, 0x7ff00000],
      [5, 0x7ff80000],
      [0xffffffff, 0xffffffff],
    ]) {
      const text = textOf([0x060000c7, 0x00100032, 0, 0x00005001, low, high]);
      expect(tokensOf(text).slice(4), text).toEqual([low, high]);
    }
  });
});

describe('programs that have no tokens', () => {
  const program = parseShader('ps_4_0\nmov r0.x, r1.x\nret');
  const [mov, ret] = program.statements;
  type Mov = Extract<Program['statements'][number], { controls: unknown }>;
  const withControls = (change: object): Program =>
    withMov({ controls: { ...(mov as Mov).controls, ...change } });
  const withMov = (change: object): Program => ({
    ...program,
    statements: [{ ...mov, ...change } as typeof mov],
  });
  const source = {
    type: 'TEMP',
    components: 4,
    selection: { mode: 'mask', mask: 15 },
    modifier: 'NONE',
    indices: [],
    reserved: 0,
    immediate: [],
  };

  it.each([
    ['a model', { ...program, minor: 2 }],
    ['a type', { ...program, type: 'MESH' as never }],
    ['an opcode', withMov({ opcode: 'JUMP' })],
    ['a number of operands', withMov({ sources: [] })],
    ['a test', withControls({ nonZero: true })],
    ['a return type', withControls({ returns: 'UINT' })],
    ['a number', withControls({ immediate: 1 })],
    ['offsets', withMov({ extended: { offsets: [0, 0, 0] } })],
    [
      'saturation of a return',
      {
        ...program,
        statements: [{ ...ret, controls: { ...(ret as Mov).controls, saturate: true } } as typeof ret],
      },
    ],
    ['a register type', withMov({ sources: [{ ...source, type: 'STACK' }] })],
    ['reserved bits that have a meaning', withMov({ sources: [{ ...source, reserved: 0x10 }] })],
    ['reserved bits of a statement that have one', withMov({ reserved: 0x2000 })],
    ['a mask', withMov({ sources: [{ ...source, selection: { mode: 'mask', mask: 16 } }] })],
    ['components without a selection', withMov({ sources: [{ ...source, selection: { mode: 'none' } }] })],
    [
      'four indices',
      withMov({
        sources: [
          {
            ...source,
            indices: [0, 1, 2, 3].map((offset) => ({
              representation: 'IMMEDIATE32',
              offset,
              relative: undefined,
            })),
          },
        ],
      }),
    ],
    [
      'an index',
      withMov({
        sources: [
          { ...source, indices: [{ representation: 'IMMEDIATE32', offset: 2 ** 32, relative: undefined }] },
        ],
      }),
    ],
    [
      'an index without its operand',
      withMov({
        sources: [{ ...source, indices: [{ representation: 'RELATIVE', offset: 0, relative: undefined }] }],
      }),
    ],
    ['an immediate without words', withMov({ sources: [{ ...source, type: 'IMMEDIATE32' }] })],
  ])('%s that is not there is EINVAL', (_, wrong) => {
    expect(() => encodeShader(wrong)).toThrow(
      expect.objectContaining({ name: 'Vgpu10Error', code: 'EINVAL' }),
    );
  });
});

describe('texts that are wrong', () => {
  it.each([
    ['', 1, 'a profile such as ps_4_0 expected'],
    ['xs_4_0', 1, 'a profile'],
    ['ps_4_2', 1, 'a profile'],
    ['ps_4_0\n\nfly r0.x', 3, 'statement fly is unknown'],
    ['ps_4_0\nret ret', 2, 'the end of the line expected before «ret»'],
    ['ps_4_0\nmov r0.x', 2, ', expected'],
    ['ps_4_0\nmov r0.x, q0.x', 2, 'register q is unknown'],
    ['ps_4_0\nmov r0.yx, r0.x', 2, 'mask yx is not in order'],
    ['ps_4_0\nmov r0.x, r0.xy', 2, 'swizzle xy has 2 components'],
    ['ps_4_0\nmov r0.x, l(1.0.0)', 2, '1.0.0 is no number of 32 bits'],
    ['ps_4_0\nmov r0.x, l(4294967296)', 2, '4294967296 is no number of 32 bits'],
    ['ps_4_0\nmov r4294967296.x, r0.x', 2, 'index 4294967296 does not fit 32 bits'],
    ['ps_4_0\nmov r0.x, |r0.x', 2, '| expected'],
    ['ps_4_0\ndcl_bogus v0.x', 2, 'a declaration expected'],
    ['ps_4_0\ndcl_input_ps sideways v0.x', 2, 'interpolation expected'],
    ['ps_4_0\ndcl_temps 4294967296', 2, 'count 4294967296 does not fit 32 bits'],
    ['ps_4_0\nsample_aoffimmi(9,0,0) r0.x, r0.x, t0.x, s0', 2, 'texel offset 17 does not fit 4 bits'],
    [
      `ps_4_0\nmov r0.x, ${'x0['.repeat(100)}0${'].x'.repeat(100)}`,
      2,
      'more than 64 operands within each other',
    ],
    [
      `ps_4_0\nmov r0.x, ${'x0['.repeat(64)}0${'].x'.repeat(64)}`,
      2,
      'a statement of 132 tokens, more than 127',
    ],
    [
      'ps_4_0\ndcl_immediateConstantBuffer { { 1, 2 } }',
      2,
      'immediate constants of 2 words, not of four each',
    ],
    ['ps_4_0\ndcl_immediateConstantBuffer {\n{ 1, 2, 3, 4 }\nret', 4, '} expected'],
  ])('%j', (text, line, what) => {
    expect(() => parseShader(text)).toThrow(
      expect.objectContaining({
        name: 'Vgpu10Error',
        code: 'EINVAL',
        at: line,
        what: expect.stringContaining(what),
      }),
    );
  });

  it('blanks, indents, empty lines and comments do not matter', () => {
    const text = '// a shader\n\n  ps_4_0 // of one line\r\n\n\tmov   r0.x ,r1.x// copied\n';
    expect(formatShader(parseShader(text))).toBe('ps_4_0\nmov r0.x, r1.x\n');
  });
});

it('operands of the same tokens are one object, which may not be written to', () => {
  const { statements } = decodeShader(
    encodeShader(parseShader('ps_4_0\nmov r1.xy, r2.zwzw\nmov r1.xy, r2.zwzw\nmov r1.xy, r900.zwzw')),
  );
  const [first, second, high] = statements.map((statement) => 'sources' in statement && statement.sources);
  expect(second).toBe(first);
  expect([first, first && first[0], first && first[0].selection, first && first[0].indices]).toSatisfy(
    (all: readonly unknown[]) => all.every(Object.isFrozen),
  );
  expect(high && high[0].indices[0].offset).toBe(900);
});

it('a long program has as many operands as a short one that says the same', () => {
  const operandsOf = (times: number): number => {
    const lines = Array.from({ length: times }, (_, i) => [
      'loop\nbreakc_nz r0.x',
      `mad r${i % 8}.xyzw, -r1.xyzw, cb0[${i % 16}].xyzw, |v1.xyzw|`,
      `mov x0[r0.x + ${i % 4}].xy, l(${i % 3}.5, 0, 0, 0)`,
      'endloop',
    ]);
    const { statements } = decodeShader(encodeShader(parseShader(`ps_4_0\n${lines.flat().join('\n')}\n`)));
    return new Set(
      statements.flatMap((statement) =>
        'sources' in statement ? [...statement.destinations, ...statement.sources] : [],
      ),
    ).size;
  };
  expect(operandsOf(48)).toBeLessThan(48);
  expect(operandsOf(4800)).toBe(operandsOf(48));
});
