import { primitivesOf, type PipelineKey, type StageName, type TargetState } from '@cg/vgpu10-wgsl';
import type { DrawCall, PipelineState } from '@cg/svga-device';
import type { ArenaPlace } from '../gpu/arena.js';
import { GenerationCache } from '../gpu/generation-cache.js';
import type { Omissions } from '../gpu/omissions.js';
import type { BufferImage } from '../images/buffer-image.js';
import type { ImageTable } from '../images/image-table.js';
import type { BlendMapping } from '../state/blend.js';
import { mapScissor, mapViewport, type MappedViewport } from '../state/viewport.js';
import { BindGroups, type BufferSource, type DrawBindings, type StreamSources } from './bind-groups.js';
import type { DrawTargets } from './draw-targets.js';
import { standInTextures } from './feedback.js';
import { planGeometry, type GeometryPlan } from './geometry-plan.js';
import { PassState } from './pass-state.js';
import { blendOf, Pipelines, type PipelineShape } from './pipelines.js';
import { SamplerTable } from './sampler-table.js';
import { ShaderTable } from './shader-table.js';
import { ConstantPlaces, StageResources } from './stage-resources.js';
import { StreamDraws } from './stream-draws.js';
import type { StreamOutputs } from './stream-outputs.js';
import { TargetTable } from './target-table.js';
import { Translations, type DecodedShaders, type TranslatedPipeline } from './translations.js';
import { VertexInputs } from './vertex-inputs.js';
import { ViewTable } from './view-table.js';

/** The most vertex shader invocations of a draw. */
export const MOST_INVOCATIONS = 1 << 24;
/** Bytes that a submission collects. */
const MOST_COLLECTED = 1 << 24;
const VIEWPORTS = 16;
const ENTRIES = 4096;
const TOPOLOGIES: Partial<Record<string, GPUPrimitiveTopology>> = {
  POINTLIST: 'point-list',
  LINELIST: 'line-list',
  LINESTRIP: 'line-strip',
  TRIANGLELIST: 'triangle-list',
  TRIANGLESTRIP: 'triangle-strip',
};

/** What draws of a kind share. */
interface Entry {
  readonly translated: TranslatedPipeline;
  /** Undefined without targets. */
  readonly pipeline: GPURenderPipeline | undefined;
  readonly blend: BlendMapping | undefined;
  readonly showsLayers: boolean;
  readonly showsViewports: boolean;
}

/** Records draws. */
export class DrawRecorder implements DrawBindings {
  readonly shaders = new ShaderTable();
  readonly pipelines: Pipelines;
  readonly targets: TargetTable;
  readonly views: ViewTable;
  readonly stages: Readonly<Record<StageName, StageResources>>;
  readonly inputs: VertexInputs;
  readonly #groups: BindGroups;
  readonly #constants: ConstantPlaces;
  readonly #streamDraws: StreamDraws;
  readonly #pass = new PassState();
  readonly #entries = new GenerationCache<string, Entry | string>(ENTRIES);
  readonly #identities = new WeakMap<object, number>();
  #identityCount = 0;
  readonly #viewports = new WeakMap<object, MappedViewport>();
  #words = new Uint32Array(256);
  #lastRows = 0;
  #lastSerial = 0;
  #standIns: ReadonlyMap<string, { readonly id: number; readonly view: GPUTextureView }> | undefined;

  // What is bound by the draw that is being recorded.
  draw!: ArenaPlace;
  streams: StreamSources | undefined;
  #listed: BufferSource | undefined;
  #indexImage: BufferImage | undefined;

  constructor(
    readonly images: ImageTable,
    streams: StreamOutputs,
    readonly omissions: Omissions,
  ) {
    const { recorder } = images;
    const { device } = recorder;
    const samplers = new SamplerTable(device);
    this.views = new ViewTable(images);
    const { views } = this;
    this.stages = {
      vertex: new StageResources(images, views, samplers),
      geometry: new StageResources(images, views, samplers),
      pixel: new StageResources(images, views, samplers),
    };
    this.pipelines = new Pipelines(device, new Translations(device));
    this.targets = new TargetTable(images);
    this.inputs = new VertexInputs(images);
    const nothing = { id: 'n', buffer: device.createBuffer({ size: 16, usage: 0x80 }), size: 16 };
    this.#groups = new BindGroups(device, samplers, nothing);
    this.#constants = new ConstantPlaces(images);
    this.#streamDraws = new StreamDraws(images, streams, this.#groups);
  }

  source(image: BufferImage): BufferSource {
    return this.#streamDraws.standIn(image) ?? image.source;
  }

