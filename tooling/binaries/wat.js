/** Assembles WebAssembly in its text format. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import wabt from 'wabt';

export async function assembleWat(url) {
  const { parseWat } = await wabt();
  const source = parseWat(basename(fileURLToPath(url)), readFileSync(url, 'utf8'), { simd: true });
  return source.toBinary({}).buffer;
}
