import type { Program, ShaderFault, ShaderInterface, Vgpu10Error } from '@cg/vgpu10';
import type { BoundShader } from '../shader/bound-shaders.js';

/** Words become arrays. */
function plain(_key: string, value: unknown): unknown {
  return value instanceof Uint32Array ? [...value] : value;
}

/** A shader as one object: what it needs, the rules that it breaks, its statements. */
export function shaderAsJson(
  program: Program,
  inspected: ShaderInterface,
  faults: readonly ShaderFault[],
): string {
  return JSON.stringify(
    { kind: 'shader', interface: inspected, faults, statements: program.statements },
    plain,
  );
}

/** The place and reason of damage, as one object. */
export function shaderDamageAsJson({ at, what }: Vgpu10Error): string {
  return JSON.stringify({ kind: 'damage', at, what });
}

/** A shader of a stream, without its code. */
export function boundShaderAsJson({ context, id, type, bytes, words }: BoundShader): string {
  return JSON.stringify({ kind: 'bound', context, id, type, bytes, hasCode: words !== undefined });
}
