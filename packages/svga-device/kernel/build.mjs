import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { base64Module } from '@cg/binaries';
import { assembleWat } from '@cg/binaries/wat';

/** Assembles swap.wat. @returns {Promise<Uint8Array>} a WebAssembly module */
export function assembleKernel() {
  return assembleWat(new URL('swap.wat', import.meta.url));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const comment = 'swap.wat, assembled: a WebAssembly module in base64, made by build.mjs.';
  writeFileSync(
    new URL('../src/memory/swap-binary.ts', import.meta.url),
    base64Module(comment, 'SWAP_BASE64', await assembleKernel()),
  );
}
