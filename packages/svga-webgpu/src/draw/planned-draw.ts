import { outputStrip, primitivesOf, type OutputStrip } from '@cg/vgpu10-wgsl';
import type { DrawCall, PipelineState } from '@cg/svga-device';
import { planGeometry, type GeometryPlan } from './geometry-plan.js';
import { EvenCuts, type Cuts, type DrawPart } from './draw-parts.js';
import { StripCuts, stripIndices } from './strip-cuts.js';
import type { DecodedShaders } from './translations.js';

/** The most vertex shader invocations of a draw call, and primitives of stream output. */
export const MOST_INVOCATIONS = 1 << 24;

/** A draw with its geometry. */
export interface PlannedDraw {
  readonly state: PipelineState;
  readonly call: DrawCall;
  readonly shaders: DecodedShaders;
  /** Vertices of an instance, as the guest has them. */
  readonly count: number;
  /** It streams out. */
  readonly streams: boolean;
  /** What shaders assemble: geometry shaders, and the passes of stream output; otherwise as it is drawn. */
  readonly plan: GeometryPlan;
  /** Undefined if nothing is to be drawn. */
  readonly drawn: GeometryPlan | undefined;
}

/** @returns undefined if there is nothing to do */
export function planDraw(
  draw: Pick<PlannedDraw, 'call' | 'count' | 'shaders' | 'state' | 'streams'>,
): PlannedDraw | undefined {
  const { state, call, shaders, streams } = draw;
  const count = streams ? Math.min(draw.count, MOST_INVOCATIONS) : draw.count;
  const assembles = shaders.geometry !== undefined || streams;
  const plan = planGeometry(state, call, count, assembles);
  if (plan === undefined || primitivesIn(plan) === 0 || call.instanceCount === 0) {
    return undefined;
  }
  const isDrawn = !streams || [...state.targets, state.depthTarget].some((target) => target !== undefined);
  const assemblesOnlyStreams = streams && shaders.geometry === undefined;
  return {
    state,
    call,
    shaders,
    count: draw.count,
    streams,
    plan,
    drawn: !isDrawn ? undefined : assemblesOnlyStreams ? planGeometry(state, call, count, false) : plan,
  };
}

/** Primitives of an instance. */
export function primitivesIn({ topology, count }: GeometryPlan): number {
  return primitivesOf(topology, count);
}

/** What the geometry shader, if there is one, gives out for a primitive. */
export function emittedBy({ geometry }: DecodedShaders): OutputStrip | undefined {
  const emits = geometry?.interface.geometry;
  return emits && outputStrip(emits);
}

/** All of a draw. With a geometry shader its primitives are those that may be given out. */
export function wholeOf({ call, shaders, plan, drawn }: PlannedDraw): DrawPart {
  return {
    firstPrimitive: 0,
    primitives: primitivesIn(drawn ?? plan) * (emittedBy(shaders)?.primitives ?? 1),
    firstInstance: 0,
    instances: call.instanceCount,
    number: 0,
  };
}

export function isFirst({ firstPrimitive, firstInstance }: DrawPart): boolean {
  return firstPrimitive === 0 && firstInstance === 0;
}

/** Where a draw can be parted, whose indices the CPU has. */
export function cutsOf({ shaders, plan, drawn, call }: PlannedDraw): Cuts {
  if (drawn === undefined) {
    return new EvenCuts(primitivesIn(plan));
  }
  if (isIndexedStrip({ shaders, drawn })) {
    return new StripCuts(stripIndices(drawn, call.firstVertex), drawn.topology === 'TRIANGLESTRIP' ? 3 : 2);
  }
  // Of the triangles of a strip, those with even numbers turn alike.
  return new EvenCuts(shaders.geometry === undefined && drawn.topology === 'TRIANGLESTRIP' ? 2 : 1);
}

/** Whether a draw is a strip that may begin anew at any index. */
export function isIndexedStrip({ shaders, drawn }: Pick<PlannedDraw, 'drawn' | 'shaders'>): boolean {
  const isStrip = shaders.geometry === undefined && drawn?.topology.endsWith('STRIP') === true;
  return isStrip && (drawn.indices !== undefined || drawn.list !== undefined);
}