  vertexBuffer(number: number): BufferSource | undefined {
    const image = this.inputs.buffers[number];
    return image && this.source(image);
  }

  index(): BufferSource | undefined {
    return this.#listed ?? (this.#indexImage && this.source(this.#indexImage));
  }

  constants(stage: StageName, slot: number, bytes: number): ArenaPlace {
    return this.#constants.place(this.stages[stage].stage?.constants[slot], bytes);
  }

  standIn(
    stage: StageName,
    slot: number,
  ): { readonly id: number; readonly view: GPUTextureView } | undefined {
    return this.#standIns?.get(`${stage}/${slot}`);
  }

  /** Records a draw, whose bytes are all there. @param count vertices of an instance */
  record(state: PipelineState, call: DrawCall, count: number): void {
    const { recorder } = this.images;
    recorder.drawNumber++;
    if (recorder.arena.used > MOST_COLLECTED) {
      recorder.submit();
    }
    const shaders = this.#decode(state);
    if (typeof shaders === 'string') {
      this.omissions.add(shaders);
      return;
    }
    const streams = this.#streamDraws.begin(state);
    const assembles = shaders.geometry !== undefined || streams;
    const most = Math.min(count, MOST_INVOCATIONS);
    const plan = planGeometry(state, call, most, assembles);
    if (plan === undefined || call.instanceCount === 0) {
      return;
    }
    const pixel = shaders.pixel?.interface;
    const writesDepth = pixel?.outputs.some(({ type }) => type === 'OUTPUT_DEPTH') === true;
    const targets = this.targets.targets(state, writesDepth);
    if (targets === undefined && !streams) {
      this.omissions.add('no target to draw to');
      return;
    }
    this.stages.pixel.resolve(state.pixel, shaders.pixel);
    this.stages.vertex.resolve(state.vertex, shaders.vertex);
    this.stages.geometry.resolve(state.geometry, shaders.geometry);
    this.inputs.resolve(state);
    const drawn = assembles && shaders.geometry === undefined ? planGeometry(state, call, most, false) : plan;
    const entry = this.#entry(state, shaders, targets, plan, drawn ?? plan);
    if (typeof entry === 'string') {
      this.omissions.add(entry);
      return;
    }
    this.#record(state, call, entry, targets, plan, drawn, streams);
  }

