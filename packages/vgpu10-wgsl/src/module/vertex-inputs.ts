import { BINDINGS, GROUPS } from '../bindings.js';
import { drawRow } from '../draw-constants.js';
import { decodeCall, wordReader } from '../texel-fetch.js';
import type { ModuleText } from './module-text.js';
import type { TranslatedStage, TranslationContext } from './stage-context.js';

/**
 * * Statements that fill a vertex shader's inputs, from the variables `vertex` and `instance`: attributes are fetched
 * from the vertex buffers as words, at any stride and offset.
 */
export function vertexInputLines(
  context: TranslationContext,
  module: ModuleText,
  { registers }: TranslatedStage,
): string[] {
  const lines: string[] = [];
  const done = new Set<number>();
  for (const { register, name } of registers.shader.inputs) {
    if (done.has(register) || !registers.variables.has(`v${register}`)) {
      continue;
    }
    done.add(register);
    if (name === 'VERTEX_ID') {
      lines.push(`v${register} = vec4u(vertex);`);
    } else if (name === 'INSTANCE_ID') {
      lines.push(`v${register} = vec4u(instance);`);
    } else {
      const fetch = attributeFetch(context, module, register);
      lines.push(fetch === undefined ? `v${register} = vec4u();` : `v${register} = ${fetch};`);
    }
  }
  return lines;
}

function attributeFetch(
  { key, layout }: TranslationContext,
  module: ModuleText,
  register: number,
): string | undefined {
  const attributes = key.attributes ?? [];
  const which = attributes.findIndex((attribute) => attribute.register === register);
  if (which < 0) {
    return undefined;
  }
  const { buffer, format, step } = attributes[which];
  const name = module.declare(`v${register}_fetch`, () => {
    const resource = { kind: 'vertexBuffer', slot: buffer } as const;
    const binding = { group: GROUPS.draw, binding: BINDINGS.vertexBuffers + buffer, resource };
    const reader = wordReader(module, `vertices${buffer}`, binding);
    const texel = decodeCall(
      module,
      format,
      (offset) => `${reader}(at${offset === 0 ? '' : ` + ${offset}u`})`,
    );
    const zeros = decodeCall(module, format, () => '0u');
    const number = step === 'vertex' ? 'number' : 'select(number / max(place.w, 1u), 0u, place.w == 0u)';
    const base = drawRow(module, layout, 0);
    return [
      `fn v${register}_fetch(number: u32) -> vec4u {`,
      `  let place = ${drawRow(module, layout, layout.attributes[which])};`,
      `  let element = ${base}.${step === 'vertex' ? 'x' : 'y'} + ${number};`,
      `  if (element >= place.z) { return ${zeros}; }`,
      '  let at = place.x + element * place.y;',
      `  return ${texel};`,
      '}',
    ].join('\n');
  });
  return `${name}(${step})`;
}
