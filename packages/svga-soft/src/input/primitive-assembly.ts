import type { DrawCall } from '@cg/svga-device';
import type { ShadedVertex } from '../shaded-vertex.js';
import { WORK, type WorkBudget } from '../work-budget.js';
import type { Topology } from './primitives.js';
import type { VertexStage } from './vertex-stage.js';

/**
 * Gives out the primitives of a draw with all their vertices, those that are adjacent too, instance by instance, until
 * the budget is spent.
 * @returns how many there were
 */
export function assemble(
  topology: Topology,
  call: DrawCall,
  vertexCount: number,
  vertices: VertexStage,
  budget: WorkBudget,
  take: (vertices: readonly ShadedVertex[], id: number) => void,
): number {
  let primitives = 0;
  if (vertexCount === 0) {
    return primitives;
  }
  for (let instance = 0; instance < call.instanceCount && !budget.isSpent; instance++) {
    budget.spend(WORK.INSTANCE);
    vertices.beginInstance(instance);
    primitives += new Instance(topology, vertices, budget, take).assemble(vertexCount);
  }
  return primitives;
}

class Instance {
  readonly #places = new Float64Array(6);
  #id = 0;

  constructor(
    private readonly topology: Topology,
    private readonly vertices: VertexStage,
    private readonly budget: WorkBudget,
    private readonly take: (vertices: readonly ShadedVertex[], id: number) => void,
  ) {}

  /** @returns how many primitives there were */
  assemble(count: number): number {
    const { indices } = this.vertices;
    if (indices === undefined || !this.topology.isStrip) {
      this.#run(0, count);
      return this.#id;
    }
    let start = 0;
    for (let place = 0; place < count && !this.budget.isSpent; place++) {
      this.budget.spend(WORK.INDEX);
      if (indices.at(place) === indices.restart) {
        this.#run(start, place);
        start = place + 1;
      }
    }
    this.#run(start, count);
    return this.#id;
  }

  /** The primitives of the vertices from one place to another. */
  #run(start: number, end: number): void {
    const { topology, budget, vertices } = this;
    const count = topology.count(end - start);
    for (let i = 0; i < count && !budget.isSpent; i++) {
      budget.spend(WORK.PRIMITIVE);
      topology.places(i, count, this.#places);
      const corners: ShadedVertex[] = [];
      for (let corner = 0; corner < topology.corners; corner++) {
        corners.push(vertices.vertex(start + this.#places[corner]));
      }
      this.take(corners, this.#id++);
    }
  }
}
