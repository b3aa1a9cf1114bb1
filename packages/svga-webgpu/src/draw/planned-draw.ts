import { primitivesOf } from '@cg/vgpu10-wgsl';
import type { DrawCall, PipelineState } from '@cg/svga-device';
import { planGeometry, type GeometryPlan } from './geometry-plan.js';
import type { DrawPart } from './draw-parts.js';
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

/**
 * @param lists strips that have indices are made lists, which have parts
 * @returns undefined if there is nothing to do
 */
export function planDraw(
  draw: Pick<PlannedDraw, 'call' | 'count' | 'shaders' | 'state' | 'streams'>,
  lists = false,
): PlannedDraw | undefined {
  const { state, call, shaders, streams } = draw;
  const count = streams ? Math.min(draw.count, MOST_INVOCATIONS) : draw.count;
  const assembles = shaders.geometry !== undefined || streams;
  const plan = planGeometry(state, call, count, assembles, lists);
  if (plan === undefined || primitivesIn(plan) === 0 || call.instanceCount === 0) {
    return undefined;
  }
  const assemblesOnlyStreams = streams && shaders.geometry === undefined;
  return {
    state,
    call,
    shaders,
    count: draw.count,
    streams,
    plan,
    drawn: assemblesOnlyStreams ? planGeometry(state, call, count, false, lists) : plan,
  };
}

/** Primitives of an instance. */
export function primitivesIn({ topology, count }: GeometryPlan): number {
  return primitivesOf(topology, count);
}

/** All of a draw. */
export function wholeOf({ call, plan, drawn }: PlannedDraw): DrawPart {
  return {
    firstPrimitive: 0,
    primitives: primitivesIn(drawn ?? plan),
    firstInstance: 0,
    instances: call.instanceCount,
  };
}

export function isFirst({ firstPrimitive, firstInstance }: DrawPart): boolean {
  return firstPrimitive === 0 && firstInstance === 0;
}

/** How many primitives of an instance have to stay together. */
export function unitOf({ shaders, plan, drawn }: PlannedDraw): number {
  if (drawn === undefined) {
    return primitivesIn(plan);
  }
  if (shaders.geometry !== undefined || !drawn.topology.endsWith('STRIP')) {
    return 1;
  }
  // A strip that has indices may begin anew anywhere; of triangles of another one, those with even numbers turn alike.
  const hasIndices = drawn.indices !== undefined || drawn.list !== undefined;
  return hasIndices ? primitivesIn(drawn) : drawn.topology === 'TRIANGLESTRIP' ? 2 : 1;
}
