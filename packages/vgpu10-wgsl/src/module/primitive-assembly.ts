import type { Primitive, PrimitiveTopology } from '@cg/vgpu10';
import { BINDINGS, GROUPS } from '../bindings.js';
import { drawRow } from '../draw-constants.js';
import { TranslateError, type StageName } from '../errors.js';
import { wordReader } from '../texel-fetch.js';
import type { ModuleText } from './module-text.js';
import type { TranslationContext } from './stage-context.js';

/** How a topology makes primitives of vertices. */
interface Assembly {
  readonly primitive: Primitive;
  /** The vertices of a primitive. */
  readonly corners: number;
  /** How many vertices further the next primitive begins. */
  readonly step: number;
  /** Those of the corners that are not adjacent vertices. */
  readonly own: readonly number[];
}

const assemblies: Partial<Record<PrimitiveTopology, Assembly>> = {
  POINTLIST: { primitive: 'POINT', corners: 1, step: 1, own: [0] },
  LINELIST: { primitive: 'LINE', corners: 2, step: 2, own: [0, 1] },
  LINESTRIP: { primitive: 'LINE', corners: 2, step: 1, own: [0, 1] },
  TRIANGLELIST: { primitive: 'TRIANGLE', corners: 3, step: 3, own: [0, 1, 2] },
  TRIANGLESTRIP: { primitive: 'TRIANGLE', corners: 3, step: 1, own: [0, 1, 2] },
  LINELIST_ADJ: { primitive: 'LINE_ADJ', corners: 4, step: 4, own: [1, 2] },
  LINESTRIP_ADJ: { primitive: 'LINE_ADJ', corners: 4, step: 1, own: [1, 2] },
  TRIANGLELIST_ADJ: { primitive: 'TRIANGLE_ADJ', corners: 6, step: 6, own: [0, 2, 4] },
};

/** How many primitives so many vertices are: for the draws of geometry shaders and the passes of stream output. */
export function primitivesOf(topology: PrimitiveTopology, vertices: number): number {
  if (topology === 'TRIANGLESTRIP_ADJ') {
    return Math.max(0, Math.floor(vertices / 2) - 2);
  }
  const { corners = Infinity, step = 1 } = assemblies[topology] ?? {};
  return vertices < corners ? 0 : Math.floor((vertices - corners) / step) + 1;
}

/** @throws TranslateError ENOTSUP for topologies that have to be made lists by `expandIndices` */
function assemblyOf({ key }: TranslationContext, stage: StageName): Assembly {
  const assembly = assemblies[key.topology];
  if (assembly === undefined) {
    throw new TranslateError('ENOTSUP', `assembling ${key.topology}`, stage, undefined);
  }
  if (key.indexFormat !== undefined && assembly.step < assembly.corners) {
    throw new TranslateError('ENOTSUP', `an indexed ${key.topology}, which may restart`, stage, undefined);
  }
  return assembly;
}

/** Primitives assembled in a shader. */
export class PrimitiveAssembly {
  readonly #assembly: Assembly;

  constructor(
    readonly context: TranslationContext,
    readonly module: ModuleText,
    stage: StageName,
  ) {
    this.#assembly = assemblyOf(context, stage);
  }

  get primitive(): Primitive {
    return this.#assembly.primitive;
  }

  /** The vertices that a geometry shader gets. */
  get corners(): number {
    return this.#assembly.corners;
  }

  /** Those of them that stream output writes without a geometry shader. */
  get own(): readonly number[] {
    return this.#assembly.own;
  }

  /** How many primitives an instance has: an expression. */
  count(): string {
    const { corners, step } = this.#assembly;
    const vertices = `${drawRow(this.module, this.context.layout, 0)}.z`;
    return step === 1 ? `(max(${vertices}, ${corners - 1}u) - ${corners - 1}u)` : `(${vertices} / ${step}u)`;
  }

  /** The number of the vertex at a corner of a primitive, through the index buffer if there is one: an expression. */
  vertex(primitive: string, corner: string): string {
    const { step, corners } = this.#assembly;
    const isTriangleStrip = step === 1 && corners === 3;
    const turned = isTriangleStrip ? this.#turned(primitive, corner) : corner;
    const place = `${step === 1 ? primitive : `${primitive} * ${step}u`} + ${turned}`;
    return this.context.key.indexFormat === undefined ? place : `${this.#indexFunction()}(${place})`;
  }

  /** Every other triangle of a strip has its second and third corner swapped, so that all of them turn the same way. */
  #turned(primitive: string, corner: string): string {
    const name = this.module.declare('strip_corner', () =>
      [
        'fn strip_corner(primitive: u32, corner: u32) -> u32 {',
        '  return select(corner, (3u - corner) % 3u, (primitive & 1u) == 1u);',
        '}',
      ].join('\n'),
    );
    return `${name}(${primitive}, ${corner})`;
  }

  #indexFunction(): string {
    const { layout, key } = this.context;
    const resource = { kind: 'indexBuffer' } as const;
    const binding = { group: GROUPS.draw, binding: BINDINGS.indexBuffer, resource };
    const reader = wordReader(this.module, 'indices', binding);
    return this.module.declare('index_at', () => {
      const row = drawRow(this.module, layout, 1);
      const is16 = key.indexFormat === 'uint16';
      const value = `${reader}(${row}.x + ${is16 ? 2 : 4}u * i)`;
      return [
        'fn index_at(i: u32) -> u32 {',
        `  if (i >= ${row}.y) { return 0u; }`,
        `  return ${is16 ? `${value} & 0xffffu` : value};`,
        '}',
      ].join('\n');
    });
  }
}
