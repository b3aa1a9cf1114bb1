import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import wabt from 'wabt';

const COLUMNS = 100;

/** Assembles swap.wat. @returns {Promise<Uint8Array>} a WebAssembly module */
export async function assembleKernel() {
  const { parseWat } = await wabt();
  const source = parseWat('swap.wat', readFileSync(new URL('swap.wat', import.meta.url), 'utf8'), {
    simd: true,
  });
  return source.toBinary({}).buffer;
}

/** @param {Uint8Array} binary @returns {string} swap-binary.ts */
function kernelModule(binary) {
  const text = Buffer.from(binary).toString('base64');
  const lines = text.match(new RegExp(`.{1,${COLUMNS}}`, 'g')) ?? [];
  return [
    '/** swap.wat, assembled: a WebAssembly module in base64, made by build.mjs. */',
    'export const SWAP_BASE64 = [',
    ...lines.map((line) => `  '${line}',`),
    "].join('');",
    '',
  ].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(
    new URL('../src/screen/swap-binary.ts', import.meta.url),
    kernelModule(await assembleKernel()),
  );
}
