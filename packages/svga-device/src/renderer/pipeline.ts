import { dxSlots, SVGA3D_DX_MAX_RENDER_TARGETS, SVGA3D_INVALID_ID, SVGA_COTABLE } from '@cg/svga-protocol';
import type { DxContext } from '../objects/contexts.js';
import type { DeviceObjects } from '../objects/device-objects.js';
import { AT, PART, SCISSOR_WORDS, VIEWPORT_WORDS } from '../objects/dx-state.js';
import type { DxState } from '../objects/dx-state.js';
import type { PipelineState, ScissorRect, Viewport } from './pipeline-state.js';
import type { SurfacePart } from '../objects/surface-part.js';
import { isWritten } from './render-views.js';
import { ResolvedEntries } from './resolved-entries.js';
import { ResolvedInputs } from './resolved-inputs.js';
import { ResolvedStage } from './resolved-stage.js';
import { keptList } from './kept-list.js';

/** State that is being built. */
type Building = { -readonly [K in keyof PipelineState]?: PipelineState[K] | undefined };

/** The parts of the state that depend on the entries of each table, by SVGACOTableType. */
const STAGES = PART.VERTEX | PART.PIXEL | PART.GEOMETRY;
const partsOfTable: Partial<Readonly<Record<number, number>>> = {
  [SVGA_COTABLE.RTVIEW]: PART.TARGETS,
  [SVGA_COTABLE.DSVIEW]: PART.TARGETS,
  [SVGA_COTABLE.SRVIEW]: STAGES,
  [SVGA_COTABLE.ELEMENTLAYOUT]: PART.INPUT_LAYOUT,
  [SVGA_COTABLE.BLENDSTATE]: PART.BLEND,
  [SVGA_COTABLE.DEPTHSTENCIL]: PART.DEPTH_STENCIL,
  [SVGA_COTABLE.RASTERIZERSTATE]: PART.RASTERIZER,
  [SVGA_COTABLE.SAMPLER]: STAGES,
  [SVGA_COTABLE.STREAMOUTPUT]: PART.STREAM_OUTPUT,
  [SVGA_COTABLE.DXSHADER]: STAGES,
};

/** The parts that name surfaces. */
const ON_SURFACES = STAGES | PART.VERTEX_BUFFERS | PART.INDEX_BUFFER | PART.TARGETS | PART.STREAM_OUTPUT;

const noLayout = { elements: [] };

/** Complete state, and the parts of surfaces that a draw reads and writes. */
export interface ResolvedPipeline {
  readonly state: PipelineState;
  readonly reads: readonly SurfacePart[];
  readonly writes: readonly SurfacePart[];
}

/**
 * The state of a DX context as objects. It is resolved lazily, part by part, and kept while nothing of it changes: the
 * same definitions give the same objects.
 */
export class Pipeline {
  readonly #objects: DeviceObjects;
  readonly #context: DxContext;
  readonly #entries: ResolvedEntries;
  readonly #vertex: ResolvedStage;
  readonly #pixel: ResolvedStage;
  readonly #geometry: ResolvedStage;
  readonly #inputs: ResolvedInputs;
  readonly #seen: number[];
  #surfaceChanges = -1;
  /** Parts that name something that is not there. They are resolved again at each draw. */
  #broken = 0;
  #state: PipelineState | undefined;
  #resolved: ResolvedPipeline | undefined;
  #targetParts: readonly SurfacePart[] = [];
  #depthPart: SurfacePart | undefined;

  constructor(objects: DeviceObjects, context: DxContext) {
    this.#objects = objects;
    this.#context = context;
    const entries = new ResolvedEntries(objects, context.tables);
    this.#entries = entries;
    this.#vertex = new ResolvedStage(0, context.state, entries);
    this.#pixel = new ResolvedStage(1, context.state, entries);
    this.#geometry = new ResolvedStage(2, context.state, entries);
    this.#inputs = new ResolvedInputs(context.state, entries);
    this.#seen = context.tables.map(() => -1);
  }

  /**
   * The state for a draw; undefined if it is incomplete: without a vertex shader or a topology, or if it names shaders,
   * views or surfaces that do not exist.
   * @param indexed whether the index buffer counts
   * @throws SvgaDeviceError ENOMEM, E2BIG, EFAULT for shaders that cannot be read
   */
  resolve(indexed: boolean): ResolvedPipeline | undefined {
    const changed = this.#changedParts();
    if (changed !== 0) {
      this.#context.state.changed = 0;
      this.#broken = 0;
      this.#resolved = undefined;
      try {
        this.#state = this.#build(changed);
      } catch (error) {
        this.#context.state.changed = changed;
        throw error;
      }
    }
    const missing = indexed ? this.#broken : this.#broken & ~PART.INDEX_BUFFER;
    if (missing !== 0 || this.#state === undefined) {
      return undefined;
    }
    this.#resolved ??= this.#withParts(this.#state);
    return this.#resolved;
  }

  /** Vertices have been streamed out: those of the next draw follow them. */
  streamed(): void {
    this.#inputs.streamed();
  }

