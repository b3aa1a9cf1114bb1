#!/usr/bin/env bash
# Compressed textures that end inside a block in Dawn, and texels on its null backend.
#
# Version: npm webgpu 0.6.2 (Dawn), on its null backend: no GPU, no Vulkan loader.
# Source: the feature texture-compression-unaligned of WebGPU, github.com/gpuweb/gpuweb/pull/6312.
#
# Expected before the run:
#   1. with the feature, a write may end with the texture, as in Vulkan     (wrong: it covers the last block whole)
#   2. the same for a texture of mips, of which some always end in a block  (wrong: whole blocks there too)
#   3. the null backend lacks most features                                 (wrong: it has all that surfaces need)
#   4. a copy out of a texture is refused there, or gives zeros             (wrong: neither; no error, and any bytes)
# Exits 0 while Dawn behaves as described here, otherwise 1.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund webgpu@0.6.2
cat > run.mjs << 'JS'
import { create } from 'webgpu';

const COPY_SRC = 1;
const COPY_DST = 2;
const features = [
  'texture-compression-bc',
  'texture-compression-bc-sliced-3d',
  'texture-compression-unaligned',
  'texture-formats-tier1',
];
const gpu = create(['backend=null']);
const adapter = await gpu.requestAdapter();
const said = [`features: ${features.filter((name) => adapter.features.has(name)).length} of ${features.length}`];
const device = await adapter.requestDevice({ requiredFeatures: features });

async function attempt(what, run) {
  device.pushErrorScope('validation');
  run();
  const error = await device.popErrorScope();
  said.push(`${what}: ${error === null ? 'ok' : error.message.split('\n')[0]}`);
}

const size = { width: 10, height: 6 };
const format = 'bc1-rgba-unorm';
const texture = device.createTexture({ size, format, mipLevelCount: 2, usage: COPY_SRC | COPY_DST });
const blocks = new Uint8Array(48).fill(7);
for (const [mipLevel, width, height] of [[0, 12, 8], [0, 10, 6], [1, 8, 4], [1, 5, 3]]) {
  await attempt(`write ${width}x${height} to mip ${mipLevel}`, () =>
    device.queue.writeTexture({ texture, mipLevel }, blocks, { bytesPerRow: 24 }, { width, height }),
  );
}
const buffer = device.createBuffer({ size: 512, usage: 8 | 1 }); // COPY_DST | MAP_READ
await attempt('copy out', () => {
  const encoder = device.createCommandEncoder();
  encoder.copyTextureToBuffer({ texture }, { buffer, bytesPerRow: 256 }, { width: 12, height: 8 });
  device.queue.submit([encoder.finish()]);
});
await buffer.mapAsync(1);
const found = new Uint8Array(buffer.getMappedRange(), 0, 24);
said.push(`what was written comes out: ${found.every((byte) => byte === 7)}`);
console.log(said.join('\n'));
const wanted = [
  'features: 4 of 4',
  'write 12x8 to mip 0: ok',
  'write 10x6 to mip 0: copySize.width (10) is not a multiple of compressed texture format block width (4).',
  'write 8x4 to mip 1: ok',
  'write 5x3 to mip 1: copySize.width (5) is not a multiple of compressed texture format block width (4).',
  'copy out: ok',
  'what was written comes out: false',
];
process.exitCode = JSON.stringify(said) === JSON.stringify(wanted) ? 0 : 1;
JS
node run.mjs
