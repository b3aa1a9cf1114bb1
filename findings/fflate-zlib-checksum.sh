#!/usr/bin/env bash
# JavaScript zlib decoders on a stream with a wrong checksum, or with too small an output buffer.
#
# A zlib stream (RFC 1950) ends with the Adler-32 of its content, which a decoder must check. Memory dumps (kdump) rely
# on it: a page that was damaged on disk must not be shown as memory.
#
# Versions: npm fflate 0.8.3, pako 3.0.3, Node's own zlib.
# Expected before the run:
#   1. all three refuse a wrong checksum                       (wrong: fflate returns the bytes without an error)
#   2. fflate refuses an `out` that is too small               (wrong: it fills and returns it without an error)
# Exits 0 while they behave as described here, otherwise 1.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund fflate@0.8.3 pako@3.0.3
cat > run.mjs << 'JS'
import { inflateSync } from 'node:zlib';
import { unzlibSync, zlibSync } from 'fflate';
import { inflate } from 'pako';

const page = Uint8Array.from({ length: 4096 }, (_, i) => i & 0x7f);
const stream = zlibSync(page);
const wrongSum = Uint8Array.from(stream);
wrongSum[wrongSum.length - 1] ^= 1;
const outcome = (decode) => {
  try {
    return `${decode().length} bytes`;
  } catch (error) {
    return `refused: ${error.message}`;
  }
};
console.log(`fflate, wrong checksum: ${outcome(() => unzlibSync(wrongSum))}`);
console.log(`pako,   wrong checksum: ${outcome(() => inflate(wrongSum))}`);
console.log(`Node,   wrong checksum: ${outcome(() => inflateSync(wrongSum))}`);
console.log(`fflate, out of 100:     ${outcome(() => unzlibSync(stream, { out: new Uint8Array(100) }))}`);
JS
node run.mjs | tee seen
cat > wanted << 'TEXT'
fflate, wrong checksum: 4096 bytes
pako,   wrong checksum: refused: incorrect data check
Node,   wrong checksum: refused: incorrect data check
fflate, out of 100:     100 bytes
TEXT
diff wanted seen
