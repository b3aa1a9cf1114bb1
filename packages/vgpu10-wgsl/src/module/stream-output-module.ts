import { BINDINGS, GROUPS, type BoundResource } from '../bindings.js';
import { drawRow } from '../draw-constants.js';
import { TranslateError } from '../errors.js';
import type { StreamElement } from '../key.js';
import type { StageInterface } from '../stage/stage-interface.js';
import { GeometryStage, resetLines } from './geometry-stage.js';
import { ModuleText } from './module-text.js';
import { PrimitiveAssembly } from './primitive-assembly.js';
import { translateStage, uniformSlots, type TranslationContext } from './stage-context.js';
import { vertexInputLines } from './vertex-inputs.js';

const WORKGROUP = 64;
const MOST_BUFFERS = 4;
const COMPONENTS = 'xyzw';

/** Compute entry points that write the stream output of a draw, to be dispatched in this order. */
export type StreamPass =
  /** One invocation for each primitive of the draw, in workgroups of 64, of one dispatch or several. */
  | { readonly entryPoint: 'count' | 'write'; readonly invocations: 'primitives' }
  | { readonly entryPoint: 'scan'; readonly invocations: 1 };

interface StreamModule {
  readonly text: string;
  readonly module: ModuleText;
  readonly passes: readonly StreamPass[];
}

/**
 * A module that writes the stream output of a vertex shader: the place of each primitive is known.
 *
 * `counters` are the primitives that were written and those that there was to write.
 */
export function vertexStreamModule(context: TranslationContext, vertex: StageInterface): StreamModule {
  const module = new ModuleText(context.key);
  const assembly = new PrimitiveAssembly(context, module, 'vertex');
  const [uniforms] = uniformSlots(context, [vertex]);
  const stage = translateStage(context, module, vertex, uniforms);
  const { own } = assembly;
  const streams = new StreamWriter(context, module, own.length);
  const inputs = vertexInputLines(context, module, stage);
  const isWritten = (register: number): boolean => stage.registers.variables.has(`o${register}`);
  const lines = [
    `let total = primitives * ${drawRow(module, context.layout, 0)}.w;`,
    'if (number == 0u) {',
    `  ${streams.counters()}[0] = min(total, stream_room());`,
    `  ${streams.counters()}[1] = total;`,
    '}',
    'if (number >= min(total, stream_room())) { return; }',
    'let primitive = number % primitives;',
    'let instance = number / primitives;',
    `for (var i = 0u; i < ${own.length}u; i++) {`,
    `  let vertex = ${assembly.vertex('primitive', ownCorner(own))};`,
    ...[...resetLines(stage), ...inputs, stage.call].map((line) => `  ${line}`),
    ...streams
      .writes('number', 'i', (register) => (isWritten(register) ? `o${register}` : 'vec4u()'))
      .map((line) => `  ${line}`),
    '}',
  ];
  const text = module.print([
    stage.text,
    streams.roomText(),
    ...entryPoint('write', assembly, streams.first, lines),
  ]);
  return { text, module, passes: [{ entryPoint: 'write', invocations: 'primitives' }] };
}

/**
 * * A module that writes the stream output of a geometry shader: `count` counts what each primitive gives out, `scan`
 * adds it up to places, `write` runs again and writes.
 */
export function geometryStreamModule(
  context: TranslationContext,
  vertex: StageInterface,
  geometry: StageInterface,
): StreamModule {
  const stage = new GeometryStage(context, vertex, geometry);
  const { module, assembly, strip } = stage;
  const streams = new StreamWriter(context, module, strip.corners);
  module.bindings.add(
    {
      group: GROUPS.draw,
      binding: BINDINGS.primitiveCounts,
      resource: { kind: 'primitiveCounts' },
      buffer: { type: 'storage', minBindingSize: 4 },
    },
    'var<storage, read_write> counts: array<u32>',
  );
  const writes = streams.writes('place', 'i', (register) =>
    stage.outputs.includes(register) ? `corner.o${register}` : 'vec4u()',
  );
  const emitted = [
    'if (!writes) { return false; }',
    'let place = first_place + primitives_emitted;',
    'if (place >= stream_room()) { return true; }',
    `for (var i = 0u; i < ${strip.corners}u; i++) {`,
    `  let corner = ${stage.corner('i')};`,
    ...writes.map((line) => `  ${line}`),
    '}',
    'return false;',
  ];
  const instances = `${drawRow(module, context.layout, 0)}.w`;
  const run = [`if (number >= primitives * ${instances}) { return; }`];
  const text = module.print([
    'var<private> writes = false;',
    'var<private> first_place: u32;',
    streams.roomText(),
    ...stage.text(emitted),
    ...entryPoint('count', assembly, streams.first, [
      ...run,
      'run_primitive(number % primitives, number / primitives);',
      'if (number < arrayLength(&counts)) { counts[number] = primitives_emitted; }',
    ]),
    ...scanText(assembly, streams, instances),
    ...entryPoint('write', assembly, streams.first, [
      ...run,
      'if (number >= arrayLength(&counts)) { return; }',
      'writes = true;',
      'first_place = counts[number];',
      'run_primitive(number % primitives, number / primitives);',
    ]),
  ]);
  return {
    text,
    module,
    passes: [
      { entryPoint: 'count', invocations: 'primitives' },
      { entryPoint: 'scan', invocations: 1 },
      { entryPoint: 'write', invocations: 'primitives' },
    ],
  };
}

