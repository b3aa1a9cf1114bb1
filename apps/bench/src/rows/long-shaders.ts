import { decodeShader, encodeShader, parseShader } from '@cg/vgpu10';
import { plainPipeline, translate, type PipelineKey, type Shaders } from '@cg/vgpu10-wgsl';
import { hostClock } from '../clock.js';
import type { Contender } from '../contender.js';
import { BenchError } from '../errors.js';
import type { Row } from '../row.js';

const [LONG, SHORT] = [100_000, 100];

const head = `ps_4_0
dcl_input_ps linear v1.xyzw
dcl_output o0.xyzw
dcl_constantbuffer cb0[16], immediateIndexed
dcl_sampler s0, mode_default
dcl_resource_texture2d (float,float,float,float) t0
dcl_temps 8
`;

const register = (i: number): string => `r${i % 8}`;

/** Of each kind of program its statements, by number; programs differ, as their statements' numbers do. */
const kinds: Readonly<Record<string, (i: number) => string>> = {
  arithmetic: (i) => `mad ${register(i)}.xyzw, ${register(i + 1)}.xyzw, cb0[${i % 16}].xyzw, v1.xyzw`,
  literals: (i) => `mul ${register(i)}.xyzw, ${register(i + 1)}.xyzw, l(${i}.5, 1.0, ${i % 7}.25, 2.0)`,
  'blocks in a row': (i) =>
    `if_nz ${register(i)}.x\nadd r0.xyzw, r1.xyzw, v1.xyzw\nelse\nmul r0.x, r0.x, v1.y\nendif`,
  'blocks in each other': (i) =>
    `${'loop\nbreakc_nz r0.x\n'.repeat(8)}add r0.x, ${register(i)}.x, v1.x\n${'endloop\n'.repeat(8)}`,
  'texture lookups': (i) => `sample ${register(i)}.xyzw, ${register(i + 1)}.xyxx, t0.xyzw, s0`,
  declarations: (i) => `dcl_constantbuffer cb${i % 16}[16], immediateIndexed\ndcl_temps ${i % 4096}`,
};

/**
 * A long shader against as many tokens in short ones. The time grows with the power 1 + log(ratio) / log(1,000) of the
 * tokens.
 */
export function rowsOf(): Row[] {
  return [
    {
      section: 'Long shaders',
      name: 'decode and translate 100,000 tokens',
      unit: 'ms',
      ours: 'one shader',
      rival: 'shaders of 100 tokens',
      rivalOfPackages: true,
      figures: Object.keys(kinds).map((name, part) => ({ name, parts: [part] })),
      open: async (side) => translating(side === 'ours' ? LONG : SHORT),
    },
  ];
}

function encoded(kind: string, first: number, statements: number): Uint32Array {
  const body = Array.from({ length: statements }, (_, i) => kinds[kind](first + i));
  return encodeShader(parseShader(`${head}${body.join('\n')}\nret\n`));
}

/** Shaders of about so many tokens each, which together have the same number whatever their length is. */
function shadersOf(kind: string, tokens: number): Uint32Array[] {
  const fixed = encoded(kind, 0, 0).length;
  const each = (encoded(kind, 0, 64).length - fixed) / 64;
  const perShort = Math.max(1, Math.round((SHORT - fixed) / each));
  const short = Math.round(LONG / (fixed + perShort * each));
  const statements = Math.round((short * (fixed + perShort * each) - fixed) / each);
  return tokens === LONG
    ? [encoded(kind, 0, statements)]
    : Array.from({ length: short }, (_, i) => encoded(kind, i * perShort, perShort));
}

interface Work {
  readonly shaders: readonly Uint32Array[];
  readonly plain: { readonly shaders: Shaders; readonly key: PipelineKey };
  readonly expected: number;
}

function run({ shaders, plain }: Pick<Work, 'shaders' | 'plain'>): number {
  let bytes = 0;
  for (const words of shaders) {
    bytes += translate({ ...plain.shaders, pixel: decodeShader(words) }, plain.key).pixel!.code.length;
  }
  return bytes;
}

function translating(tokens: number): Contender {
  const works = Object.keys(kinds).map((kind): Work => {
    const shaders = shadersOf(kind, tokens);
    const plain = plainPipeline(decodeShader(shaders[0]));
    return { shaders, plain, expected: run({ shaders, plain }) };
  });
  const step = () =>
    works.map((work) => {
      const before = hostClock();
      const bytes = run(work);
      const taken = hostClock() - before;
      if (bytes !== work.expected) {
        throw new BenchError('EBADMSG', `${bytes} bytes, not ${work.expected}`, 'translate');
      }
      return taken;
    });
  return { steps: 1, alike: true, per: NANOSECONDS_PER_MS, begin: () => ({ step, end() {} }) };
}

const NANOSECONDS_PER_MS = 1_000_000;
