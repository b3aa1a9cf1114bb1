import { readU32, SVGA3D_INVALID_ID, type CommandReader } from '@cg/svga-protocol';
import { readMob, type GuestPages, type Mob } from './mob-memory.js';

/** More bytes than these are not a shader. */
const MOST_BYTES = 4 * 2 ** 20;

/** A shader of a DX context, with its code as it was when it was bound to its MOB. */
export interface BoundShader {
  readonly context: number;
  readonly id: number;
  /** SVGA3dShaderType. */
  readonly type: number;
  /** As the shader was defined. */
  readonly bytes: number;
  /** The tokens; undefined if the memory at hand does not have them. */
  readonly words: Uint32Array | undefined;
}

/** Follows the commands of a stream that define MOBs and shaders, and keeps what was bound. */
export class BoundShaders {
  /** In the order in which they were bound; a shader that is bound again with the same code is there once. */
  readonly shaders: BoundShader[] = [];
  readonly #last = new Map<string, BoundShader>();
  readonly #memory: GuestPages;
  readonly #mobs = new Map<number, Mob>();
  readonly #defined = new Map<string, { readonly type: number; readonly bytes: number }>();

  constructor(memory: GuestPages) {
    this.#memory = memory;
  }

  /** @param context the DX context that the command runs in, for the commands that do not name theirs */
  follow(reader: CommandReader, context: number): void {
    switch (reader.name) {
      case 'DEFINE_GB_MOB':
      case 'DEFINE_GB_MOB64':
      case 'REDEFINE_GB_MOB64': {
        const { mobid, ptDepth, base, sizeInBytes } = reader.fields(reader.name);
        this.#mobs.set(mobid, { ptDepth, base, bytes: sizeInBytes });
        break;
      }
      case 'DESTROY_GB_MOB':
        this.#mobs.delete(reader.fields('DESTROY_GB_MOB').mobid);
        break;
      case 'DX_DEFINE_SHADER': {
        const { shaderId, type, sizeInBytes } = reader.fields('DX_DEFINE_SHADER');
        this.#defined.set(`${context} ${shaderId}`, { type, bytes: sizeInBytes });
        break;
      }
      case 'DX_BIND_SHADER': {
        const { cid, shid, mobid, offsetInBytes } = reader.fields('DX_BIND_SHADER');
        if (mobid !== SVGA3D_INVALID_ID) {
          this.#bind(cid, shid, this.#mobs.get(mobid), offsetInBytes);
        }
      }
    }
  }

  /** A stream without headers does not say in which context a shader is defined: then it is context 0. */
  #bind(context: number, id: number, mob: Mob | undefined, offset: number): void {
    const defined = this.#defined.get(`${context} ${id}`) ?? this.#defined.get(`0 ${id}`);
    if (defined !== undefined) {
      const words = mob === undefined ? undefined : this.#tokens(mob, offset, defined.bytes);
      this.#add({ context, id, ...defined, words });
    }
  }

  #add(shader: BoundShader): void {
    const key = `${shader.context} ${shader.id}`;
    const before = this.#last.get(key);
    if (before === undefined || !isSameCode(before, shader)) {
      this.#last.set(key, shader);
      this.shaders.push(shader);
    }
  }

  #tokens(mob: Mob, offset: number, bytes: number): Uint32Array | undefined {
    const code = bytes > MOST_BYTES ? undefined : readMob(this.#memory, mob, offset, bytes - (bytes % 4));
    return code === undefined ? undefined : tokensOf(code);
  }
}

/** Little-endian words; bytes behind the last whole one are left out. */
export function tokensOf(bytes: Uint8Array): Uint32Array {
  return Uint32Array.from({ length: Math.floor(bytes.length / 4) }, (_, i) => readU32(bytes, 4 * i));
}

/** Whether two shaders have the same code, as far as it is at hand. */
export function isSameCode(
  { bytes, words: a }: BoundShader,
  { bytes: others, words: b }: BoundShader,
): boolean {
  const isSame = a === undefined || b === undefined ? a === b : Buffer.compare(bytesOf(a), bytesOf(b)) === 0;
  return bytes === others && isSame;
}

const bytesOf = (words: Uint32Array) => new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