  #decode(state: PipelineState): DecodedShaders | string {
    const vertex = this.shaders.decode(state.vertex.shader);
    const geometry = state.geometry && this.shaders.decode(state.geometry.shader);
    const pixel = state.pixel && this.shaders.decode(state.pixel.shader);
    if (typeof vertex === 'string') {
      return vertex;
    }
    if (typeof geometry === 'string') {
      return geometry;
    }
    return typeof pixel === 'string' ? pixel : { vertex, geometry, pixel };
  }

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

  #entry(
    state: PipelineState,
    shaders: DecodedShaders,
    targets: DrawTargets | undefined,
    plan: GeometryPlan,
    drawn: GeometryPlan,
  ): Entry | string {
    const { vertex, geometry, pixel } = shaders;
    const { depthTarget } = state;
    const indexFormat = indexFormatOf(drawn);
    const key =
      `${vertex.id},${geometry?.id},${pixel?.id}/${this.inputs.key}/${this.stages.vertex.key}|` +
      `${this.stages.geometry.key}|${this.stages.pixel.key}/${plan.topology},${drawn.topology},${indexFormat},` +
      `${indexFormatOf(plan)}/${targets?.key}/${depthTarget?.depthReadOnly},${depthTarget?.stencilReadOnly}/` +
      `${this.#identity(state.blend)},${this.#identity(state.depthStencil)},${this.#identity(state.rasterizer)},` +
      `${state.sampleMask}/${this.#streamDraws.key}`;
    return this.#entries.get(key) ?? this.#entries.set(key, this.#make(state, shaders, targets, plan, drawn));
  }

  #make(
    state: PipelineState,
    shaders: DecodedShaders,
    targets: DrawTargets | undefined,
    plan: GeometryPlan,
    drawn: GeometryPlan,
  ): Entry | string {
    const { device } = this.images.recorder;
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
      ...(this.#streamDraws.elements !== undefined && { streamOutput: this.#streamDraws.elements }),
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
    return geometry !== undefined || this.#streamDraws.elements !== undefined;
  }

  #record(
    state: PipelineState,
    call: DrawCall,
    entry: Entry,
    targets: DrawTargets | undefined,
    plan: GeometryPlan,
    drawn: GeometryPlan | undefined,
    streams: boolean,
  ): void {
    const { geometry } = entry.translated.translation;
    const layers = targets === undefined ? 0 : entry.showsLayers ? targets.layers : 1;
    const runs =
      geometry === undefined
        ? plan.count
        : primitivesOf(plan.topology, plan.count) * geometry.verticesPerPrimitive;
    const passes = Math.max(1, layers) * (entry.showsViewports ? VIEWPORTS : 1);
    const instances = Math.min(
      call.instanceCount,
      Math.max(1, Math.floor(MOST_INVOCATIONS / (runs * passes || 1))),
    );
    if (runs === 0) {
      return;
    }
    if (runs > MOST_INVOCATIONS) {
      this.omissions.add(`a draw of ${runs} vertex shader runs`);
      return;
    }
    this.#use(targets, layers, plan, drawn);
    this.#standIns = targets && standInTextures(this.images, targets, this.stages, layers);
    const list = plan.list && this.#listPlace(plan.list);
    this.#listed = list?.source;
    this.#indexImage = plan.indices && this.images.buffer(plan.indices.surface);
    if (streams) {
      this.#writeConstants(state, call, entry, plan, list?.place, instances, 0, 0);
      this.#streamDraws.record(this, entry.translated, plan, instances);
    }
    if (targets === undefined || entry.pipeline === undefined || drawn === undefined) {
      return;
    }
    const ofDrawn = drawn === plan || drawn.list === undefined ? list : this.#listPlace(drawn.list);
    for (let layer = 0; layer < layers; layer++) {
      const viewports = entry.showsViewports ? Math.min(VIEWPORTS, state.viewports.length) : 1;
      for (let viewport = 0; viewport < viewports; viewport++) {
        if (this.#canShow(state, targets, viewport)) {
          this.#writeConstants(state, call, entry, plan, list?.place, instances, layer, viewport);
          this.#recordPass(state, call, entry, targets, drawn, ofDrawn, instances, layer, viewport, runs);
        }
      }
    }
    targets.changed(layers);
  }

  /** Brings everything that the draw reads and writes up to date. */
  #use(
    targets: DrawTargets | undefined,
    layers: number,
    plan: GeometryPlan,
    drawn: GeometryPlan | undefined,
  ): void {
    const { recorder, transfer } = this.images;
    const plans = drawn === undefined || drawn === plan ? [plan] : [plan, drawn];
    let serial: number;
    // An upload may submit what is recorded; then all is used again, by the next submission.
    do {
      ({ serial } = recorder);
      for (const { mip, firstLayer, isVolume, image } of targets?.all ?? []) {
        const range = isVolume ? { firstLayer: 0, layers: 1 } : { firstLayer, layers };
        image.use(recorder, transfer, { firstMip: mip, mips: 1, ...range }, true);
      }
      this.inputs.use();
      for (const { indices } of plans) {
        if (indices !== undefined) {
          this.images.buffer(indices.surface)?.use(recorder);
        }
      }
      this.stages.vertex.use();
      this.stages.geometry.use();
      this.stages.pixel.use();
    } while (recorder.serial !== serial);
  }

  #listPlace(list: Uint32Array): { readonly place: ArenaPlace; readonly source: BufferSource } {
    const place = this.images.recorder.arena.allocate(4 * list.length);
    const { chunk, offset } = place;
    chunk.words.set(list, offset / 4);
    return { place, source: { id: `a${chunk.id}`, buffer: chunk.buffer, size: chunk.bytes.length } };
  }

  /** Puts the draw's constants into the arena, unless they are those of the draw before. */
  #writeConstants(
    state: PipelineState,
    call: DrawCall,
    { translated }: Entry,
    plan: GeometryPlan,
    list: ArenaPlace | undefined,
    instances: number,
    layer: number,
    viewport: number,
  ): void {
    const { recorder } = this.images;
    const { draw } = translated.translation;
    const length = 4 * draw.rows;
    const from = this.#lastRows === length && this.#lastSerial === recorder.serial ? length : 0;
    if (this.#words.length < 2 * length) {
      this.#words = new Uint32Array(2 * length);
    }
    const words = this.#words;
    words.fill(0, from, from + length);
    words[from] = call.indexed ? call.baseVertex : call.firstVertex;
    words[from + 1] = call.firstInstance;
    words[from + 2] = plan.count;
    words[from + 3] = instances;
    words[from + 6] = layer;
    words[from + 7] = viewport;
    if (list !== undefined) {
      words[from + 4] = list.offset;
      words[from + 5] = plan.count;
    } else if (plan.indices !== undefined) {
      const { surface, offset, indexBytes } = plan.indices;
      const start = offset + call.firstVertex * indexBytes;
      words[from + 4] = start;
      words[from + 5] = Math.max(0, Math.floor((surface.layout.bytes - start) / indexBytes));
    }
    this.inputs.writeRows(state, draw.attributes, words, from);
    for (const { stage, slot, row } of draw.buffers) {
      const bound = this.stages[stage].views[slot];
      if (bound !== undefined && 'buffer' in bound) {
        words[from + 4 * row] = bound.offset;
        words[from + 4 * row + 1] = bound.elements;
      }
    }
    if (draw.streams !== undefined) {
      this.#streamDraws.writeRows(words, from + 4 * draw.streams);
    }
    if (from > 0) {
      let i = 0;
      while (i < length && words[i] === words[from + i]) {
        i++;
      }
      if (i === length) {
        return;
      }
      words.copyWithin(0, from, from + length);
    }
    this.draw = recorder.arena.allocate(4 * length);
    this.draw.chunk.words.set(words.subarray(0, length), this.draw.offset / 4);
    this.#lastRows = length;
    this.#lastSerial = recorder.serial;
  }

  /** Whether a viewport shows anything. */
  #canShow(
    { viewports, rasterizer, scissors }: PipelineState,
    { area }: DrawTargets,
    index: number,
  ): boolean {
    const viewport = viewports[index];
    const most = this.images.recorder.device.limits.maxTextureDimension2D;
    if (viewport === undefined) {
      return false;
    }
    if (this.#viewports.get(viewport) === undefined) {
      const mapped = mapViewport(viewport, most);
      if (mapped === undefined) {
        return false;
      }
      this.#viewports.set(viewport, mapped);
    }
    return (
      rasterizer === undefined ||
      rasterizer.scissorEnable === 0 ||
      mapScissor(scissors[index], area) !== undefined
    );
  }

  #recordPass(
    state: PipelineState,
    call: DrawCall,
    entry: Entry,
    targets: DrawTargets,
    drawn: GeometryPlan,
    list: { readonly place: ArenaPlace } | undefined,
    instances: number,
    layer: number,
    viewport: number,
    runs: number,
  ): void {
    const { recorder } = this.images;
    const { translated, blend } = entry;
    const groups = translated.groups.map((layout) => this.#groups.bind(layout, this));
    const pass = recorder.pass(targets.pass(layer));
    const set = this.#pass;
    set.begin(pass, recorder.passSerial);
    set.pipeline(entry.pipeline!);
    for (let i = 0; i < groups.length; i++) {
      set.group(i, groups[i]);
    }
    const { rasterizer, scissors, blendFactor } = state;
    set.viewport(this.#viewports.get(state.viewports[viewport])!);
    const isClipped = rasterizer !== undefined && rasterizer.scissorEnable !== 0;
    set.scissor(isClipped ? mapScissor(scissors[viewport], targets.area)! : { x: 0, y: 0, ...targets.area });
    if (targets.depth?.view.storage.hasStencil === true) {
      set.stencilReference(state.stencilReference >>> 0);
    }
    if (blend !== undefined && blend.usesConstant) {
      const [r, g, b, a] = blendFactor.map((value) => (Number.isFinite(value) ? value : 0));
      set.blendConstant(...(blend.alphaConstant ? ([a, a, a, a] as const) : ([r, g, b, a] as const)));
    }
    if (translated.translation.geometry !== undefined) {
      pass.draw(runs, instances);
    } else if (list !== undefined && drawn.list !== undefined) {
      const { chunk, offset } = list.place;
      set.index(chunk.buffer, 'uint32', offset, 4 * drawn.count);
      pass.drawIndexed(drawn.count, instances);
    } else if (drawn.indices !== undefined) {
      const { surface, offset, indexBytes } = drawn.indices;
      const buffer = this.images.buffer(surface)!;
      set.index(buffer.source.buffer, indexBytes === 2 ? 'uint16' : 'uint32', offset, buffer.size - offset);
      pass.drawIndexed(drawn.count, instances, call.firstVertex);
    } else {
      pass.draw(drawn.count, instances);
    }
  }
}

function targetState({ sampleType, alpha }: DrawTargets['all'][number]['view']): TargetState {
  const type = sampleType === 'sint' || sampleType === 'uint' ? sampleType : 'float';
  return { type, ...(alpha === 'only' && { components: 'aaaa' }) };
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
