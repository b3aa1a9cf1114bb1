#!/usr/bin/env bash
# The number of bytes that fzstd's decompress reports for a given output buffer.
#
# Version: fzstd 0.1.1.
# Expected before the run: the part of the buffer that was written, as fflate's unzlibSync of the same author gives
# it back                                                     (wrong: the whole buffer, however many bytes came)
# Exits 0 while it behaves as described here, otherwise 1.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund fzstd@0.1.1 fflate@0.8.3 > /dev/null
cat > try.mjs << 'SCRIPT'
import { deflateSync } from 'node:zlib';
import { unzlibSync } from 'fflate';
import { decompress } from 'fzstd';
// A frame of RFC 8878: 4096 bytes in its header, and one block that repeats a byte 4096 times.
const frame = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x60, 0x00, 0x0f, 0x03, 0x80, 0x00, 0x41);
console.log('zstd, no buffer:', decompress(frame).length);
console.log('zstd, a buffer of 5000:', decompress(frame, new Uint8Array(5000)).length);
const block = deflateSync(new Uint8Array(4096));
console.log('zlib, a buffer of 5000:', unzlibSync(block, { out: new Uint8Array(5000) }).length);
SCRIPT
node try.mjs | tee seen
printf 'zstd, no buffer: 4096\nzstd, a buffer of 5000: 5000\nzlib, a buffer of 5000: 4096\n' | diff - seen
