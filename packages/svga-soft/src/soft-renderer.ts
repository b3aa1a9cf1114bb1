import type {
  DrawCall,
  DrawingRenderer,
  DrawWork,
  PipelineState,
  QueryResult,
  RenderQuery,
} from '@cg/svga-device';
import { caps } from './caps.js';
import { runDraw } from './draw-run.js';
import { Queries } from './queries.js';
import { ShaderCache } from './shaders/shader-cache.js';
import { WorkBudget } from './work-budget.js';

const MOST_WORK = 2 ** 25;
const NANOSECONDS_PER_MS = 1e6;
const MOST_STEPS = 2 ** 20;
/** Of the device's units, for one of a draw's. */
const UNIT_COST = 8;

export interface SoftRendererOptions {
  /** What timestamps count, in nanoseconds; the time since the renderer was made, in whole milliseconds, if absent. */
  readonly clock?: () => number;
  /**
   * What a draw may cost, in units of about a statement of a shader on a quad (less than a microsecond); 2^25 if
   * absent. A draw that costs more ends there.
   */
  readonly maxDrawWork?: number;
  /**
   * What a unit of a draw's work is charged to the command buffer, in the device's units; 8 if absent, for which the
   * 2^32 of a buffer are sixteen draws of the most that one may cost.
   */
  readonly unitCost?: number;
  /** The statements that a shader may execute for a vertex, a primitive or a quad; 2^20 if absent. */
  readonly maxShaderSteps?: number;
}

/**
 * Draws on the device's own images, at once and exactly as Direct3D 10 says. It keeps no copies: nothing is ever newer
 * than the device's bytes, and clears and copies are left to the device.
 */
export class SoftRenderer implements DrawingRenderer {
  readonly caps = caps;
  /** Draws that were ended because they cost too much. */
  endedDraws = 0;
  readonly #maxDrawWork: number;
  readonly #unitCost: number;
  readonly #shaders: ShaderCache;
  readonly #queries: Queries;

  constructor(options: SoftRendererOptions = {}) {
    const { clock, maxDrawWork = MOST_WORK, maxShaderSteps = MOST_STEPS, unitCost = UNIT_COST } = options;
    this.#maxDrawWork = maxDrawWork;
    this.#unitCost = unitCost;
    this.#shaders = new ShaderCache(maxShaderSteps);
    this.#queries = new Queries(clock ?? timeSinceNow());
  }

  draw(state: PipelineState, call: DrawCall, queries?: readonly RenderQuery[], work?: DrawWork): undefined {
    const most = Math.min(this.#maxDrawWork, Math.floor((work?.left ?? Infinity) / this.#unitCost) + 1);
    const budget = new WorkBudget(most);
    this.#queries.count(runDraw(state, call, this.#shaders, budget), queries);
    work?.charge((most - budget.rest) * this.#unitCost);
    if (budget.isSpent) {
      this.endedDraws++;
    }
  }

  beginQuery(query: RenderQuery): void {
    this.#queries.begin(query);
  }

  endQuery(query: RenderQuery): QueryResult {
    return this.#queries.end(query);
  }

  clear(): false {
    return false;
  }

  copy(): false {
    return false;
  }

  imageWritten(): void {
    // It reads the device's bytes when it draws.
  }

  imageNeeded(): undefined {
    return undefined;
  }

  surfaceDropped(): void {
    // All that it has of a surface goes with the object.
  }

  reset(): void {
    this.#queries.reset();
  }
}

function timeSinceNow(): () => number {
  const start = Date.now();
  return () => (Date.now() - start) * NANOSECONDS_PER_MS;
}
