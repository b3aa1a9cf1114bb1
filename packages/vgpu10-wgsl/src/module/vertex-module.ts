import { drawRow } from '../draw-constants.js';
import type { StageInterface } from '../stage/stage-interface.js';
import { rasterizerLines, rasterizerStruct } from './interstage.js';
import { outputNamed, type Linkage } from './linkage.js';
import { ModuleText } from './module-text.js';
import { translateStage, uniformSlots, type TranslationContext } from './stage-context.js';
import { vertexInputLines } from './vertex-inputs.js';

/** A module with a vertex shader alone. */
export function vertexModule(
  context: TranslationContext,
  shader: StageInterface,
  linkage: Linkage,
): { text: string; module: ModuleText } {
  const module = new ModuleText(context.key);
  const [uniforms] = uniformSlots(context, [shader]);
  const stage = translateStage(context, module, shader, uniforms);
  const { registers } = stage;
  requireClipDistances(module, linkage);
  const body = [
    ...vertexInputLines(context, module, stage),
    stage.call,
    'var out: ToRasterizer;',
    ...rasterizerLines(linkage, outputNamed(shader, 'POSITION')?.register, (register) =>
      registers.variables.has(`o${register}`) ? `o${register}` : undefined,
    ),
    ...outsideLines(context, module, shader, (register) => registers.output(register)),
    'return out;',
  ];
  const main = [
    rasterizerStruct(linkage),
    '@vertex fn main(@builtin(vertex_index) vertex: u32, @builtin(instance_index) instance: u32) -> ToRasterizer {',
    ...body.map((line) => `  ${line}`),
    '}',
  ];
  return { text: module.print([stage.text, ...main]), module };
}

export function requireClipDistances(module: ModuleText, { clipDistances, clipLocation }: Linkage): void {
  if (clipDistances.length > 0 && clipLocation === undefined) {
    module.enable('clip_distances');
  }
}

/**
 * Puts what goes to other layers or viewports than those of the draw outside of the clip volume: `out` is not drawn.
 * A number that is not there means the first one.
 */
export function outsideLines(
  { layout }: TranslationContext,
  module: ModuleText,
  shader: StageInterface,
  outputOf: (register: number) => string,
): string[] {
  return (
    [
      ['RENDER_TARGET_ARRAY_INDEX', 'z'],
      ['VIEWPORT_ARRAY_INDEX', 'w'],
    ] as const
  ).flatMap(([name, component]) => {
    const output = outputNamed(shader, name);
    if (output === undefined) {
      return [];
    }
    const value = `${outputOf(output.register)}.${'xyzw'[Math.max(0, 31 - Math.clz32(output.mask & -output.mask))]}`;
    const row = `${drawRow(module, layout, 1)}.${component}`;
    const own = `select(0u, ${value}, ${value} <= (${row} >> 16u))`;
    return [`if (${own} != (${row} & 0xffffu)) { out.position = vec4f(2.0, 2.0, 2.0, 1.0); }`];
  });
}
