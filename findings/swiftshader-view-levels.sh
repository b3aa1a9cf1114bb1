#!/usr/bin/env bash
# Texels loaded from a view that begins at another level than 0, in WebGPU on SwiftShader.
#
# Versions: npm webgpu 0.6.2 (Dawn), on the SwiftShader of npm @sparticuz/chromium 153.0.0 (Vulkan, driver 5.0.0).
# Levels of a view count from its baseMipLevel, in WGSL as in Vulkan. Each level holds a thousand times its number.
#
# Expected before the run, for a view from level 1 on:
#   1. textureLoad of level 0 gives level 1            (wrong: level 2; the first level of the view is counted twice)
#   2. textureLoad of levels 1 and 2 gives 2 and 3     (right: only level 0 is off)
#   3. textureSampleLevel of level 0 gives level 1     (right)
#   4. textureDimensions of level 0 are those of 1     (right, so that loads past those of level 2 give 0)
# Exits 0 while SwiftShader behaves as described here, otherwise 1.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund webgpu@0.6.2 @sparticuz/chromium@153.0.0
node -e 'process.stdout.write(require("zlib").brotliDecompressSync(require("fs").readFileSync(process.argv[1])))' \
  node_modules/@sparticuz/chromium/bin/swiftshader.tar.br | tar x
cat > run.mjs << 'JS'
import { create, globals } from 'webgpu';

Object.assign(globalThis, globals);

const gpu = create([]);
const adapter = await gpu.requestAdapter();
const device = await adapter.requestDevice();
const texture = device.createTexture({
  size: [8, 8],
  format: 'r32float',
  mipLevelCount: 4,
  usage: GPUTextureUsage.TEXTURE_BINDING | GPUTextureUsage.COPY_DST,
});
for (let mipLevel = 0; mipLevel < 4; mipLevel++) {
  const side = 8 >> mipLevel;
  const texels = new Float32Array(side * side).fill(mipLevel * 1000);
  device.queue.writeTexture({ texture, mipLevel }, texels, { bytesPerRow: side * 4 }, [side, side]);
}

const { COMPUTE } = GPUShaderStage;
const layout = device.createBindGroupLayout({
  entries: [
    { binding: 0, visibility: COMPUTE, buffer: { type: 'storage' } },
    { binding: 1, visibility: COMPUTE, texture: { sampleType: 'unfilterable-float' } },
    { binding: 2, visibility: COMPUTE, sampler: { type: 'non-filtering' } },
  ],
});
const code = `
  @group(0) @binding(0) var<storage, read_write> found: array<f32, 16>;
  @group(0) @binding(1) var image: texture_2d<f32>;
  @group(0) @binding(2) var nearest: sampler;
  @compute @workgroup_size(1) fn main() {
    for (var level = 0u; level < textureNumLevels(image); level++) {
      let size = textureDimensions(image, level);
      found[level * 4] = f32(size.x);
      found[level * 4 + 1] = textureLoad(image, vec2u(), level).x;
      found[level * 4 + 2] = textureLoad(image, size - 1, level).x;
      found[level * 4 + 3] = textureSampleLevel(image, nearest, vec2f(), f32(level)).x;
    }
  }`;
const pipeline = device.createComputePipeline({
  layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
  compute: { module: device.createShaderModule({ code }) },
});

async function levelsOf(baseMipLevel) {
  const buffer = device.createBuffer({ size: 64, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC });
  const back = device.createBuffer({ size: 64, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(
    0,
    device.createBindGroup({
      layout,
      entries: [
        { binding: 0, resource: { buffer } },
        { binding: 1, resource: texture.createView({ baseMipLevel }) },
        { binding: 2, resource: device.createSampler() },
      ],
    }),
  );
  pass.dispatchWorkgroups(1);
  pass.end();
  encoder.copyBufferToBuffer(buffer, 0, back, 0, 64);
  device.queue.submit([encoder.finish()]);
  await back.mapAsync(GPUMapMode.READ);
  const found = new Float32Array(back.getMappedRange());
  return Array.from({ length: 4 - baseMipLevel }, (_, level) => {
    const [width, first, last, sampled] = found.subarray(level * 4, level * 4 + 4);
    return `view from ${baseMipLevel}, level ${level}: width ${width}, loads ${first} ${last}, sample ${sampled}`;
  });
}

const said = [`${adapter.info.architecture}: ${adapter.info.description}`, ...(await levelsOf(0)), ...(await levelsOf(1))];
console.log(said.join('\n'));
const wanted = [
  'swiftshader: SwiftShader driver 5.0.0',
  'view from 0, level 0: width 8, loads 0 0, sample 0',
  'view from 0, level 1: width 4, loads 1000 1000, sample 1000',
  'view from 0, level 2: width 2, loads 2000 2000, sample 2000',
  'view from 0, level 3: width 1, loads 3000 3000, sample 3000',
  'view from 1, level 0: width 4, loads 2000 0, sample 1000',
  'view from 1, level 1: width 2, loads 2000 2000, sample 2000',
  'view from 1, level 2: width 1, loads 3000 3000, sample 3000',
];
process.exit(JSON.stringify(said) === JSON.stringify(wanted) ? 0 : 1);
JS
VK_DRIVER_FILES=$PWD/vk_swiftshader_icd.json LD_LIBRARY_PATH=$PWD timeout 60 node run.mjs
