import type { ShaderBindings } from '@cg/vgpu10';
import { runCounted } from '../input/vertex-stage.js';
import { ShadedVertex, type PrimitiveSink } from '../shaded-vertex.js';
import type { SoftShader } from '../shaders/shader-cache.js';
import type { WorkBudget } from '../work-budget.js';

/** How many vertices a primitive of an output topology has. */
const corners: Readonly<Record<string, number>> = { POINTLIST: 1, LINESTRIP: 2, TRIANGLESTRIP: 3 };

/** Runs a geometry shader on each primitive, and makes lists of the strips that it gives out. */
export class GeometryStage {
  readonly #corners: number;

  constructor(
    private readonly shader: SoftShader,
    private readonly bindings: ShaderBindings,
    private readonly budget: WorkBudget,
    private readonly sink: PrimitiveSink,
  ) {
    this.#corners = corners[shader.interface.geometry?.topology ?? ''] ?? 3;
  }

  /** @param vertices with those that are adjacent */
  primitive(vertices: readonly ShadedVertex[], id: number): void {
    const { shader, bindings, budget } = this;
    const inputs = vertices.map(({ words }) => words);
    const strips = runCounted(shader, budget, () =>
      shader.interpreter.primitive({ vertices: inputs, primitiveId: id }, bindings),
    );
    for (const strip of strips ?? []) {
      this.#giveOut(
        strip.map((words) => new ShadedVertex(words)),
        id,
      );
    }
  }

  #giveOut(strip: readonly ShadedVertex[], id: number): void {
    const size = this.#corners;
    for (let i = 0; i + size <= strip.length; i++) {
      const turned = size === 3 && i % 2 === 1;
      const vertices = turned ? [strip[i], strip[i + 2], strip[i + 1]] : strip.slice(i, i + size);
      this.sink.primitive(vertices, id);
    }
  }
}
