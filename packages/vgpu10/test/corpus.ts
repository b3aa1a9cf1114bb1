import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** A shader of a corpus: the file it is from, its place in it or its name, and its tokens. */
export interface CorpusShader {
  readonly name: string;
  readonly words: Uint32Array;
}

function wordsOf(base64: string): Uint32Array {
  const bytes = Uint8Array.from(Buffer.from(base64, 'base64'));
  return new Uint32Array(bytes.buffer, 0, Math.floor(bytes.length / 4));
}

function readShaders(path: string): CorpusShader[] {
  const content = JSON.parse(readFileSync(path, 'utf8')) as Record<string, string> | string[];
  return Object.entries(content).map(([name, base64]) => ({ name, words: wordsOf(base64) }));
}

/** The shaders that Mesa made of our own programs (`vectors/README.md`). */
export const ownShaders = readShaders(new URL('../vectors/gltest.json', import.meta.url).pathname);

/**
 * The shaders that CG_SHADERS names: a JSON file, or a folder of such files, with a list or an object of base64 texts
 * of little-endian tokens. None if it is not set, with a message.
 * @throws Error if there is no such file or folder
 */
export function givenShaders(): CorpusShader[] {
  const path = process.env.CG_SHADERS;
  if (!path) {
    process.stdout.write('shaders: only our own, CG_SHADERS names no others\n');
    return [];
  }
  if (!existsSync(path)) {
    throw new Error(`CG_SHADERS: ${path} does not exist`);
  }
  const files = statSync(path).isDirectory()
    ? readdirSync(path).filter((name) => name.endsWith('.json'))
    : [''];
  const shaders = files.flatMap((name) => readShaders(name === '' ? path : join(path, name)));
  if (shaders.length === 0) {
    throw new Error(`CG_SHADERS: ${path} holds no shader`);
  }
  process.stdout.write(`shaders: ${shaders.length} from ${path}\n`);
  return shaders;
}
