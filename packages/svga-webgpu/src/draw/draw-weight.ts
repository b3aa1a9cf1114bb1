import type { DrawCall, PipelineState } from '@cg/svga-device';
import type { DecodedShader } from './shader-table.js';
import type { DecodedShaders } from './translations.js';

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
  /** Of vertex and geometry shaders, once for each of their runs; turns of loops are counted once. */
  readonly vertices: number;
  /** Of everything, if each primitive covers all of the targets, and each loop has all its turns. */
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

/** Runs of the vertex shader for a vertex of the draw: a geometry shader runs for each corner that it may emit. */
function runsOf({ geometry, vertex }: DecodedShaders): number {
  const { geometry: emits, outputs } = (geometry ?? vertex).interface;
  const perVertex = emits === undefined ? 1 : 3 * emits.maxVertices;
  return perVertex * (outputs.some(({ name }) => name === 'VIEWPORT_ARRAY_INDEX') ? VIEWPORTS : 1);
}

/** Pixels of the targets, by their samples and layers. */
function areaOf({ targets, depthTarget }: PipelineState, layered: boolean): number {
  let area = 0;
  for (const target of [...targets, depthTarget]) {
    if (target !== undefined) {
      const { mips, samples } = target.surface.layout;
      const { width, height } = mips[target.mip];
      area = Math.max(area, width * height * samples * (layered ? target.layers : 1));
    }
  }
  return area;
}

/** The turns that loops have: a power of four, so that few draws need shaders of their own. */
function turnsOf(invocations: number): number {
  const share = MOST_TURNS / Math.max(invocations, 1);
  const turns = 4 ** Math.floor(Math.log2(share) / 2);
  return Math.min(Math.max(turns, LEAST_TURNS), MOST_TURNS_EACH);
}

/** @param count vertices of an instance */
export function drawWeight(
  state: PipelineState,
  { instanceCount }: DrawCall,
  count: number,
  shaders: DecodedShaders,
): DrawWeight {
  const [vertex, geometry, pixel] = [shaders.vertex, shaders.geometry, shaders.pixel].map(lengthOf);
  const { outputs } = (shaders.geometry ?? shaders.vertex).interface;
  const layered = outputs.some(({ name }) => name === 'RENDER_TARGET_ARRAY_INDEX');
  const runs = count * instanceCount * runsOf(shaders);
  const area = areaOf(state, layered);
  const loops = vertex.loops || geometry.loops || pixel.loops;
  const loopTurns = loops ? turnsOf(Math.max(runs, area)) : undefined;
  const all = ({ statements, loops: turns }: Length): number =>
    statements * (turns ? 1 + (loopTurns ?? 0) : 1);
  const primitives = shaders.geometry === undefined ? count * instanceCount : runs;
  return {
    vertices: runs * (vertex.statements + geometry.statements),
    most: runs * (all(vertex) + all(geometry)) + primitives * area * all(pixel),
    loopTurns,
  };
}
