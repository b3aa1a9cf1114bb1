import type { DrawCall, PipelineState } from '@cg/svga-device';
import type { RegisterFile, ShaderBindings } from '@cg/vgpu10';
import { ShadedVertex } from '../shaded-vertex.js';
import type { SoftShader } from '../shaders/shader-cache.js';
import { WORK, type WorkBudget } from '../work-budget.js';
import { Indices } from './indices.js';
import { VertexFetch } from './vertex-fetch.js';

const INPUT_WORDS = 4 * 32;
/** Vertices that are kept for the primitives that follow: a power of two. */
const KEPT = 1024;

/** The vertices of a draw as its vertex shader gives them out. */
export class VertexStage {
  readonly indices: Indices | undefined;
  /** Runs of the shader. */
  runs = 0;
  readonly #fetch: VertexFetch;
  readonly #inputs: RegisterFile = new Uint32Array(INPUT_WORDS);
  /** By the lowest bits of the index. */
  readonly #kept: (ShadedVertex | undefined)[] = [];
  readonly #keptIndices = new Float64Array(KEPT);
  readonly #vertexIds: readonly number[];
  readonly #instanceIds: readonly number[];
  #instance = 0;

  constructor(
    state: PipelineState,
    private readonly call: DrawCall,
    private readonly shader: SoftShader,
    private readonly bindings: ShaderBindings,
    private readonly budget: WorkBudget,
  ) {
    this.indices = call.indexed ? new Indices(state, call) : undefined;
    this.#fetch = new VertexFetch(state);
    const { inputs } = shader.interface;
    const named = (wanted: string) =>
      inputs.filter(({ name }) => name === wanted).map(({ register }) => register);
    this.#vertexIds = named('VERTEX_ID');
    this.#instanceIds = named('INSTANCE_ID');
  }

  beginInstance(instance: number): void {
    this.#instance = instance;
    this.#kept.length = 0;
  }

  /** @param place counted from the first vertex or index of the draw */
  vertex(place: number): ShadedVertex {
    const index = this.indices?.at(place) ?? place;
    const slot = index % KEPT;
    const kept = this.#kept[slot];
    if (kept !== undefined && this.#keptIndices[slot] === index) {
      return kept;
    }
    const vertex = this.#shade(index);
    this.#kept[slot] = vertex;
    this.#keptIndices[slot] = index;
    return vertex;
  }

  #shade(index: number): ShadedVertex {
    const { call, shader, budget } = this;
    this.runs++;
    const first = this.indices === undefined ? call.firstVertex : call.baseVertex;
    const inputs = this.#inputs;
    inputs.fill(0);
    // Numbers of vertices wrap around, as those of Direct3D do.
    this.#fetch.read((index + first) >>> 0, this.#instance, call.firstInstance, inputs);
    for (const register of this.#vertexIds) {
      inputs.fill(index, 4 * register, 4 * register + 4);
    }
    for (const register of this.#instanceIds) {
      inputs.fill(this.#instance, 4 * register, 4 * register + 4);
    }
    return new ShadedVertex(
      runCounted(shader, budget, () => shader.interpreter.vertex(inputs, this.bindings).outputs) ??
        new Uint32Array(OUTPUT_WORDS),
    );
  }
}

const OUTPUT_WORDS = 4 * 32;

/** Runs a shader and spends what it costs. @returns undefined if it ran for too long */
export function runCounted<T>({ interpreter }: SoftShader, budget: WorkBudget, run: () => T): T | undefined {
  const before = interpreter.executed;
  try {
    return run();
  } catch {
    return undefined;
  } finally {
    budget.spend(WORK.VERTEX + interpreter.executed - before);
  }
}
