import { MOST_INVOCATIONS, primitivesIn, type PlannedDraw } from './planned-draw.js';

const WORKGROUP = 64;
/** Primitives of a dispatch: every device has so many workgroups in a row. */
const MOST_OF_STEP = 65_535 * WORKGROUP;

/** A dispatch of one of the passes of stream output. */
export interface StreamStep {
  readonly pass: number;
  /** The number of its first primitive, among those of all instances. */
  readonly first: number;
  readonly workgroups: number;
  readonly isFirst: boolean;
  readonly isLast: boolean;
  /** Of the work of all passes. */
  readonly share: number;
}

/** Instances that stream out. */
export function streamedInstances({ plan, call }: PlannedDraw): number {
  return Math.min(call.instanceCount, Math.max(1, Math.floor(MOST_INVOCATIONS / primitivesIn(plan))));
}

/**
 * The dispatches of stream output, in their order. A geometry shader has three passes: it counts what it gives out, one
 * invocation adds that up, and it runs again to write.
 * @param parts how many of equal size a pass should have
 */
export function* streamSteps(draw: PlannedDraw, parts: number): Generator<StreamStep> {
  const primitives = primitivesIn(draw.plan) * streamedInstances(draw);
  const each = WORKGROUP * Math.ceil(Math.min(primitives / parts, MOST_OF_STEP) / WORKGROUP);
  const last = draw.shaders.geometry === undefined ? 0 : 2;
  for (let pass = 0; pass <= last; pass++) {
    const isScan = pass === 1;
    for (let first = 0; first < primitives; first += isScan ? primitives : each) {
      const count = Math.min(each, primitives - first);
      yield {
        pass,
        first,
        workgroups: isScan ? 1 : Math.ceil(count / WORKGROUP),
        isFirst: pass === 0 && first === 0,
        isLast: pass === last && first + count >= primitives,
        share: isScan ? 0 : count / primitives / (last === 0 ? 1 : 2),
      };
    }
  }
}
