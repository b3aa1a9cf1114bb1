import { isInstruction, parseShader, type Program, type ResourceDimension } from '@cg/vgpu10';
import type { PipelineKey, Shaders, ShaderView, TextureView } from './key.js';
import { TranslateError } from './errors.js';
import { stageInterface, type StageInterface } from './stage/stage-interface.js';

const STAGES = { VERTEX: 'vertex', GEOMETRY: 'geometry', PIXEL: 'pixel' } as const;
const TARGETS = 8;
const MULTISAMPLED = 4;

const dimensions: Partial<Record<ResourceDimension, TextureView['dimension']>> = {
  TEXTURE1D: '2d',
  TEXTURE2D: '2d',
  TEXTURE2DMS: '2d',
  TEXTURE3D: '3d',
  TEXTURECUBE: 'cube',
  TEXTURE1DARRAY: '2d-array',
  TEXTURE2DARRAY: '2d-array',
  TEXTURECUBEARRAY: 'cube-array',
};

const topologies: Partial<Record<StageInterface['primitive'], PipelineKey['topology']>> = {
  POINT: 'POINTLIST',
  LINE: 'LINELIST',
  TRIANGLE: 'TRIANGLELIST',
  LINE_ADJ: 'LINELIST_ADJ',
  TRIANGLE_ADJ: 'TRIANGLELIST_ADJ',
};

/**
 * * A pipeline for a shader by itself, to look at its translation: attributes of four floats, views and targets of
 * floats, views of depth where they are compared; before a pixel or geometry shader a vertex shader that writes what
 * it reads.
 * @throws TranslateError
 */
export function plainPipeline(program: Program): { readonly shaders: Shaders; readonly key: PipelineKey } {
  const stage = STAGES[program.type as keyof typeof STAGES];
  if (stage === undefined) {
    throw new TranslateError('ENOTSUP', `a ${program.type} shader`, 'vertex', 0);
  }
  const shader = stageInterface(stage, program);
  const vertex = stage === 'vertex' ? program : vertexShaderFor(shader);
  const inputs = stage === 'vertex' ? shader.inputs.map(({ register }) => register) : [0];
  return {
    shaders: { vertex, ...(stage === 'vertex' ? {} : { [stage]: program }) },
    key: {
      topology: topologies[shader.primitive] ?? 'TRIANGLELIST',
      attributes: inputs.map((register) => ({
        register,
        buffer: 0,
        format: 'R32G32B32A32_FLOAT',
        step: 'vertex',
      })),
      [stage]: { views: viewsOf(shader) },
      targets: Array.from({ length: TARGETS }, () => ({ type: 'float' as const })),
      features: ['clip-distances', 'primitive-index'],
    },
  };
}

function viewsOf({ resources, statements }: StageInterface): Record<number, ShaderView> {
  const compared = new Set(
    statements
      .filter(isInstruction)
      .filter(({ opcode }) => opcode.startsWith('SAMPLE_C'))
      .map(({ sources }) => sources[1].indices[0]?.offset),
  );
  const views: Record<number, ShaderView> = {};
  for (const [slot, { dimension }] of resources) {
    views[slot] =
      dimension === 'BUFFER'
        ? { dimension: 'buffer', format: 'R32G32B32A32_FLOAT' }
        : {
            dimension: dimensions[dimension] ?? '2d',
            sampleType: compared.has(slot) ? 'depth' : 'float',
            samples: dimension === 'TEXTURE2DMS' ? MULTISAMPLED : 1,
          };
  }
  return views;
}

/** A vertex shader that writes a position, and its input to every other register. */
function vertexShaderFor({ stage, inputs }: StageInterface): Program {
  const registers = new Set(inputs.map(({ register }) => register));
  const own = inputs.find(({ name }) => name === 'POSITION')?.register;
  const free = Array.from({ length: registers.size + 1 }, (_, i) => i).find((i) => !registers.has(i))!;
  const position = stage === 'geometry' && own !== undefined ? own : free;
  const outputs = [...new Set([...registers, position])];
  const declarations = outputs.map((register) =>
    register === position ? `dcl_output_siv o${register}.xyzw, position` : `dcl_output o${register}.xyzw`,
  );
  const moves = outputs.map((register) => `mov o${register}.xyzw, v0.xyzw`);
  return parseShader(['vs_4_0', 'dcl_input v0.xyzw', ...declarations, ...moves, 'ret', ''].join('\n'));
}
