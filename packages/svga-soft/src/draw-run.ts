import type { DrawCall, PipelineState } from '@cg/svga-device';
import { GeometryStage } from './geometry/geometry-stage.js';
import { StreamWriter } from './geometry/stream-output.js';
import { assemble } from './input/primitive-assembly.js';
import { topologyOf, type Topology } from './input/primitives.js';
import { VertexStage } from './input/vertex-stage.js';
import { PixelStage } from './output/pixel-stage.js';
import { RenderTargets } from './output/render-targets.js';
import { Rasterizer } from './raster/rasterizer.js';
import type { PrimitiveSink, ShadedVertex } from './shaded-vertex.js';
import type { ShaderCache, SoftShader } from './shaders/shader-cache.js';
import { bindStage } from './shaders/stage-bindings.js';
import type { WorkBudget } from './work-budget.js';

/** What a draw has counted. */
export interface DrawCounts {
  /** Samples that passed all tests. */
  readonly samples: number;
  /** Primitives that were streamed out, and those that there was to stream out. */
  readonly written: number;
  readonly needed: number;
  /** Statistics of the pipeline, in the order of SVGADXPipelineStatisticsQueryResult. */
  readonly pipeline: readonly number[];
}

const nothing: DrawCounts = { samples: 0, written: 0, needed: 0, pipeline: [] };

/** Draws. @returns counts of 0 if the state cannot be drawn */
export function runDraw(
  state: PipelineState,
  call: DrawCall,
  shaders: ShaderCache,
  budget: WorkBudget,
): DrawCounts {
  const topology = topologyOf(state.topology);
  const vertex = shaders.of(state.vertex.shader, 'VERTEX');
  const geometry = state.geometry && shaders.of(state.geometry.shader, 'GEOMETRY');
  const pixel = state.pixel && shaders.of(state.pixel.shader, 'PIXEL');
  const isRefused =
    (geometry === undefined && state.geometry !== undefined) ||
    (pixel === undefined && state.pixel !== undefined);
  if (topology === undefined || vertex === undefined || isRefused) {
    return nothing;
  }
  if (geometry !== undefined && geometry.interface.geometry?.primitive !== topology.kind) {
    return nothing;
  }
  const targets = RenderTargets.of(state);
  const samples = targets?.sampleCount ?? 1;
  const before = (geometry ?? vertex).interface;
  const pixels =
    targets &&
    new PixelStage(
      state,
      targets,
      pixel && { shader: pixel, bindings: bindStage(state.pixel!, pixel.interface, samples) },
      before,
      budget,
    );
  const streams = state.streamOutput && new StreamWriter(state.streamOutput);
  const rasterizer =
    targets && pixels && new Rasterizer(state, before, linearWords(pixel), targets, pixels, budget);
  const sink = new Sinks([streams, rasterizer].filter((each) => each !== undefined));
  const take =
    geometry === undefined
      ? ownVertices(topology, sink)
      : geometryRun(
          new GeometryStage(geometry, bindStage(state.geometry!, geometry.interface, samples), budget, sink),
        );
  const vertices = new VertexStage(
    state,
    call,
    vertex,
    bindStage(state.vertex, vertex.interface, samples),
    budget,
  );
  const count = vertexCountOf(state, call);
  const primitives = assemble(topology, call, count, vertices, budget, take);
  streams?.finish();
  const ofGeometry = geometry === undefined ? [0, 0] : [primitives, sink.given];
  const ofRasterizer = rasterizer === undefined ? [0, 0] : [sink.given, rasterizer.clipped.primitives];
  return {
    samples: pixels?.passed ?? 0,
    written: streams?.written ?? 0,
    needed: streams?.needed ?? 0,
    pipeline: [
      count * call.instanceCount,
      primitives,
      vertices.runs,
      ...ofGeometry,
      ...ofRasterizer,
      pixels?.runs ?? 0,
    ],
  };
}

/** Hands primitives on to several, and counts them. */
class Sinks implements PrimitiveSink {
  given = 0;

  constructor(private readonly all: readonly PrimitiveSink[]) {}

  primitive(vertices: readonly ShadedVertex[], id: number): void {
    this.given++;
    this.all.forEach((each) => each.primitive(vertices, id));
  }
}

type Take = (vertices: readonly ShadedVertex[], id: number) => void;

function geometryRun(stage: GeometryStage): Take {
  return (vertices, id) => stage.primitive(vertices, id);
}

/** Without a geometry shader adjacent vertices are left out. */
function ownVertices({ corners, own }: Topology, sink: PrimitiveSink): Take {
  return own.length === corners
    ? (vertices, id) => sink.primitive(vertices, id)
    : (vertices, id) =>
        sink.primitive(
          own.map((corner) => vertices[corner]),
          id,
        );
}

/** Of DRAW_AUTO: what stream output has written to the first vertex buffer. */
function vertexCountOf({ vertexBuffers }: PipelineState, { vertexCount }: DrawCall): number {
  if (vertexCount !== 'auto') {
    return vertexCount;
  }
  const [buffer] = vertexBuffers;
  if (buffer === undefined || buffer.stride === 0) {
    return 0;
  }
  const { streamedBytes = 0 } = buffer.surface;
  return Math.max(Math.floor((streamedBytes - buffer.offset) / buffer.stride), 0);
}

/** The words of registers that a pixel shader takes without perspective. */
function linearWords(pixel: SoftShader | undefined): number[] {
  return (pixel?.interface.inputs ?? [])
    .filter(({ interpolation }) => interpolation.includes('NOPERSPECTIVE'))
    .flatMap(({ register }) => [0, 1, 2, 3].map((component) => 4 * register + component));
}
