import { decodeShader, inspectShader, type Program, type ShaderInterface } from '@cg/vgpu10';
import type { RenderShader } from '@cg/svga-device';
import { GenerationCache } from '../gpu/generation-cache.js';

/** A decoded shader. Shaders of equal tokens share one. */
export interface DecodedShader {
  /** Different for different tokens. */
  readonly id: number;
  readonly program: Program;
  readonly interface: ShaderInterface;
}

const SHADERS = 1024;
const CHUNK = 4096;

/** Decoded shaders, by the object and by content. */
export class ShaderTable {
  readonly #byShader = new WeakMap<RenderShader, DecodedShader | string>();
  readonly #byTokens = new GenerationCache<string, DecodedShader | string>(SHADERS);
  #ids = 0;

  /** @returns the reason if the tokens are no shader */
  decode(shader: RenderShader): DecodedShader | string {
    const known = this.#byShader.get(shader);
    if (known !== undefined) {
      return known;
    }
    const key = textOf(shader.tokens);
    let decoded = this.#byTokens.get(key);
    if (decoded === undefined) {
      decoded = this.#byTokens.set(key, this.#decode(shader.tokens));
    }
    this.#byShader.set(shader, decoded);
    return decoded;
  }

  #decode(tokens: Uint32Array): DecodedShader | string {
    try {
      const program = decodeShader(tokens);
      return { id: this.#ids++, program, interface: inspectShader(program) };
    } catch (error) {
      return (error as Error).message;
    }
  }
}

/** The tokens as a string, which a map finds by content. */
function textOf(tokens: Uint32Array): string {
  const halves = new Uint16Array(tokens.slice().buffer);
  let text = '';
  for (let at = 0; at < halves.length; at += CHUNK) {
    text += String.fromCharCode(...halves.subarray(at, at + CHUNK));
  }
  return text;
}
