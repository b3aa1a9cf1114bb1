import type { PipelineState } from '@cg/svga-device';
import type { PrimitiveTopology } from '@cg/vgpu10';
import { primitivesOf } from '@cg/vgpu10-wgsl';
import type { GeometryPlan } from './geometry-plan.js';
import { emittedBy, primitivesIn, type PlannedDraw } from './planned-draw.js';
import { CORNERS, kindOf, kindWith, type PrimitiveKind } from './primitive-kind.js';
import type { DecodedShader } from './shader-table.js';

/** Turns of loops that all invocations of a stage together may have, as far as these are known. */
const MOST_TURNS = 2 ** 33;
/** Turns that an invocation has at least, and at most. */
const LEAST_TURNS = 2 ** 10;
const MOST_TURNS_EACH = 2 ** 20;
/** Lines that calls may come to, of `@cg/vgpu10-wgsl`. */
const MOST_CALLED = 2 ** 18;
const VIEWPORTS = 16;

/** What a draw may cost, in statements of shaders. */
export interface DrawWeight {
  /** Runs of vertex shaders, or of geometry shaders with them. */
  readonly runs: number;
  /** Of vertex and geometry shaders, once for each of their runs; turns of loops are counted once. */
  readonly vertices: number;
  /** Of the passes of stream output, likewise; each loop has all its turns. */
  readonly stream: number;
  /** Of everything, if each primitive covers as much of the targets as it can, and each loop has all its turns. */
  readonly most: number;
  /** Turns of an invocation's loops; undefined without loops. */
  readonly loopTurns: number | undefined;
}

interface Length {
  /** Statements that an invocation runs, each turn of a loop counted once. */
  readonly statements: number;
  readonly loops: boolean;
}

const lengths = new WeakMap<DecodedShader, Length>();
const NONE: Length = { statements: 0, loops: false };

function lengthOf(shader: DecodedShader | undefined): Length {
  if (shader === undefined) {
    return NONE;
  }
  let length = lengths.get(shader);
  if (length === undefined) {
    const opcodes = new Set(shader.program.statements.map(({ opcode }) => opcode));
    const calls = opcodes.has('CALL') || opcodes.has('CALLC');
    const statements = calls ? MOST_CALLED : shader.interface.instructions;
    length = { statements, loops: opcodes.has('LOOP') };
    lengths.set(shader, length);
  }
  return length;
}

/** What a draw makes of its vertices. */
interface Geometry {
  /** Runs of the stage that gives out positions, in a pass. */
  readonly runs: number;
  /** Statements of a run, with turns of loops as `length` counts them. */
  readonly statements: (length: (stage: Length) => number) => number;
  /** Primitives that are rasterised, each in one pass. */
  readonly primitives: number;
  readonly kind: PrimitiveKind;
}

/** A geometry shader runs for each corner that it may emit, and the vertex shader for each vertex that it gets. */
function geometryOf({ shaders, plan, drawn, call }: PlannedDraw): Geometry {
  const { instanceCount } = call;
  const vertex = lengthOf(shaders.vertex);
  const emits = emittedBy(shaders);
  if (emits === undefined || drawn === undefined) {
    const { topology = 'POINTLIST', count = 0 } = drawn ?? {};
    return {
      runs: count * instanceCount,
      statements: (length) => length(vertex),
      primitives: primitivesOf(topology as PrimitiveTopology, count) * instanceCount,
      kind: kindOf(topology),
    };
  }
  const geometry = lengthOf(shaders.geometry);
  const primitives = primitivesIn(plan) * instanceCount * emits.primitives;
  return {
    runs: emits.corners * primitives,
    statements: (length) => cornersOf(plan) * length(vertex) + length(geometry),
    primitives,
    kind: kindWith(emits.corners),
  };
}

