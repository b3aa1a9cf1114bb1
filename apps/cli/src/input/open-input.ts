import { createReadStream } from 'node:fs';

/** What stands for standard input where a command takes a file. A file of that name is `./-`. */
export const STANDARD_INPUT = '-';

/** The bytes of a file, or of standard input for `-`, piece by piece. */
export function openInput(path: string): AsyncIterable<Uint8Array> {
  return path === STANDARD_INPUT ? process.stdin : createReadStream(path);
}

/** Whether a list of files has standard input in it twice: it can be read once. */
export function readsInputTwice(paths: readonly string[]): boolean {
  return paths.filter((path) => path === STANDARD_INPUT).length > 1;
}
