import { createReadStream } from 'node:fs';

/** The file argument for standard input. A file of that name is `./-`. */
export const STANDARD_INPUT = '-';

/** The bytes of a file, or of standard input for `-`, piece by piece. */
export function openInput(path: string): AsyncIterable<Uint8Array> {
  return path === STANDARD_INPUT ? process.stdin : createReadStream(path);
}

/** Whether a list of files has standard input twice: it can be read only once. */
export function readsInputTwice(paths: readonly string[]): boolean {
  return paths.filter((path) => path === STANDARD_INPUT).length > 1;
}

/** All bytes of a file, or of standard input for `-`. */
export async function readInput(path: string): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of openInput(path)) {
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