/** Vertices of a primitive as a geometry shader gets them: as many again where they have adjacent ones. */
function cornersOf({ topology }: GeometryPlan): number {
  return CORNERS[kindOf(topology)] * (topology.endsWith('ADJ') ? 2 : 1);
}

/** Runs of the passes of stream output, each for a primitive: those of a geometry shader run twice. */
function streamRuns({ shaders, plan, call, streams }: PlannedDraw): number {
  return streams ? primitivesIn(plan) * call.instanceCount * (shaders.geometry === undefined ? 1 : 2) : 0;
}

/** Statements of such a run. */
function streamed({ shaders, plan }: PlannedDraw, length: (stage: Length) => number): number {
  return cornersOf(plan) * length(lengthOf(shaders.vertex)) + length(lengthOf(shaders.geometry)) + 1;
}

/** The targets of a draw. */
interface Area {
  readonly pixels: number;
  /** Width and height together. */
  readonly extent: number;
  readonly samples: number;
  readonly layers: number;
}

function areaOf({ targets, depthTarget }: PipelineState): Area {
  let [pixels, extent, samples, layers] = [0, 0, 1, 1];
  for (const target of [...targets, depthTarget]) {
    if (target !== undefined) {
      const { mips, samples: own } = target.surface.layout;
      const { width, height } = mips[target.mip];
      pixels = Math.max(pixels, width * height);
      extent = Math.max(extent, width + height);
      samples = Math.max(samples, own);
      layers = Math.max(layers, target.layers);
    }
  }
  return { pixels, extent, samples, layers };
}

/** Pixels that a primitive may cover: with samples, a point or a line of a pixel's width touches those beside it. */
function coverOf(kind: Geometry['kind'], { pixels, extent }: Area): number {
  return Math.min(pixels, kind === 'POINT' ? 4 : kind === 'LINE' ? 2 * extent : pixels);
}

/** The turns that loops have: a power of four, so that few draws need shaders of their own. */
function turnsOf(invocations: number): number {
  const share = MOST_TURNS / Math.max(invocations, 1);
  const turns = 4 ** Math.floor(Math.log2(share) / 2);
  return Math.min(Math.max(turns, LEAST_TURNS), MOST_TURNS_EACH);
}

/** How often a draw is made: for each layer and each viewport that its primitives may choose. */
function passesOf({ state, shaders }: PlannedDraw, { layers }: Area): number {
  const { outputs } = (shaders.geometry ?? shaders.vertex).interface;
  const has = (wanted: string): boolean => outputs.some(({ name }) => name === wanted);
  return (
    (has('RENDER_TARGET_ARRAY_INDEX') ? layers : 1) *
    (has('VIEWPORT_ARRAY_INDEX') ? Math.min(state.viewports.length, VIEWPORTS) : 1)
  );
}

const once = (length: Length): number => length.statements;

export function drawWeight(draw: PlannedDraw): DrawWeight {
  const { state, shaders } = draw;
  const area = areaOf(state);
  const { runs, statements, primitives, kind } = geometryOf(draw);
  const allRuns = runs * passesOf(draw, area);
  const [vertex, geometry, pixel] = [shaders.vertex, shaders.geometry, shaders.pixel].map(lengthOf);
  const loops = vertex.loops || geometry.loops || pixel.loops;
  const ofStream = streamRuns(draw);
  const most = Math.max(allRuns, ofStream * cornersOf(draw.plan), area.pixels * area.samples * area.layers);
  const loopTurns = loops ? turnsOf(most) : undefined;
  const all = (length: Length): number => length.statements * (length.loops ? 1 + (loopTurns ?? 0) : 1);
  const covered = primitives * coverOf(kind, area) * area.samples;
  return {
    runs: allRuns,
    vertices: allRuns * statements(once) + ofStream * streamed(draw, once),
    stream: ofStream * streamed(draw, all),
    most: allRuns * statements(all) + ofStream * streamed(draw, all) + covered * all(pixel),
    loopTurns,
  };
}
