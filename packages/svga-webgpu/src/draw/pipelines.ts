import { SVGA3D_CULL } from '@cg/svga-protocol';
import type { PipelineState, RasterizerState } from '@cg/svga-device';
import { mapBlend, type BlendMapping } from '../state/blend.js';
import { mapDepthStencil } from '../state/depth-stencil.js';
import { GenerationCache } from '../gpu/generation-cache.js';
import { SCRATCH_DEPTH, type DrawTargets } from './draw-targets.js';
import type { DecodedShaders, TranslatedPipeline, Translations } from './translations.js';

/** What a pipeline depends on beside shaders and state. */
export interface PipelineShape {
  readonly topology: GPUPrimitiveTopology;
  readonly stripIndexFormat: GPUIndexFormat | undefined;
}

const PIPELINES = 2048;
const ALL_SAMPLES = 0xffffffff;

/** Render pipelines, made once for each distinct state. */
export class Pipelines {
  readonly #pipelines = new GenerationCache<string, GPURenderPipeline>(PIPELINES);
  /** Pipelines that were made. */
  made = 0;

  constructor(
    readonly device: GPUDevice,
    readonly translations: Translations,
  ) {}

  get(
    translated: TranslatedPipeline,
    shaders: DecodedShaders,
    state: PipelineState,
    targets: DrawTargets,
    shape: PipelineShape,
    blend: BlendMapping,
  ): GPURenderPipeline {
    const written = writtenTargets(shaders, blend.dualSource);
    const isTriangles = shape.topology.startsWith('triangle');
    const { rasterizer } = state;
    const pixel = shaders.pixel?.interface;
    const writesMask = pixel?.outputs.some(({ type }) => type === 'OUTPUT_COVERAGE_MASK') === true;
    const colors = targets.colors.map((target, slot): GPUColorTargetState | null =>
      target === undefined
        ? null
        : {
            format: target.view.format,
            writeMask: written.has(slot) ? blend.writeMasks[slot] : 0,
            ...(blend.blends[slot] !== undefined && written.has(slot) && { blend: blend.blends[slot] }),
          },
    );
    const unclipped = rasterizer?.depthClipEnable === 0 && this.device.features.has('depth-clip-control');
    const alphaToCoverage =
      blend.alphaToCoverage &&
      targets.samples > 1 &&
      !writesMask &&
      hasBlendableAlpha(targets) &&
      written.has(0);
    const depthStencil = this.#depthStencil(state, targets, isTriangles);
    const parts = {
      primitive: {
        topology: shape.topology,
        ...(shape.stripIndexFormat !== undefined && { stripIndexFormat: shape.stripIndexFormat }),
        frontFace: isCounterClockwise(rasterizer) ? ('ccw' as const) : ('cw' as const),
        cullMode: isTriangles ? cullOf(rasterizer) : ('none' as const),
        ...(unclipped && { unclippedDepth: true }),
      },
      ...(depthStencil !== undefined && { depthStencil }),
      multisample: {
        count: targets.samples,
        ...(state.sampleMask >>> 0 !== ALL_SAMPLES && { mask: state.sampleMask >>> 0 }),
        ...(alphaToCoverage && { alphaToCoverageEnabled: true }),
      },
      targets: colors,
    };
    const key = `${translated.id}/${JSON.stringify(parts)}`;
    const known = this.#pipelines.get(key);
    if (known !== undefined) {
      return known;
    }
    this.made++;
    const { targets: fragmentTargets, ...rest } = parts;
    const pipeline = this.device.createRenderPipeline({
      ...rest,
      layout: translated.layout,
      vertex: { module: translated.vertex },
      fragment: { module: translated.fragment, targets: fragmentTargets },
    });
    return this.#pipelines.set(key, pipeline);
  }

  #depthStencil(
    { depthStencil, rasterizer, depthTarget }: PipelineState,
    { depth, scratchDepth }: DrawTargets,
    isTriangles: boolean,
  ): GPUDepthStencilState | undefined {
    if (depth === undefined) {
      return scratchDepth
        ? { format: SCRATCH_DEPTH, depthCompare: 'always', depthWriteEnabled: false }
        : undefined;
    }
    return mapDepthStencil({
      state: depthStencil,
      rasterizer,
      storage: depth.view.storage,
      depthReadOnly: depthTarget?.depthReadOnly ?? false,
      stencilReadOnly: depthTarget?.stencilReadOnly ?? false,
      isTriangles,
    });
  }
}

/** The targets that a pixel shader writes. */
function writtenTargets({ pixel }: DecodedShaders, dualSource: boolean): ReadonlySet<number> {
  const outputs = (pixel?.interface.outputs ?? []).filter(({ type }) => type === 'OUTPUT');
  return new Set(outputs.map(({ register }) => register).filter((register) => !dualSource || register === 0));
}

function hasBlendableAlpha({ colors }: DrawTargets): boolean {
  const [first] = colors;
  return first !== undefined && first.view.storage.blends && /^(rgba|bgra|rgb10a2)/.test(first.view.format);
}

function isCounterClockwise(rasterizer: RasterizerState | undefined): boolean {
  return rasterizer !== undefined && rasterizer.frontCounterClockwise !== 0;
}

/** Direct3D's default culls back faces. */
function cullOf(rasterizer: RasterizerState | undefined): GPUCullMode {
  switch (rasterizer?.cullMode ?? SVGA3D_CULL.BACK) {
    case SVGA3D_CULL.FRONT:
      return 'front';
    case SVGA3D_CULL.BACK:
      return 'back';
    default:
      return 'none';
  }
}

export function blendOf(state: PipelineState, targets: DrawTargets, device: GPUDevice): BlendMapping {
  const views = targets.colors.map((target) => target?.view);
  return mapBlend(state.blend, views, device.features.has('dual-source-blending'));
}
