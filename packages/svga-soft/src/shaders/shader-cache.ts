import { decodeShader, ShaderInterpreter, type ProgramType, type ShaderInterface } from '@cg/vgpu10';
import type { RenderShader } from '@cg/svga-device';

/** A shader that can run. */
export interface SoftShader {
  readonly interpreter: ShaderInterpreter;
  readonly interface: ShaderInterface;
}

/** Makes interpreters of shaders, each once. */
export class ShaderCache {
  readonly #known = new WeakMap<RenderShader, SoftShader | 'refused'>();

  /** @param maxSteps the statements of one run */
  constructor(private readonly maxSteps: number) {}

  /** @returns undefined for a shader of another stage, or one that the interpreter refuses */
  of(shader: RenderShader, type: ProgramType): SoftShader | undefined {
    let known = this.#known.get(shader);
    if (known === undefined) {
      known = this.#make(shader) ?? 'refused';
      this.#known.set(shader, known);
    }
    return known === 'refused' || known.interface.type !== type ? undefined : known;
  }

  #make({ tokens }: RenderShader): SoftShader | undefined {
    try {
      const interpreter = new ShaderInterpreter(decodeShader(tokens), { maxSteps: this.maxSteps });
      return { interpreter, interface: interpreter.interface };
    } catch {
      return undefined;
    }
  }
}
