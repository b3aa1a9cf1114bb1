import { shownOf, type StageName } from '@cg/vgpu10-wgsl';
import type { PipelineState } from '@cg/svga-device';
import type { ArenaPlace } from '../gpu/arena.js';
import type { Omissions } from '../gpu/omissions.js';
import type { BufferImage } from '../images/buffer-image.js';
import { hasNewer, type ImageTable } from '../images/image-table.js';
import { mapScissor, mapViewport, type MappedViewport } from '../state/viewport.js';
import { BindGroups, type BufferSource, type DrawBindings, type StreamSources } from './bind-groups.js';
import { DrawEntries, type DrawEntry } from './draw-entries.js';
import type { DrawTargets } from './draw-targets.js';
import { DrawWords } from './draw-words.js';
import { standInTextures } from './feedback.js';
import { rangeOf, type DrawPart, type VertexRange } from './draw-parts.js';
import type { GeometryPlan } from './geometry-plan.js';
import { PassState } from './pass-state.js';
import { emittedBy, isFirst, MOST_INVOCATIONS, primitivesIn, type PlannedDraw } from './planned-draw.js';
import { Pipelines } from './pipelines.js';
import { SamplerTable } from './sampler-table.js';
import { ShaderTable } from './shader-table.js';
import { ConstantPlaces, StageResources } from './stage-resources.js';
import { StreamDraws } from './stream-draws.js';
import type { StreamOutputs } from './stream-outputs.js';
import { streamedInstances, type StreamStep } from './stream-steps.js';
import { TargetTable } from './target-table.js';
import { Translations, type DecodedShaders } from './translations.js';
import { VertexInputs } from './vertex-inputs.js';
import { ViewTable } from './view-table.js';

const VIEWPORTS = 16;

/** A draw call. */
interface RecordedCall {
  readonly draw: PlannedDraw;
  readonly range: VertexRange;
  /** Indices that were listed. */
  readonly list: ArenaPlace | undefined;
  readonly firstInstance: number;
  readonly instances: number;
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
  readonly #entries: DrawEntries;
  readonly #words: DrawWords;
  readonly #viewports = new WeakMap<object, MappedViewport>();
  #standIns: ReadonlyMap<string, { readonly id: number; readonly view: GPUTextureView }> | undefined;

  /** Hears the pipeline statistics of each draw: those that are known without the GPU. */
  listener: (statistics: readonly number[]) => void = () => {};

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
    this.#entries = new DrawEntries(device, this.pipelines, this.stages, this.inputs, this.#streamDraws);
    this.#words = new DrawWords(recorder, this.stages, this.inputs, this.#streamDraws);
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

  /** Whether a draw streams out. */
  streamsOut(state: PipelineState): boolean {
    return this.#streamDraws.begin(state);
  }

  /** Fetches indices that only the GPU has. */
  async needIndices({ indexBuffer }: PipelineState): Promise<void> {
    const image = indexBuffer && this.images.find(indexBuffer.surface);
    if (image !== undefined && hasNewer(image)) {
      await this.images.fetch(image);
    }
  }

  /**
   * Records a part of a draw, whose bytes are all there.
   * @param loopTurns of an invocation; undefined without loops
   */
  record(draw: PlannedDraw, part: DrawPart, loopTurns: number | undefined): void {
    const targets = this.#begin(draw);
    const entry = this.#prepare(draw, targets, loopTurns);
    if (entry !== undefined) {
      this.#record(draw, part, entry, targets);
    }
  }

