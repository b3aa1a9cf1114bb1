#!/usr/bin/env bash
# Block-compressed images whose sizes are no multiples of 4, and cubes, in npm's readers of DDS files and of BC1 blocks.
#
# A 5 x 5 image of BC1 is 2 x 2 blocks of 8 bytes, as in Direct3D's and Vulkan's rules: partial blocks are stored whole.
# A DDS file of a cube holds its six faces one after another.
#
# Versions: npm parse-dds 1.2.1, decode-dxt 1.0.1, dxt-js 0.0.3, @loaders.gl/textures 4.5.4.
# Expected before the run:
#   1. parse-dds: the mips of 5 x 5 take 32, 8 and 8 bytes                (wrong: 12.5, and the next begins at 140.5)
#   2. decode-dxt: a 5 x 5 image has all its texels                  (wrong: those of partial blocks stay 0, 0, 0, 0)
#   3. dxt-js, which is squish compiled to JavaScript: the same           (right)
#   4. loaders.gl: the mips take 32, 8 and 8 bytes                        (right)
#   5. loaders.gl: six images of a cube                                   (wrong: its first face alone)
# Exits 0 while they behave as described here, otherwise 1.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund parse-dds@1.2.1 decode-dxt@1.0.1 dxt-js@0.0.3 \
  @loaders.gl/core@4.5.4 @loaders.gl/textures@4.5.4
cat > run.mjs << 'JS'
import { parse } from '@loaders.gl/core';
import { CompressedTextureLoader } from '@loaders.gl/textures';
import decodeDxt from 'decode-dxt';
import dxt from 'dxt-js';
import parseDds from 'parse-dds';

const join = (...parts) => Uint8Array.from(parts.flatMap((part) => [...part]));
/** A BC1 block of one colour, in 5-6-5 bits. */
const block = (color) => Uint8Array.of(color & 0xff, color >> 8, 0, 0, 0, 0, 0, 0);
const [RED, GREEN, BLUE, WHITE] = [0xf800, 0x07e0, 0x001f, 0xffff].map(block);

function dds(width, height, mips, caps2, data) {
  const words = new Uint32Array(32);
  words.set([0x20534444, 124, 0x81007 | (mips > 1 ? 0x20000 : 0), height, width, data.length, 0, mips]);
  words.set([32, 4, 0x31545844], 19); // DXT1
  words.set([0x1000 | (mips > 1 ? 0x400008 : 0), caps2], 27);
  return join(new Uint8Array(words.buffer), data).buffer;
}

const odd = join(RED, GREEN, BLUE, WHITE);
const mipped = dds(5, 5, 3, 0, join(odd, RED, RED));
const cube = dds(4, 4, 1, 0xfe00, join(RED, GREEN, BLUE, WHITE, RED, GREEN));
const options = { worker: false, core: { worker: false } };
const load = async (file) => (await parse(file, CompressedTextureLoader, options)).map(({ data }) => data.length);
const corners = (texels) =>
  [0, 4, 20, 24].map((texel) => [...texels.slice(4 * texel, 4 * texel + 4)].join(',')).join('  ');

console.log('parse-dds, bytes:', parseDds(mipped).images.map(({ length }) => length).join(' '));
console.log('parse-dds, offsets:', parseDds(mipped).images.map(({ offset }) => offset).join(' '));
console.log('loaders.gl, bytes:', (await load(mipped)).join(' '));
console.log('loaders.gl, images of a cube:', (await load(cube)).length);
console.log('decode-dxt, corners:', corners(decodeDxt(new DataView(odd.buffer), 5, 5, 'dxt1')));
console.log('dxt-js, corners:', corners(dxt.decompress(odd, 5, 5, dxt.flags.DXT1)));
JS
node run.mjs | tee seen
diff - seen << 'SEEN'
parse-dds, bytes: 12.5 8 8
parse-dds, offsets: 128 140.5 148.5
loaders.gl, bytes: 32 8 8
loaders.gl, images of a cube: 1
decode-dxt, corners: 255,0,0,255  0,0,0,0  0,0,0,0  0,0,0,0
dxt-js, corners: 255,0,0,255  0,255,0,255  0,0,255,255  255,255,255,255
SEEN
