import type { StageInterface } from '../stage/stage-interface.js';
import { GeometryStage } from './geometry-stage.js';
import { rasterizerLines, rasterizerStruct } from './interstage.js';
import { outputNamed, type Linkage } from './linkage.js';
import type { ModuleText } from './module-text.js';
import type { TranslationContext } from './stage-context.js';
import { outsideLines, requireClipDistances } from './vertex-module.js';

/** How a draw with a geometry shader is made: as a list of all corners that the shader may give out. */
export interface GeometryDraw {
  readonly topology: 'point-list' | 'line-list' | 'triangle-list';
  /** Vertices of the draw call for each primitive of the original one; see {@link primitivesOf}. */
  readonly verticesPerPrimitive: number;
}

const TOPOLOGIES = { 1: 'point-list', 2: 'line-list', 3: 'triangle-list' } as const;

/**
 * A vertex and a geometry shader as one vertex shader: it runs both for the primitive that its corner belongs to, until
 * that corner is given out. Corners that are not given out lie outside of the clip volume.
 */
export function geometryModule(
  context: TranslationContext,
  vertex: StageInterface,
  geometry: StageInterface,
  linkage: Linkage,
): { text: string; module: ModuleText; draw: GeometryDraw } {
  const stage = new GeometryStage(context, vertex, geometry);
  const { module, strip } = stage;
  const { corners, primitives } = strip;
  requireClipDistances(module, linkage);
  const outputOf = (register: number): string | undefined =>
    stage.outputs.includes(register) ? `result.o${register}` : undefined;
  // The first vertex of a primitive decides for all of it.
  const outside = outsideLines(context, module, geometry, (register) =>
    stage.outputs.includes(register) ? `leading.o${register}` : 'vec4u()',
  );
  const position = outputNamed(geometry, 'POSITION')?.register;
  const emitted = [
    'if (primitives_emitted != wanted_primitive) { return false; }',
    `result = ${stage.corner('wanted_corner')};`,
    ...(outside.length > 0 ? ['leading = window[0];'] : []),
    'found = true;',
    'return true;',
  ];
  const verticesPerPrimitive = corners * primitives;
  const main = [
    'var<private> wanted_primitive: u32;',
    'var<private> wanted_corner: u32;',
    'var<private> result: Emitted;',
    ...(outside.length > 0 ? ['var<private> leading: Emitted;'] : []),
    'var<private> found = false;',
    rasterizerStruct(linkage),
    '@vertex fn main(@builtin(vertex_index) index: u32, @builtin(instance_index) instance: u32) -> ToRasterizer {',
    `  let primitive = index / ${verticesPerPrimitive}u;`,
    `  wanted_primitive = index / ${corners}u % ${primitives}u;`,
    `  wanted_corner = index % ${corners}u;`,
    '  run_primitive(primitive, instance);',
    '  var out: ToRasterizer;',
    '  out.position = vec4f(2.0, 2.0, 2.0, 1.0);',
    '  if (found) {',
    ...[...rasterizerLines(linkage, position, outputOf), ...outside].map((line) => `    ${line}`),
    '  }',
    '  return out;',
    '}',
  ];
  return {
    text: module.print([...stage.text(emitted), ...main]),
    module,
    draw: { topology: TOPOLOGIES[corners], verticesPerPrimitive },
  };
}
