import type { PipelineKey, StageName, TargetState } from '@cg/vgpu10-wgsl';
import type { PipelineState } from '@cg/svga-device';
import { GenerationCache } from '../gpu/generation-cache.js';
import type { BlendMapping } from '../state/blend.js';
import type { DrawTargets } from './draw-targets.js';
import type { GeometryPlan } from './geometry-plan.js';
import { blendOf, type Pipelines, type PipelineShape } from './pipelines.js';
import type { StageResources } from './stage-resources.js';
import type { StreamDraws } from './stream-draws.js';
import type { DecodedShaders, TranslatedPipeline } from './translations.js';
import type { VertexInputs } from './vertex-inputs.js';

const ENTRIES = 4096;
const TOPOLOGIES: Partial<Record<string, GPUPrimitiveTopology>> = {
  POINTLIST: 'point-list',
  LINELIST: 'line-list',
  LINESTRIP: 'line-strip',
  TRIANGLELIST: 'triangle-list',
  TRIANGLESTRIP: 'triangle-strip',
};

/** What draws of a kind share. */
export interface DrawEntry {
  readonly translated: TranslatedPipeline;
  /** Undefined without targets. */
  readonly pipeline: GPURenderPipeline | undefined;
  readonly blend: BlendMapping | undefined;
  readonly showsLayers: boolean;
  readonly showsViewports: boolean;
}

/** Pipelines and translations for draws, found by the identity of what a draw consists of. */
export class DrawEntries {
  readonly #known = new GenerationCache<string, DrawEntry | string>(ENTRIES);
  readonly #identities = new WeakMap<object, number>();
  #identityCount = 0;

  constructor(
    readonly device: GPUDevice,
    readonly pipelines: Pipelines,
    readonly stages: Readonly<Record<StageName, StageResources>>,
    readonly inputs: VertexInputs,
    readonly streams: StreamDraws,
  ) {}

  #identity(object: object | undefined): number {
    if (object === undefined) {
      return 0;
    }
    let identity = this.#identities.get(object);
    if (identity === undefined) {
      identity = ++this.#identityCount;
      this.#identities.set(object, identity);
    }
    return identity;
  }

  /** What a draw shares with others. @returns the reason if WebGPU cannot draw it */
  get(
    state: PipelineState,
    shaders: DecodedShaders,
    targets: DrawTargets | undefined,
    plan: GeometryPlan,
    drawn: GeometryPlan,
    loopTurns: number | undefined,
  ): DrawEntry | string {
    const { vertex, geometry, pixel } = shaders;
    const { depthTarget } = state;
    const indexFormat = indexFormatOf(drawn);
    const key =
      `${vertex.id},${geometry?.id},${pixel?.id}/${this.inputs.key}/${this.stages.vertex.key}|` +
      `${this.stages.geometry.key}|${this.stages.pixel.key}/${plan.topology},${drawn.topology},${indexFormat},` +
      `${indexFormatOf(plan)}/${targets?.key}/${depthTarget?.depthReadOnly},${depthTarget?.stencilReadOnly}/` +
      `${this.#identity(state.blend)},${this.#identity(state.depthStencil)},${this.#identity(state.rasterizer)},` +
      `${state.sampleMask}/${this.streams.key}/${loopTurns}`;
    return (
      this.#known.get(key) ??
      this.#known.set(key, this.#make(state, shaders, targets, plan, drawn, loopTurns))
    );
  }

  #make(
    state: PipelineState,
    shaders: DecodedShaders,
    targets: DrawTargets | undefined,
    plan: GeometryPlan,
    drawn: GeometryPlan,
    loopTurns: number | undefined,
  ): DrawEntry | string {
    const { device } = this;
    const blend = targets && blendOf(state, targets, device);
    const indexFormat = indexFormatOf(plan);
    const key: PipelineKey = {
      topology: plan.topology,
      ...(indexFormat !== undefined && this.#assembles(shaders) && { indexFormat }),
      attributes: this.inputs.attributes(),
      vertex: this.stages.vertex.translationKey(),
      ...(shaders.geometry && { geometry: this.stages.geometry.translationKey() }),
      ...(shaders.pixel && { pixel: this.stages.pixel.translationKey() }),
      targets:
        targets?.colors.map((target): TargetState | undefined => target && targetState(target.view)) ?? [],
      samples: targets?.samples ?? 1,
      ...(blend?.dualSource && { dualSource: true }),
      ...(this.streams.elements !== undefined && { streamOutput: this.streams.elements }),
      ...(loopTurns !== undefined && { maxLoopTurns: loopTurns }),
    };
    const translated = this.pipelines.translations.translate(shaders, key);
    if (typeof translated === 'string') {
      return translated;
    }
    const { geometry } = translated.translation;
    const topology = geometry?.topology ?? TOPOLOGIES[drawn.topology];
    if (topology === undefined) {
      return `primitives of ${drawn.topology}`;
    }
    const isStrip = topology.endsWith('strip');
    const shape: PipelineShape = {
      topology,
      stripIndexFormat: isStrip ? indexFormatOf(drawn) : undefined,
    };
    const { outputs } = (shaders.geometry ?? shaders.vertex).interface;
    return {
      translated,
      pipeline: targets && blend && this.pipelines.get(translated, shaders, state, targets, shape, blend),
      blend,
      showsLayers: outputs.some(({ name }) => name === 'RENDER_TARGET_ARRAY_INDEX'),
      showsViewports: outputs.some(({ name }) => name === 'VIEWPORT_ARRAY_INDEX'),
    };
  }

  #assembles({ geometry }: DecodedShaders): boolean {
    return geometry !== undefined || this.streams.elements !== undefined;
  }
}

function targetState({ sampleType, alpha, format }: DrawTargets['all'][number]['view']): TargetState {
  if (sampleType === 'sint' || sampleType === 'uint') {
    return { type: sampleType, bits: integerBits(format) };
  }
  return { type: 'float', ...(alpha === 'only' && { components: 'aaaa' }) };
}

/** Bits of the channels of integers of a format. */
function integerBits(format: GPUTextureFormat): readonly number[] {
  if (format.startsWith('rgb10a2')) {
    return [10, 10, 10, 2];
  }
  return [0, 1, 2, 3].map(() => Number(/\d+/.exec(format)![0]));
}

/** The format of the indices; undefined without. */
function indexFormatOf({ indices, list }: GeometryPlan): GPUIndexFormat | undefined {
  return list !== undefined
    ? 'uint32'
    : indices === undefined
      ? undefined
      : indices.indexBytes === 2
        ? 'uint16'
        : 'uint32';
}