  /** Records a dispatch of the passes of stream output, which come before the rest of a draw. */
  recordStream(draw: PlannedDraw, step: StreamStep, loopTurns: number | undefined): void {
    const entry = this.#prepare(draw, this.#begin(draw), loopTurns);
    if (entry === undefined) {
      return;
    }
    const { plan } = draw;
    const { translated } = entry;
    const instances = streamedInstances(draw);
    const list = this.#useList(undefined, 0, draw);
    this.draw = this.#words.place({
      draw,
      translation: translated.translation,
      list,
      firstPrimitive: 0,
      instances,
      layer: 0,
      viewport: 0,
      firstStreamed: step.first,
    });
    this.#streamDraws.record(this, translated, plan, instances, step);
  }

  /** Begins with a draw. @returns its targets, if it has any */
  #begin({ state, shaders }: PlannedDraw): DrawTargets | undefined {
    const { recorder } = this.images;
    recorder.drawNumber++;
    recorder.relieve();
    this.#streamDraws.begin(state);
    const pixel = shaders.pixel?.interface;
    const writesDepth = pixel?.outputs.some(({ type }) => type === 'OUTPUT_DEPTH') === true;
    return this.targets.targets(state, writesDepth);
  }

  /** Finds what else a draw needs. @returns undefined if it is left out */
  #prepare(
    draw: PlannedDraw,
    targets: DrawTargets | undefined,
    loopTurns: number | undefined,
  ): DrawEntry | undefined {
    const { state, shaders, plan, drawn } = draw;
    if (targets === undefined && !draw.streams) {
      this.omissions.add('no target to draw to');
      return undefined;
    }
    this.stages.pixel.resolve(state.pixel, shaders.pixel);
    this.stages.vertex.resolve(state.vertex, shaders.vertex);
    this.stages.geometry.resolve(state.geometry, shaders.geometry);
    this.inputs.resolve(state);
    const indices = plan.indices ?? drawn?.indices;
    if (indices !== undefined && this.images.buffer(indices.surface) === undefined) {
      this.omissions.add('indices in a buffer that is larger than those of WebGPU');
      return undefined;
    }
    const entry = this.#entries.get(state, shaders, targets, plan, drawn ?? plan, loopTurns);
    if (typeof entry === 'string') {
      this.omissions.add(entry);
      return undefined;
    }
    return entry;
  }

  #count({ count, plan, call, shaders }: PlannedDraw, isDrawn: boolean): void {
    const vertices = count * call.instanceCount;
    const primitives = primitivesIn(plan) * call.instanceCount;
    const hasGeometry = shaders.geometry !== undefined;
    const clipped = isDrawn && !hasGeometry ? primitives : 0;
    this.listener([vertices, primitives, vertices, hasGeometry ? primitives : 0, 0, clipped, 0, 0]);
  }

  /** @returns the reason if a shader is none */
  decode(state: PipelineState): DecodedShaders | string {
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

  #record(draw: PlannedDraw, part: DrawPart, entry: DrawEntry, targets: DrawTargets | undefined): void {
    const { state, plan, drawn } = draw;
    const { translation } = entry.translated;
    const { geometry } = translation;
    const layers = targets === undefined ? 0 : entry.showsLayers ? targets.layers : 1;
    const viewports = entry.showsViewports ? Math.min(VIEWPORTS, state.viewports.length) : 1;
    const corners = emittedBy(draw.shaders)?.corners ?? 0;
    const range =
      geometry === undefined
        ? rangeOf(drawn?.topology ?? plan.topology, part)
        : { first: part.firstPrimitive * corners, count: part.primitives * corners };
    if (drawn !== undefined && range.count > MOST_INVOCATIONS) {
      this.omissions.add(`a draw of ${range.count} vertex shader runs`);
      return;
    }
    const passes = Math.max(1, layers) * viewports;
    const instances = Math.min(
      part.instances,
      Math.max(1, Math.floor(MOST_INVOCATIONS / (range.count * passes))),
    );
    if (isFirst(part)) {
      this.#count(draw, targets !== undefined);
    }
    const list = this.#useList(targets, layers, draw);
    const words = { draw, translation, list, firstPrimitive: part.number };
    if (targets === undefined || entry.pipeline === undefined || drawn === undefined) {
      return;
    }
    const ofDrawn = drawn === plan || drawn.list === undefined ? list : this.#listPlace(drawn.list).place;
    const calls = { draw, range, list: ofDrawn, firstInstance: part.firstInstance, instances };
    for (let layer = 0; layer < layers; layer++) {
      for (let viewport = 0; viewport < viewports; viewport++) {
        if (this.#canShow(state, targets, viewport)) {
          this.draw = this.#words.place({
            ...words,
            instances,
            layer: shownOf(layer, layers),
            viewport: shownOf(viewport, viewports),
          });
          this.#recordPass(calls, entry, targets, layer, viewport);
        }
      }
    }
    targets.changed(layers);
  }

  /** Brings everything that the draw uses up to date. @returns where its indices are, if they are listed */
  #useList(
    targets: DrawTargets | undefined,
    layers: number,
    { plan, drawn }: PlannedDraw,
  ): ArenaPlace | undefined {
    this.#use(targets, layers, plan, drawn);
    this.#standIns = targets && standInTextures(this.images, targets, this.stages, layers);
    const list = plan.list && this.#listPlace(plan.list);
    this.#listed = list?.source;
    this.#indexImage = plan.indices && this.images.buffer(plan.indices.surface);
    return list?.place;
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
    call: RecordedCall,
    entry: DrawEntry,
    targets: DrawTargets,
    layer: number,
    viewport: number,
  ): void {
    const { recorder } = this.images;
    const { state } = call.draw;
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
    this.#call(call, pass, translated.translation.geometry !== undefined);
  }

  /** Numbers of vertices and instances go on from part to part, as shaders see them. */
  #call(
    { draw, range, list, firstInstance, instances }: RecordedCall,
    pass: GPURenderPassEncoder,
    hasGeometry: boolean,
  ): void {
    const { first, count } = range;
    const drawn = draw.drawn!;
    if (!hasGeometry && list !== undefined && drawn.list !== undefined) {
      this.#pass.index(list.chunk.buffer, 'uint32', list.offset, 4 * drawn.count);
      pass.drawIndexed(count, instances, first, 0, firstInstance);
    } else if (!hasGeometry && drawn.indices !== undefined) {
      const { surface, offset, indexBytes } = drawn.indices;
      const buffer = this.images.buffer(surface)!;
      const format = indexBytes === 2 ? 'uint16' : 'uint32';
      this.#pass.index(buffer.source.buffer, format, offset, buffer.size - offset);
      pass.drawIndexed(count, instances, draw.call.firstVertex + first, 0, firstInstance);
    } else {
      pass.draw(count, instances, first, firstInstance);
    }
  }
}