  #changedParts(): number {
    const { surfaces } = this.#objects;
    let changed = this.#context.state.changed | this.#broken;
    if (this.#surfaceChanges !== surfaces.changes) {
      this.#surfaceChanges = surfaces.changes;
      changed |= ON_SURFACES;
    }
    this.#context.tables.forEach(({ changes }, type) => {
      if (this.#seen[type] !== changes) {
        this.#seen[type] = changes;
        changed |= partsOfTable[type] ?? 0;
      }
    });
    return changed;
  }

  #check(part: number, isThere: boolean): void {
    if (!isThere) {
      this.#broken |= part;
    }
  }

  /** Resolves what has changed; the rest is taken from before. */
  #build(changed: number): PipelineState | undefined {
    const { state } = this.#context;
    const next: Building = { ...this.#state };
    this.#buildStages(changed);
    this.#check(PART.VERTEX, this.#vertex.stage !== undefined);
    next.vertex = this.#vertex.stage;
    next.pixel = this.#pixel.stage;
    next.geometry = this.#geometry.stage;
    next.topology = state.words[AT.TOPOLOGY];
    this.#check(PART.TOPOLOGY, next.topology !== 0);
    this.#buildStates(next, changed, state);
    if ((changed & PART.TARGETS) !== 0) {
      this.#buildTargets(next, state);
    }
    this.#check(PART.VERTEX_BUFFERS, this.#inputs.resolveVertexBuffers(changed));
    this.#check(PART.INDEX_BUFFER, this.#inputs.resolveIndexBuffer(changed));
    this.#check(PART.STREAM_OUTPUT, this.#inputs.resolveStreamOutput(changed));
    next.vertexBuffers = this.#inputs.vertexBuffers;
    next.indexBuffer = this.#inputs.indexBuffer;
    next.streamOutput = this.#inputs.streamOutput;
    if ((changed & PART.VIEWPORTS) !== 0) {
      next.viewports = viewportsOf(state);
    }
    if ((changed & PART.SCISSORS) !== 0) {
      next.scissors = scissorsOf(state);
    }
    return next as PipelineState;
  }

  #buildStages(changed: number): void {
    const stages = [
      [PART.VERTEX, this.#vertex],
      [PART.PIXEL, this.#pixel],
      [PART.GEOMETRY, this.#geometry],
    ] as const;
    for (const [part, stage] of stages) {
      if ((changed & part) !== 0) {
        this.#check(part, stage.resolve());
      }
    }
  }

  #buildStates(next: Building, changed: number, state: DxState): void {
    const entries = this.#entries;
    if ((changed & PART.INPUT_LAYOUT) !== 0) {
      const id = state.id(dxSlots.inputLayout);
      next.inputLayout = id === SVGA3D_INVALID_ID ? noLayout : entries.inputLayout(id);
      this.#check(PART.INPUT_LAYOUT, next.inputLayout !== undefined);
    }
    if ((changed & PART.BLEND) !== 0) {
      const id = state.id(dxSlots.blendState);
      next.blend = entries.blend(id);
      this.#check(PART.BLEND, id === SVGA3D_INVALID_ID || next.blend !== undefined);
      const factor = [...state.floats.subarray(AT.BLEND_FACTOR, AT.BLEND_FACTOR + 4)];
      next.blendFactor = keptList(next.blendFactor, factor);
      next.sampleMask = state.words[AT.SAMPLE_MASK];
    }
    if ((changed & PART.DEPTH_STENCIL) !== 0) {
      const id = state.id(dxSlots.depthStencilState);
      next.depthStencil = entries.depthStencil(id);
      this.#check(PART.DEPTH_STENCIL, id === SVGA3D_INVALID_ID || next.depthStencil !== undefined);
      next.stencilReference = state.words[AT.STENCIL_REFERENCE];
    }
    if ((changed & PART.RASTERIZER) !== 0) {
      const id = state.id(dxSlots.rasterizerState);
      next.rasterizer = entries.rasterizer(id);
      this.#check(PART.RASTERIZER, id === SVGA3D_INVALID_ID || next.rasterizer !== undefined);
    }
  }

  #buildTargets(next: Building, state: DxState): void {
    const targets = [];
    const parts: SurfacePart[] = [];
    for (let i = 0; i < SVGA3D_DX_MAX_RENDER_TARGETS; i++) {
      const id = state.id(dxSlots.renderTargets, i);
      const target = this.#entries.target(id);
      this.#check(PART.TARGETS, id === SVGA3D_INVALID_ID || target !== undefined);
      targets.push(target?.view);
      if (target !== undefined) {
        parts.push(target.part);
      }
    }
    const id = state.id(dxSlots.renderTargets, SVGA3D_DX_MAX_RENDER_TARGETS);
    const depth = this.#entries.depthTarget(id);
    this.#check(PART.TARGETS, id === SVGA3D_INVALID_ID || depth !== undefined);
    next.targets = keptList(next.targets, targets);
    next.depthTarget = depth?.view;
    this.#targetParts = parts;
    this.#depthPart = depth?.part;
  }

  #withParts(state: PipelineState): ResolvedPipeline {
    const reads = [this.#vertex, this.#pixel, this.#geometry, this.#inputs].flatMap((each) => each.reads);
    const writes = [...this.#targetParts];
    if (state.streamOutput !== undefined) {
      writes.push(...this.#inputs.streamParts);
    }
    if (state.depthTarget !== undefined && this.#depthPart !== undefined) {
      (isWritten(state.depthTarget) ? writes : reads).push(this.#depthPart);
    }
    return { state, reads, writes };
  }
}

function viewportsOf(state: DxState): Viewport[] {
  return Array.from({ length: state.words[AT.VIEWPORT_COUNT] }, (_, i) => {
    const at = AT.VIEWPORTS + i * VIEWPORT_WORDS;
    const [x, y, width, height, minDepth, maxDepth] = state.floats.subarray(at, at + VIEWPORT_WORDS);
    return { x, y, width, height, minDepth, maxDepth };
  });
}

function scissorsOf(state: DxState): ScissorRect[] {
  return Array.from({ length: state.words[AT.SCISSOR_COUNT] }, (_, i) => {
    const at = AT.SCISSORS + i * SCISSOR_WORDS;
    const [left, top, right, bottom] = state.integers.subarray(at, at + SCISSOR_WORDS);
    return { left, top, right, bottom };
  });
}
