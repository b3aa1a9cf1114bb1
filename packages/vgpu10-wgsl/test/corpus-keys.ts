import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { decodeShader, type Program } from '@cg/vgpu10';
import { plainPipeline } from '../src/index.js';
import type { PipelineKey, SamplerState, Shaders, ShaderView } from '../src/index.js';
import { stageInterface } from '../src/stage/stage-interface.js';

/** A shader with its name: those of our own programs, and those that CG_SHADERS names. */
export interface CorpusProgram {
  readonly name: string;
  readonly program: Program;
}

const OWN = new URL('../../vgpu10/vectors/gltest.json', import.meta.url);

function programsOf(path: string | URL): CorpusProgram[] {
  const content = JSON.parse(readFileSync(path, 'utf8')) as Record<string, string> | string[];
  return Object.entries(content).map(([name, base64]) => {
    const bytes = Uint8Array.from(Buffer.from(base64, 'base64'));
    return { name, program: decodeShader(new Uint32Array(bytes.buffer, 0, bytes.length >> 2)) };
  });
}

/** @throws Error if CG_SHADERS names nothing that is there */
export function corpus(): CorpusProgram[] {
  const path = process.env.CG_SHADERS;
  if (!path) {
    return programsOf(OWN);
  }
  if (!existsSync(path)) {
    throw new Error(`CG_SHADERS: ${path} does not exist`);
  }
  const files = statSync(path).isDirectory()
    ? readdirSync(path).filter((name) => name.endsWith('.json'))
    : [''];
  return [...programsOf(OWN), ...files.flatMap((name) => programsOf(name === '' ? path : join(path, name)))];
}

/** A key with everything else: other components, samplers with borders, integer targets, few buffers, stream output. */
function oddKey(plain: PipelineKey, shaders: Shaders): PipelineKey {
  const stage =
    shaders.geometry !== undefined ? 'geometry' : shaders.pixel !== undefined ? 'pixel' : 'vertex';
  const views = Object.entries(plain[stage]?.views ?? {}).map(([slot, view]): [string, ShaderView] => [
    slot,
    view.dimension === 'buffer'
      ? { dimension: 'buffer', format: 'R16G16_SNORM' }
      : { ...view, components: 'bgr1', normalized: true },
  ]);
  const sampler: SamplerState = { address: ['border', 'repeat', 'border'], magLinear: true, compare: 'less' };
  const last = shaders.geometry ?? shaders.vertex;
  const outputs = stageInterface(shaders.geometry === undefined ? 'vertex' : 'geometry', last).outputs;
  return {
    ...plain,
    attributes: plain.attributes!.map(({ register }, i) => ({
      register,
      buffer: i % 2,
      format: i % 2 === 0 ? 'R10G10B10A2_UNORM' : 'R8G8B8A8_SINT',
      step: i % 3 === 0 ? 'instance' : 'vertex',
    })),
    [stage]: {
      views: Object.fromEntries(views),
      samplers: Object.fromEntries(Array.from({ length: 16 }, (_, slot) => [slot, sampler])),
    },
    targets: [{ type: 'uint' }, { type: 'float', components: 'aaaa' }, undefined, { type: 'sint' }],
    features: ['primitive-index'],
    indexFormat: 'uint16',
    maxUniformBuffersPerShaderStage: 2,
    streamOutput: [...new Set(outputs.map(({ register }) => register))].map((register, i) => ({
      buffer: i % 4,
      register,
      mask: 1 + (i % 15),
    })),
  };
}

/** The shaders of a pipeline with this one in it, and two keys for them. */
export function pipelinesOf({ program }: CorpusProgram): {
  readonly shaders: Shaders;
  readonly keys: readonly PipelineKey[];
} {
  const { shaders, key } = plainPipeline(program);
  return { shaders, keys: [key, oddKey(key, shaders)] };
}
