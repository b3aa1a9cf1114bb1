import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { decodeShader, parseShader, type Program } from '@cg/vgpu10';
import type { PipelineKey, SamplerState, Shaders, ShaderView, StageResources } from '../src/index.js';
import { stageInterface, type StageInterface } from '../src/stage/stage-interface.js';

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

const DIMENSIONS: Record<string, string> = {
  TEXTURE1D: '2d',
  TEXTURE2D: '2d',
  TEXTURE2DMS: '2d',
  TEXTURE3D: '3d',
  TEXTURECUBE: 'cube',
  TEXTURE1DARRAY: '2d-array',
  TEXTURE2DARRAY: '2d-array',
  TEXTURECUBEARRAY: 'cube-array',
};

/** What a stage has bound: views that fit its declarations, with other components and samplers where `isOdd`. */
function resourcesOf({ resources, instructions }: StageInterface, isOdd: boolean): StageResources {
  const compared = new Set(
    instructions
      .filter(({ opcode }) => opcode.startsWith('SAMPLE_C'))
      .map(({ sources }) => sources[1].indices[0].offset),
  );
  const views: Record<number, ShaderView> = {};
  for (const [slot, { dimension }] of resources) {
    views[slot] =
      dimension === 'BUFFER'
        ? { dimension: 'buffer', format: isOdd ? 'R16G16_SNORM' : 'R32G32B32A32_FLOAT' }
        : ({
            dimension: DIMENSIONS[dimension],
            sampleType: compared.has(slot) ? 'depth' : 'float',
            samples: dimension === 'TEXTURE2DMS' ? 4 : 1,
            ...(isOdd ? { components: 'bgr1', normalized: true } : {}),
          } as ShaderView);
  }
  const odd: SamplerState = { address: ['border', 'repeat', 'border'], magLinear: true, compare: 'less' };
  return isOdd
    ? { views, samplers: Object.fromEntries(Array.from({ length: 16 }, (_, slot) => [slot, odd])) }
    : { views };
}

/** A vertex shader that writes these registers. */
function feeding(registers: readonly number[], position: number): Program {
  const outputs = [...new Set([...registers, position])];
  return parseShader(`vs_4_0
dcl_input v0.xyzw
${outputs.map((r) => (r === position ? `dcl_output_siv o${r}.xyzw, position` : `dcl_output o${r}.xyzw`)).join('\n')}
${outputs.map((r) => `mov o${r}.xyzw, v0.xyzw`).join('\n')}
ret
`);
}

const INPUTS: Partial<Record<string, PipelineKey['topology']>> = {
  POINT: 'POINTLIST',
  LINE: 'LINELIST',
  TRIANGLE: 'TRIANGLELIST',
  LINE_ADJ: 'LINELIST_ADJ',
  TRIANGLE_ADJ: 'TRIANGLELIST_ADJ',
};

const STAGES = { VERTEX: 'vertex', GEOMETRY: 'geometry', PIXEL: 'pixel' } as const;

/** The shaders of a pipeline with this one in it, and two keys for them. */
export function pipelinesOf({ program }: CorpusProgram): {
  readonly shaders: Shaders;
  readonly keys: readonly PipelineKey[];
} {
  const stage = STAGES[program.type as keyof typeof STAGES];
  const own = stageInterface(stage, program);
  const registers = own.inputs.map(({ register }) => register);
  const position = own.inputs.find(({ name }) => name === 'POSITION')?.register;
  const free = Array.from({ length: 40 }, (_, i) => i).find((i) => !registers.includes(i)) ?? 0;
  const vertex =
    stage === 'vertex' ? program : feeding(registers, stage === 'geometry' ? (position ?? free) : free);
  const shaders: Shaders = { vertex, ...(stage === 'vertex' ? {} : { [stage]: program }) };
  const topology = stage === 'geometry' ? (INPUTS[own.primitive] ?? 'POINTLIST') : 'TRIANGLELIST';
  const inputs = stage === 'vertex' ? registers : [0];
  const plain: PipelineKey = {
    topology,
    attributes: inputs.map((register) => ({
      register,
      buffer: 0,
      format: 'R32G32B32A32_FLOAT',
      step: 'vertex',
    })),
    [stage]: resourcesOf(own, false),
    targets: Array.from({ length: 8 }, () => ({ type: 'float' })),
    features: ['clip-distances', 'primitive-index'],
  };
  const outputs = stage === 'pixel' ? [free] : own.outputs.map(({ register }) => register);
  const odd: PipelineKey = {
    ...plain,
    attributes: inputs.map((register, i) => ({
      register,
      buffer: i % 2,
      format: i % 2 === 0 ? 'R10G10B10A2_UNORM' : 'R8G8B8A8_SINT',
      step: i % 3 === 0 ? 'instance' : 'vertex',
    })),
    [stage]: resourcesOf(own, true),
    targets: [{ type: 'uint' }, { type: 'float', components: 'aaaa' }, undefined, { type: 'sint' }],
    features: ['primitive-index'],
    indexFormat: 'uint16',
    maxUniformBuffersPerShaderStage: 2,
    streamOutput: [...new Set(outputs)].map((register, i) => ({
      buffer: i % 4,
      register,
      mask: 1 + (i % 15),
    })),
  };
  return { shaders, keys: [plain, odd] };
}
