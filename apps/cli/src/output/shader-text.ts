import type { ShaderFault } from '@cg/vgpu10';
import { valueName } from '@cg/svga-protocol';
import type { BoundShader } from '../shader/bound-shaders.js';

/** A line for each shader of a stream. */
export function describeShaders(shaders: readonly BoundShader[]): string[] {
  return shaders.map(({ context, id, type, bytes, words }) => {
    const name = valueName('SVGA3dShaderType', type) ?? `${type}`;
    const code = words === undefined ? ', its code is not at hand' : '';
    return `context ${context}  shader ${id}  ${name}  ${bytes} bytes${code}`;
  });
}

export function describeFault({ at, what }: ShaderFault): string {
  return `token ${at}: ${what}`;
}

/** What a check of a shader without faults prints. */
export function describeChecked(statements: number): string {
  return `${statements} statements, no fault`;
}