/** The corner with the number `i` among those that are written. */
function ownCorner(own: readonly number[]): string {
  const isEvery = own.every((corner, i) => corner === i);
  return isEvery ? 'i' : `array(${own.map((corner) => `${corner}u`).join(', ')})[i]`;
}

/** Makes places of the counts, and counts all of them: one invocation. */
function scanText(assembly: PrimitiveAssembly, streams: StreamWriter, instances: string): string[] {
  const counters = streams.counters();
  return [
    '@compute @workgroup_size(1) fn scan() {',
    '  var place = 0u;',
    `  let runs = min(${assembly.count()} * ${instances}, arrayLength(&counts));`,
    '  for (var i = 0u; i < runs; i++) {',
    '    let count = counts[i];',
    '    counts[i] = place;',
    '    place += count;',
    '  }',
    `  ${counters}[0] = min(place, stream_room());`,
    `  ${counters}[1] = place;`,
    '}',
  ];
}

/**
 * An entry point with an invocation for each primitive: its `number`, and the `primitives` of an instance.
 * @param first the number of the first one: an expression
 */
function entryPoint(
  name: string,
  assembly: PrimitiveAssembly,
  first: string,
  lines: readonly string[],
): string[] {
  return [
    `@compute @workgroup_size(${WORKGROUP}) fn ${name}(@builtin(global_invocation_id) id: vec3u) {`,
    `  let number = ${first} + id.x;`,
    `  let primitives = ${assembly.count()};`,
    ...lines.map((line) => `  ${line}`),
    '}',
  ];
}

/** Writes vertices to stream output buffers. A primitive is written to all of them or to none. */
class StreamWriter {
  readonly #buffers: readonly number[];
  readonly #elements: readonly StreamElement[];

  constructor(
    readonly context: TranslationContext,
    readonly module: ModuleText,
    readonly corners: number,
  ) {
    this.#elements = context.key.streamOutput ?? [];
    this.#buffers = [...new Set(this.#elements.map(({ buffer }) => buffer))].toSorted((a, b) => a - b);
    for (const buffer of this.#buffers) {
      if (buffer >= MOST_BUFFERS) {
        throw new TranslateError('EINVAL', `stream output buffer ${buffer}`, 'vertex', undefined);
      }
      this.#bind(BINDINGS.streamBuffers + buffer, { kind: 'streamBuffer', slot: buffer }, `stream${buffer}`);
    }
  }

  /** The number of the primitive with which a dispatch begins. */
  get first(): string {
    return `${this.#row(0)}.w`;
  }

  /** The name of the buffer with the counters. */
  counters(): string {
    this.#bind(BINDINGS.streamCounters, { kind: 'streamCounters' }, 'counters');
    return 'counters';
  }

  /** A function that tells how many primitives there is room for. */
  roomText(): string {
    const rooms = this.#buffers.map((buffer) => {
      const row = this.#row(buffer);
      const end = `min(${row}.y, 4u * arrayLength(&stream${buffer}))`;
      return `  room = min(room, (max(${end}, ${row}.x) - ${row}.x) / (${this.corners}u * max(${row}.z, 4u)));`;
    });
    return ['fn stream_room() -> u32 {', '  var room = 0xffffffffu;', ...rooms, '  return room;', '}'].join(
      '\n',
    );
  }

  /** Statements that write the vertex `corner` of the primitive `place`. */
  writes(place: string, corner: string, outputOf: (register: number) => string): string[] {
    return this.#buffers.flatMap((buffer) => {
      const row = this.#row(buffer);
      const lines = [
        `let at${buffer} = (${row}.x + (${place} * ${this.corners}u + ${corner}) * max(${row}.z, 4u)) / 4u;`,
      ];
      let words = 0;
      for (const { register, mask, buffer: own } of this.#elements) {
        for (let component = 0; component < 4; component++) {
          if (own === buffer && ((mask >>> component) & 1) === 1) {
            const target = `stream${buffer}[at${buffer} + ${words++}u]`;
            lines.push(
              ...(register === undefined
                ? []
                : [`${target} = ${outputOf(register)}.${COMPONENTS[component]};`]),
            );
          }
        }
      }
      return lines;
    });
  }

  #row(buffer: number): string {
    return drawRow(this.module, this.context.layout, (this.context.layout.streams ?? 0) + buffer);
  }

  #bind(binding: number, resource: BoundResource, name: string): void {
    this.module.bindings.add(
      { group: GROUPS.draw, binding, resource, buffer: { type: 'storage', minBindingSize: 4 } },
      `var<storage, read_write> ${name}: array<u32>`,
    );
  }
}
