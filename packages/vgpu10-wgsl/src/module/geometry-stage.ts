import { TranslateError } from '../errors.js';
import type { StageInterface } from '../stage/stage-interface.js';
import { typeName } from '../wgsl/types.js';
import { ModuleText } from './module-text.js';
import { PrimitiveAssembly } from './primitive-assembly.js';
import {
  translateStage,
  uniformSlots,
  type TranslatedStage,
  type TranslationContext,
} from './stage-context.js';
import { vertexInputLines } from './vertex-inputs.js';

/** What a geometry shader gives out. */
export interface OutputStrip {
  /** The vertices of a primitive. */
  readonly corners: 1 | 2 | 3;
  /** The most primitives of one run. */
  readonly primitives: number;
}

const TOPOLOGIES: ReadonlySet<StageInterface['topology']> = new Set([
  'POINTLIST',
  'LINESTRIP',
  'TRIANGLESTRIP',
]);

/**
 * What a geometry shader gives out for a primitive. A topology that `translate` refuses counts as the one it is like.
 */
export function outputStrip({
  topology,
  maxVertices,
}: Pick<StageInterface, 'maxVertices' | 'topology'>): OutputStrip {
  const corners = topology.startsWith('POINT') ? 1 : topology.startsWith('LINE') ? 2 : 3;
  return { corners, primitives: Math.max(1, maxVertices - corners + 1) };
}

/**
 * * A vertex and a geometry shader in one module, which run for a primitive at a time: `run_primitive(primitive,
 * instance)` runs the vertex shader for each vertex and then the geometry shader. `emitted` is called for each
 * primitive that is complete, whose outputs are in `window`, and tells whether the rest is not wanted.
 */
export class GeometryStage {
  readonly module: ModuleText;
  readonly strip: OutputStrip;
  readonly assembly: PrimitiveAssembly;
  readonly vertex: TranslatedStage;
  readonly geometry: TranslatedStage;
  /** Output registers of the geometry shader that it writes. */
  readonly outputs: readonly number[];

  constructor(
    readonly context: TranslationContext,
    vertex: StageInterface,
    geometry: StageInterface,
  ) {
    const module = new ModuleText(context.key);
    this.module = module;
    if (!TOPOLOGIES.has(geometry.topology)) {
      throw new TranslateError(
        'ENOTSUP',
        `a geometry shader that gives out ${geometry.topology}`,
        'geometry',
        undefined,
      );
    }
    this.strip = outputStrip(geometry);
    this.assembly = new PrimitiveAssembly(context, module, 'geometry');
    if (this.assembly.primitive !== geometry.primitive) {
      throw new TranslateError(
        'EINVAL',
        `a geometry shader of ${geometry.primitive}, primitives of ${context.key.topology}`,
        'geometry',
        undefined,
      );
    }
    const [ofVertex, ofGeometry] = uniformSlots(context, [vertex, geometry]);
    this.vertex = translateStage(context, module, vertex, ofVertex);
    this.geometry = translateStage(context, module, geometry, ofGeometry, { emit: 'emit', cut: 'cut' });
    const { variables } = this.geometry.registers;
    const declared = new Set(geometry.outputs.map(({ register }) => register));
    this.outputs = [...declared].filter((register) => variables.has(`g_o${register}`));
  }

  /** The functions of both stages, and those that run them. `emitted` is the text of the function's body. */
  text(emitted: readonly string[]): string[] {
    const { corners } = this.strip;
    const { maxVertices } = this.geometry.registers.shader;
    const members = this.outputs.map((register) => `  o${register}: vec4u,`);
    const shifts = Array.from({ length: corners - 1 }, (_, i) => `  window[${i}] = window[${i + 1}];`);
    return [
      // A structure has at least one member.
      ['struct Emitted {', ...(members.length > 0 ? members : ['  nothing: u32,']), '}'].join('\n'),
      `var<private> window: array<Emitted, ${corners}>;`,
      'var<private> strip: u32;',
      'var<private> vertices_emitted: u32;',
      'var<private> primitives_emitted: u32;',
      ['fn emitted() -> bool {', ...emitted.map((line) => `  ${line}`), '}'].join('\n'),
      [
        'fn emit() -> bool {',
        `  if (vertices_emitted >= ${maxVertices}u) { return false; }`,
        '  vertices_emitted += 1u;',
        ...shifts,
        ...this.outputs.map((register) => `  window[${corners - 1}].o${register} = g_o${register};`),
        '  strip += 1u;',
        `  if (strip < ${corners}u) { return false; }`,
        '  let enough = emitted();',
        '  primitives_emitted += 1u;',
        '  return enough;',
        '}',
        'fn cut() {',
        '  strip = 0u;',
        '}',
      ].join('\n'),
      this.vertex.text,
      this.geometry.text,
      this.#runText(),
    ];
  }

  #runText(): string {
    const inputs = vertexInputLines(this.context, this.module, this.vertex);
    const { corners } = this.assembly;
    return [
      'fn run_primitive(primitive: u32, instance: u32) {',
      `  for (var corner = 0u; corner < ${corners}u; corner++) {`,
      `    let vertex = ${this.assembly.vertex('primitive', 'corner')};`,
      ...[...resetLines(this.vertex), ...inputs, this.vertex.call, ...this.#handOver()].map(
        (line) => `    ${line}`,
      ),
      '  }',
      ...[...this.#primitiveId(), ...resetLines(this.geometry)].map((line) => `  ${line}`),
      '  strip = 0u;',
      '  vertices_emitted = 0u;',
      '  primitives_emitted = 0u;',
      `  ${this.geometry.call}`,
      '}',
    ].join('\n');
  }

  /** The outputs of a vertex become the inputs of the same numbers. */
  #handOver(): string[] {
    const { registers } = this.geometry;
    const name = registers.vertices();
    const { registers: count } = registers.vertexInputs();
    const written = this.vertex.registers.variables;
    return [...new Set(registers.shader.inputs.map(({ register }) => register))]
      .filter((register) => register < count && written.has(`o${register}`))
      .map((register) => `${name}[corner][${register}] = o${register};`);
  }

  #primitiveId(): string[] {
    return this.geometry.registers.readsPrimitiveId ? ['primitive_id = primitive;'] : [];
  }

  /** The corners of the primitive in `window`: those of every other triangle of a strip are turned. */
  corner(corner: string): string {
    if (this.strip.corners < 3) {
      return `window[${corner}]`;
    }
    return `window[select(${corner}, (3u - ${corner}) % 3u, (strip & 1u) == 0u)]`;
  }
}

/** Statements that set all registers that a run has left to 0. */
export function resetLines({ registers }: TranslatedStage): string[] {
  return [...registers.variables]
    .filter(([name]) => !name.startsWith(`${registers.prefix}v`))
    .map(
      ([name, type]) =>
        `${name} = ${type === 'u32' ? '0u' : type === 'vec4u' ? `${typeName('u', 4)}()` : `${type}()`};`,
    );
}
