import { decodeShader, encodeShader, parseShader, type Program } from '@cg/vgpu10';
import { seeds, seedsTimeout } from '@cg/vitest-config/seeds';
import { describe, expect, it } from 'vitest';
import { corpus, pipelinesOf } from '../test/corpus-keys.js';
import { Random } from '../test/words.js';
import { TranslateError, translate, type PipelineKey } from './index.js';

const key: PipelineKey = { topology: 'TRIANGLELIST', targets: [{ type: 'float' }] };

const vertex = parseShader(`vs_4_0
dcl_input v0.xyzw
dcl_output_siv o0.xyzw, position
dcl_output o1.xyzw
mov o0.xyzw, v0.xyzw
mov o1.xyzw, v0.xyzw
ret
`);

function pixel(code: string, declarations = ''): Program {
  return parseShader(`ps_4_1
dcl_input_ps linear v1.xyzw
dcl_output o0.xyzw
dcl_temps 4
${declarations}
${code}
ret
`);
}

function errorOf(work: () => unknown): TranslateError {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(TranslateError);
    return error as TranslateError;
  }
  throw new Error('no error');
}

const texture = 'dcl_resource_texture2d (float,float,float,float) t0\ndcl_sampler s0, mode_default';
const cube = 'dcl_resource_texturecube (float,float,float,float) t0\ndcl_sampler s0, mode_default';
const view = (more: object): Partial<PipelineKey> => ({
  pixel: { views: { 0: { dimension: '2d', sampleType: 'float', ...more } } },
});

describe('what WGSL cannot express is an error with the place of the instruction', () => {
  it.each<[string, string, string, Partial<PipelineKey>, string]>([
    ['LOD', 'lod o0.xyzw, v1.xyzw, t0.xyzw, s0', texture, view({}), 'ENOTSUP'],
    ['doubles', 'dadd r0.xyzw, r1.xyzw, r2.xyzw', '', {}, 'ENOTSUP'],
    ['SM5', 'bfrev r0.xyzw, r1.xyzw', '', {}, 'ENOTSUP'],
    [
      'comparing a cube that is no depth',
      'sample_c o0.xyzw, v1.xyzw, t0.xxxx, s0, v1.z',
      cube,
      view({ dimension: 'cube' }),
      'ENOTSUP',
    ],
    [
      'comparing integers',
      'sample_c o0.xyzw, v1.xyzw, t0.xxxx, s0, v1.z',
      texture,
      view({ sampleType: 'uint' }),
      'EINVAL',
    ],
    [
      'derivatives for depth',
      'sample_d o0.xyzw, v1.xyzw, t0.xyzw, s0, v1.xyzw, v1.xyzw',
      texture,
      view({ sampleType: 'depth' }),
      'ENOTSUP',
    ],
    [
      'a bias for depth',
      'sample_b o0.xyzw, v1.xyzw, t0.xyzw, s0, v1.x',
      texture,
      view({ sampleType: 'depth' }),
      'ENOTSUP',
    ],
    [
      'cubes of integers',
      'sample o0.xyzw, v1.xyzw, t0.xyzw, s0',
      cube,
      view({ sampleType: 'uint', dimension: 'cube' }),
      'ENOTSUP',
    ],
    [
      'a view of another dimension',
      'sample o0.xyzw, v1.xyzw, t0.xyzw, s0',
      texture,
      view({ dimension: '3d' }),
      'EINVAL',
    ],
    [
      'samples that the shader does not declare',
      'ld o0.xyzw, v1.xyzw, t0.xyzw',
      texture,
      view({ samples: 4 }),
      'EINVAL',
    ],
    [
      'offsets in a cube',
      'sample_aoffimmi(1,0,0) o0.xyzw, v1.xyzw, t0.xyzw, s0',
      cube,
      view({ dimension: 'cube' }),
      'EINVAL',
    ],
    ['a break without a loop', 'break', '', {}, 'EINVAL'],
    ['a block that does not end', 'if_nz v1.x', '', {}, 'EINVAL'],
    ['an end without a beginning', 'endloop', '', {}, 'EINVAL'],
    ['an undeclared array', 'mov x3[0].xyzw, v1.xyzw', '', {}, 'EINVAL'],
    ['an emit', 'emit', '', {}, 'EINVAL'],
    ['a missing label', 'call l7', '', {}, 'EINVAL'],
    ['recursion', 'call l0\nret\nlabel l0\ncall l0', '', {}, 'EINVAL'],
    ['too many blocks', `${'if_nz v1.x\n'.repeat(200)}${'endif\n'.repeat(200)}`, '', {}, 'E2BIG'],
    ['a primitive ID', 'mov o0.xyzw, v2.xxxx', 'dcl_input_ps_sgv constant v2.x, primitive_id', {}, 'ENOTSUP'],
    ['a second source', 'mov o1.xyzw, v1.xyzw', 'dcl_output o1.xyzw', { dualSource: true }, 'ENOTSUP'],
  ])('%s', (_, code, declarations, more, expected) => {
    const error = errorOf(() => translate({ vertex, pixel: pixel(code, declarations) }, { ...key, ...more }));
    expect(error.code).toBe(expected);
    expect(error.stage).toBe('pixel');
  });

  it('names the token', () => {
    const program = pixel('mov r0.xyzw, v1.xyzw\nlod o0.xyzw, r0.xyzw, t0.xyzw, s0', texture);
    const error = errorOf(() => translate({ vertex, pixel: program }, { ...key, ...view({}) }));
    const lod = program.statements.find(({ opcode }) => opcode === 'LOD')!;
    expect(error.at).toBe(lod.at);
    expect(error.message).toBe(`pixel shader, token ${lod.at}: LOD`);
  });

  it('calls that would be written out without end are an error', () => {
    const twice = Array.from({ length: 40 }, (_, i) => `label l${i}\ncall l${i + 1}\ncall l${i + 1}\nret`);
    const code = `call l0\nret\n${twice.join('\n')}\nlabel l40\nadd r0.xyzw, r0.xyzw, v1.xyzw`;
    expect(errorOf(() => translate({ vertex, pixel: pixel(code) }, key)).code).toBe('E2BIG');
  });

  it.each<[string, Partial<PipelineKey>]>([
    ['strips with indices', { topology: 'TRIANGLESTRIP', indexFormat: 'uint16', streamOutput: [] }],
    ['adjacent strips', { topology: 'TRIANGLESTRIP_ADJ', streamOutput: [] }],
  ])('%s have to be made lists for stream output', (_, more) => {
    expect(errorOf(() => translate({ vertex }, { ...key, ...more })).code).toBe('ENOTSUP');
  });

  it('a shader of another stage', () => {
    expect(errorOf(() => translate({ vertex: pixel('nop') }, key)).code).toBe('EINVAL');
  });
});

