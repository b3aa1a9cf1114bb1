import type { DxContext } from '../objects/contexts.js';
import type { DeviceObjects } from '../objects/device-objects.js';
import { partForRenderer, partRendered } from '../objects/surface-part.js';
import { COST } from '../objects/work-budget.js';
import { CommandWait } from '../renderer/command-wait.js';
import { Pipeline } from '../renderer/pipeline.js';
import type { DrawCall, PipelineState } from '../renderer/pipeline-state.js';
import type { DrawWork, RenderQuery } from '../renderer/renderer.js';
import type { CommandFamily } from './command-family.js';

const pipelines = new WeakMap<DxContext, Pipeline>();

function pipelineOf(objects: DeviceObjects, context: DxContext): Pipeline {
  let pipeline = pipelines.get(context);
  if (pipeline === undefined) {
    pipeline = new Pipeline(objects, context);
    pipelines.set(context, pipeline);
  }
  return pipeline;
}

/** Vertices of a draw, at most. */
function verticesOf({ vertexBuffers }: PipelineState, { vertexCount, instanceCount }: DrawCall): number {
  if (vertexCount !== 'auto') {
    return vertexCount * instanceCount;
  }
  const [first] = vertexBuffers;
  return first === undefined || first.stride === 0 ? 0 : first.surface.layout.bytes / first.stride;
}

/**
 * Hands a draw to the renderer. All content that it may read or write is ready before, and what it may write is the
 * renderer's afterwards. With incomplete state it does not take place.
 */
function draw(objects: DeviceObjects, call: DrawCall): void {
  const { drawing, budget, counters } = objects;
  budget.chargeEach(1, COST.DRAW);
  const context = objects.currentDxContext();
  const pipeline = pipelineOf(objects, context);
  const resolved = pipeline.resolve(call.indexed);
  if (drawing === undefined || resolved === undefined) {
    counters.drawsLeftOut++;
    return;
  }
  const { state, reads, writes } = resolved;
  budget.chargeEach(verticesOf(state, call), COST.VERTEX);
  for (const part of reads) {
    partForRenderer(objects, part);
  }
  for (const part of writes) {
    partForRenderer(objects, part);
  }
  // The renderer's from now on: nothing can fail between its change and this note of it.
  for (const part of writes) {
    partRendered(objects, part);
  }
  counters.draws++;
  const work = new CommandWork(budget.left);
  const answer = drawing.draw(state, call, context.queries?.counting ?? noQueries, work);
  if (state.streamOutput !== undefined) {
    pipeline.streamed();
  }
  if (answer !== undefined) {
    // Meanwhile the budget may be that of a buffer of the device context.
    throw new CommandWait(answer, () => budget.chargeEach(work.charged, 1));
  }
  budget.chargeEach(work.charged, 1);
}

/** What a draw has cost, until it is charged to the buffer. */
class CommandWork implements DrawWork {
  charged = 0;

  constructor(readonly most: number) {}

  get left(): number {
    return this.most - this.charged;
  }

  charge(units: number): boolean {
    this.charged += units;
    return this.charged <= this.most;
  }
}

const noQueries: readonly RenderQuery[] = [];
const once = { instanceCount: 1, firstInstance: 0 };

/** Draws of DX contexts. */
export const drawCommands: CommandFamily = {
  DX_DRAW: (objects, { vertexCount, startVertexLocation: firstVertex }) => {
    draw(objects, { indexed: false, vertexCount, firstVertex, baseVertex: 0, ...once });
  },
  DX_DRAW_INDEXED: (objects, fields) => {
    const {
      indexCount: vertexCount,
      startIndexLocation: firstVertex,
      baseVertexLocation: baseVertex,
    } = fields;
    draw(objects, { indexed: true, vertexCount, firstVertex, baseVertex, ...once });
  },
  DX_DRAW_INSTANCED: (objects, fields) => {
    draw(objects, {
      indexed: false,
      vertexCount: fields.vertexCountPerInstance,
      firstVertex: fields.startVertexLocation,
      baseVertex: 0,
      instanceCount: fields.instanceCount,
      firstInstance: fields.startInstanceLocation,
    });
  },
  DX_DRAW_INDEXED_INSTANCED: (objects, fields) => {
    draw(objects, {
      indexed: true,
      vertexCount: fields.indexCountPerInstance,
      firstVertex: fields.startIndexLocation,
      baseVertex: fields.baseVertexLocation,
      instanceCount: fields.instanceCount,
      firstInstance: fields.startInstanceLocation,
    });
  },
  DX_DRAW_AUTO: (objects) => {
    draw(objects, { indexed: false, vertexCount: 'auto', firstVertex: 0, baseVertex: 0, ...once });
  },
};
