import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

const BLOCK = 512;

/** The regular files of a packed package by path, without the `package/` prefix. */
export function readTarball(path: string): Map<string, Uint8Array> {
  const tar = gunzipSync(readFileSync(path));
  const files = new Map<string, Uint8Array>();
  // Fields of a POSIX ustar header: name at 0, size at 124 in octal, type at 156, prefix at 345.
  for (let at = 0; at < tar.length && tar[at] !== 0;) {
    const field = (offset: number, length: number): string =>
      tar.toString('utf8', at + offset, at + offset + length).replace(/\0[^]*$/, '');
    const size = Number.parseInt(field(124, 12), 8);
    const type = field(156, 1);
    if (type === '0' || type === '') {
      const name = [field(345, 155), field(0, 100)].filter(Boolean).join('/');
      files.set(name.replace(/^package\//, ''), tar.subarray(at + BLOCK, at + BLOCK + size));
    }
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}
