import type { DrawCall, DrawWork, PipelineState } from '@cg/svga-device';
import type { GpuLoad } from '../gpu/gpu-load.js';
import { drawParts } from './draw-parts.js';
import type { DrawRecorder } from './draw-recorder.js';
import { drawWeight, type DrawWeight } from './draw-weight.js';
import { listedIndices } from './geometry-plan.js';
import {
  cutsOf,
  isIndexedStrip,
  MOST_INVOCATIONS,
  planDraw,
  wholeOf,
  type PlannedDraw,
} from './planned-draw.js';
import { streamSteps } from './stream-steps.js';

/** Statements of vertex and geometry shaders for a unit of the device's work. */
const STATEMENTS_OF_UNIT = 16;
/** Units of the device's work for a millisecond that the GPU is waited for, and works: a buffer has 16 seconds. */
const UNITS_OF_MILLISECOND = 2 ** 18;
/** Units of the device's work for an index that is listed. */
const UNITS_OF_INDEX = 16;
const MOST_PARTS = 4096;

/** A draw, and who pays for it. */
export interface BoundedDraw {
  readonly state: PipelineState;
  readonly call: DrawCall;
  /** Vertices of an instance. */
  readonly count: number;
  readonly work: DrawWork | undefined;
  /** Called before anything is recorded. */
  begins(): void;
}

/**
 * Records draws so that the GPU's time is bounded: what shaders of vertices cost is charged before, in statements; what
 * pixels cost, which primitives may cover again and again, in the time that the GPU is waited for. A draw that may
 * cost more than the GPU is given at once is recorded in parts, and ends when it takes too long.
 */
export class BoundedDraws {
  constructor(
    readonly draws: DrawRecorder,
    readonly load: GpuLoad,
    readonly mostMilliseconds: number,
  ) {}

  /** @returns undefined if the draw is recorded, or left out */
  draw(draw: BoundedDraw): Promise<void> | undefined {
    const { state, call, count, work } = draw;
    const shaders = this.draws.decode(state);
    if (typeof shaders === 'string') {
      this.draws.omissions.add(shaders);
      return undefined;
    }
    if (!this.#isPaid(work, listedIndices(state, call, count) * UNITS_OF_INDEX)) {
      return undefined;
    }
    const planned = planDraw({ state, call, count, shaders, streams: this.draws.streamsOut(state) });
    if (planned === undefined) {
      return undefined;
    }
    const weight = drawWeight(planned);
    if (!this.#isPaid(work, Math.ceil(weight.vertices / STATEMENTS_OF_UNIT))) {
      return undefined;
    }
    if (weight.most > this.load.most || weight.runs > MOST_INVOCATIONS) {
      return this.#inParts(draw, planned, weight);
    }
    const wait = this.load.take(weight.most);
    if (wait === undefined) {
      this.#record(draw, planned, weight);
      return undefined;
    }
    return wait.then((milliseconds) => {
      if (this.#isPaid(work, milliseconds * UNITS_OF_MILLISECOND)) {
        this.#record(draw, planned, weight);
      }
    });
  }

  #isPaid(work: DrawWork | undefined, units: number): boolean {
    if (work?.charge(units) !== false) {
      return true;
    }
    this.draws.omissions.add('a draw that costs too much');
    return false;
  }

  #record({ begins }: BoundedDraw, planned: PlannedDraw, { loopTurns }: DrawWeight): void {
    if (!this.load.recorder.isAbandoned) {
      begins();
      if (planned.streams) {
        for (const step of streamSteps(planned, 1)) {
          this.draws.recordStream(planned, step, loopTurns);
        }
      }
      this.draws.record(planned, wholeOf(planned), loopTurns);
    }
  }

  async #inParts(draw: BoundedDraw, planned: PlannedDraw, weight: DrawWeight): Promise<void> {
    const { work, call } = draw;
    const { load } = this;
    if (isIndexedStrip(planned)) {
      await this.draws.needIndices(draw.state);
    }
    const began = load.now();
    // Whether the draw goes on, once there is room for so much more.
    const goesOn = async (share: number): Promise<boolean> => {
      const milliseconds = (await load.take(share)) ?? 0;
      if (load.recorder.isAbandoned || !this.#isPaid(work, milliseconds * UNITS_OF_MILLISECOND)) {
        return false;
      }
      if (load.now() - began > this.mostMilliseconds) {
        this.draws.omissions.add('the rest of a draw that takes too long');
        return false;
      }
      draw.begins();
      return true;
    };
    // The weight is of primitives that each cover the targets: parts grow while the GPU needs little time for them.
    const parts = (most: number): number => Math.min(Math.ceil(most / load.most), MOST_PARTS);
    if (planned.streams) {
      for (const step of streamSteps(planned, parts(weight.stream))) {
        if (!(await goesOn(weight.stream * step.share))) {
          return;
        }
        this.draws.recordStream(planned, step, weight.loopTurns);
      }
    }
    const rest = weight.most - weight.stream;
    const least = Math.ceil(weight.runs / MOST_INVOCATIONS);
    const { instanceCount } = call;
    const { primitives } = wholeOf(planned);
    const ofRest = (): number => (planned.drawn === undefined ? 1 : Math.max(parts(rest), least));
    for (const part of drawParts(primitives, cutsOf(planned), instanceCount, ofRest)) {
      if (!(await goesOn(rest * (part.primitives / primitives) * (part.instances / instanceCount)))) {
        return;
      }
      this.draws.record(planned, part, weight.loopTurns);
    }
  }
}