describe('the text', () => {
  it('is readable: registers by their names, the instruction behind each line', () => {
    const code = translate(
      { vertex, pixel: pixel('mul_sat r0.xy, v1.yxyy, -|v1.wwww|\nmov o0.xyzw, r0.xyxy') },
      key,
    ).pixel!.code;
    expect(code).toContain(
      '  r0 = vec4u(sat2(bitcast<vec2u>(bitcast<vec2f>(v1.yx) * (-abs(bitcast<vec2f>(v1.ww))))), r0.zw);' +
        ' // mul_sat r0.xy, v1.yxyy, -|v1.wwww|\n' +
        '  o0 = r0.xyxy; // mov o0.xyzw, r0.xyxy\n',
    );
  });

  it('declares only what is used', () => {
    const unused = `${texture}\ndcl_constantbuffer cb3[4096], immediateIndexed\ndcl_indexableTemp x9[4096], 4`;
    const { pixel: module } = translate(
      { vertex, pixel: pixel('mov o0.xyzw, v1.xyzw', unused) },
      { ...key, ...view({}) },
    );
    expect(module!.bindings).toEqual([]);
    expect(module!.code).not.toMatch(/t0|s0|cb3|x9/);
  });

  it('code that cannot be reached is left out', () => {
    const flow = 'if_nz v1.x\nret\nmul r0.x, v1.x, v1.x\nelse\nret\nendif\nmul r1.x, v1.x, v1.x';
    expect(translate({ vertex, pixel: pixel(flow) }, key).pixel!.code).not.toContain('mul');
  });

  it('a view of a resource that is not bound reads 0', () => {
    const { pixel: module } = translate(
      { vertex, pixel: pixel('sample o0.xyzw, v1.xyzw, t0.xyzw, s0', texture) },
      key,
    );
    expect(module!.bindings).toEqual([]);
    expect(module!.code).toContain('o0 = vec4u();');
  });

  it('constant buffers beyond the uniform buffers of a stage are storage buffers', () => {
    const many = Array.from({ length: 14 }, (_, i) => i);
    const declarations = many.map((i) => `dcl_constantbuffer cb${i}[2], immediateIndexed`).join('\n');
    const code = many.map((i) => `add r0.xyzw, r0.xyzw, cb${i}[0].xyzw`).join('\n');
    const types = translate({ vertex, pixel: pixel(code, declarations) }, key).pixel!.bindings.map(
      ({ buffer }) => buffer!.type,
    );
    expect(types).toEqual([...Array(11).fill('uniform'), ...Array(3).fill('read-only-storage')]);
  });
});

describe('size', () => {
  const bodies: Record<string, (n: number) => string> = {
    arithmetic: (n) => 'mad_sat r0.xz, -r1.xyzw, |v1.wzyx|, l(1.0, 2.0, 3.0, 4.0)\n'.repeat(n),
    literals: (n) =>
      Array.from({ length: n }, (_, i) => `add r0.xyzw, r0.xyzw, l(${i}.5, 1.0, 2.0, 3.0)\n`).join(''),
    blocks: (n) => 'loop\nif_nz r0.x\nbreak\nelse\nlt r0.x, r1.x, r2.x\nendif\nendloop\n'.repeat(n),
    cases: (n) =>
      [
        'switch r0.x\n',
        ...Array.from({ length: n }, (_, i) => `case l(${i})\nmov r1.x, r0.x\nbreak\n`),
        'default\nendswitch\n',
      ].join(''),
    samples: (n) => 'sample r0.xyzw, v1.xyzw, t0.wzyx, s0\nld r1.xyzw, r0.xyzw, t0.xyzw\n'.repeat(n),
    arrays: (n) => 'mov x1[r0.x + 1].yw, x1[r1.x + 2].xyzw\n'.repeat(n),
    subroutines: (n) =>
      `ret\n${Array.from({ length: n }, (_, i) => `label l${i}\nadd r0.x, r0.x, r1.x\nret\n`).join('')}`,
  };

  it.each(Object.entries(bodies))('grows no faster than the tokens: %s', (_, body) => {
    const points = [14, 3000].map((n) => {
      const program = pixel(body(n), `${texture}\ndcl_indexableTemp x1[8], 4`);
      const { pixel: module } = translate({ vertex, pixel: program }, { ...key, ...view({}) });
      return { tokens: encodeShader(program).length, bytes: module!.code.length };
    });
    const slope = Math.log(points[1].bytes / points[0].bytes) / Math.log(points[1].tokens / points[0].tokens);
    expect(slope).toBeLessThanOrEqual(1.05);
  });
});

describe('hostile shaders', () => {
  const programs = corpus().map((one) => ({
    ...pipelinesOf(one),
    words: encodeShader(one.program),
    type: one.program.type,
  }));

  it(
    'damaged tokens are translated or refused, in proportion to their number',
    () => {
      let translated = 0;
      let refused = 0;
      for (const seed of seeds(300)) {
        const random = new Random(seed);
        const { shaders, keys, words, type } = random.pick(programs);
        const damaged = words.slice();
        for (let i = random.below(4); i >= 0; i--) {
          const at = 2 + random.below(damaged.length - 2);
          damaged[at] = random.below(2) === 0 ? damaged[at] ^ (1 << random.below(32)) : random.operand();
        }
        let program: Program;
        try {
          program = decodeShader(damaged);
        } catch {
          continue;
        }
        const stage = ({ VERTEX: 'vertex', GEOMETRY: 'geometry', PIXEL: 'pixel' } as const)[type as 'VERTEX'];
        try {
          const { vertex, pixel, streamOutput } = translate(
            { ...shaders, [stage]: program },
            random.pick(keys),
          );
          const bytes = vertex.code.length + (pixel?.code.length ?? 0) + (streamOutput?.code.length ?? 0);
          expect(bytes, `seed ${seed}`).toBeLessThan(40_000 + 600 * damaged.length);
          translated++;
        } catch (error) {
          expect(error, `seed ${seed}`).toBeInstanceOf(TranslateError);
          refused++;
        }
      }
      expect(translated).toBeGreaterThan(0);
      expect(refused).toBeGreaterThan(0);
    },
    seedsTimeout,
  );
});
