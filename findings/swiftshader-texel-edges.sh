#!/usr/bin/env bash
# The nearest texel of a coordinate on the edge between two texels, in WebGPU on SwiftShader.
#
# Versions: npm webgpu 0.6.2 (Dawn), on the SwiftShader of npm @sparticuz/chromium 153.0.0 (Vulkan, driver 5.0.0).
# Vulkan rounds the coordinate in texels down, adds the offset, and then repeats, mirrors or clamps the whole number, as
# Direct3D does: texel -1 is texel 0 mirrored. Each texel holds its number; coordinates are multiples of an eighth.
#
# Expected before the run:
#   1. without an offset, repeated or clamped, all texels are right
#   2. mirrored textures of 8 bits are right; of floats, coordinates -1, -2, … give texels 1, 2, …, not 0, 1, …
#   3. an offset of -1 is right in a row of 8 texels; in one of 24 it may give the texel before the right one
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
const { COMPUTE } = GPUShaderStage;
const bindings = device.createBindGroupLayout({
  entries: [
    { binding: 0, visibility: COMPUTE, buffer: { type: 'storage' } },
    { binding: 1, visibility: COMPUTE, texture: { sampleType: 'unfilterable-float' } },
    { binding: 2, visibility: COMPUTE, sampler: { type: 'non-filtering' } },
  ],
});
const layout = device.createPipelineLayout({ bindGroupLayouts: [bindings] });
// In eighths of a row.
const FROM = -8;
const COUNT = 17;

async function sampled(format, width, addressModeU, offset) {
  const code = `
    @group(0) @binding(0) var<storage, read_write> found: array<f32>;
    @group(0) @binding(1) var row: texture_2d<f32>;
    @group(0) @binding(2) var nearest: sampler;
    @compute @workgroup_size(1) fn main() {
      for (var i = 0; i < ${COUNT}; i++) {
        let at = vec2f(f32(i + ${FROM}) / 8.0, 0.5);
        found[i] = textureSampleLevel(row, nearest, at, 0.0, vec2i(${offset}, 0)).x;
      }
    }`;
  const compute = { module: device.createShaderModule({ code }) };
  const pipeline = device.createComputePipeline({ layout, compute });
  const usage = GPUTextureUsage.TEXTURE_BINDING | GPUTextureUsage.COPY_DST;
  const texture = device.createTexture({ size: [width, 1], format, usage });
  const isFloat = format === 'r32float';
  const numbers = Array.from({ length: width }, (_, i) => (isFloat ? i / 255 : i));
  const texels = isFloat ? Float32Array.from(numbers) : Uint8Array.from(numbers);
  device.queue.writeTexture({ texture }, texels, { bytesPerRow: texels.byteLength }, [width, 1]);
  const size = 4 * COUNT;
  const buffer = device.createBuffer({ size, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC });
  const back = device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  const entries = [{ buffer }, texture.createView(), device.createSampler({ addressModeU })].map(
    (resource, binding) => ({ binding, resource }),
  );
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, device.createBindGroup({ layout: bindings, entries }));
  pass.dispatchWorkgroups(1);
  pass.end();
  encoder.copyBufferToBuffer(buffer, 0, back, 0, size);
  device.queue.submit([encoder.finish()]);
  await back.mapAsync(GPUMapMode.READ);
  return Array.from(new Float32Array(back.getMappedRange()), (value) => Math.round(value * 255));
}

function texelOf(mode, at, width) {
  const turn = ((at % (2 * width)) + 2 * width) % (2 * width);
  switch (mode) {
    case 'repeat':
      return turn % width;
    case 'mirror-repeat':
      return Math.min(turn, 2 * width - 1 - turn);
    default:
      return Math.min(Math.max(at, 0), width - 1);
  }
}

const said = [`${adapter.info.architecture}: ${adapter.info.description}`];
for (const format of ['r8unorm', 'r32float']) {
  for (const width of [8, 24]) {
    for (const mode of ['clamp-to-edge', 'repeat', 'mirror-repeat']) {
      for (const offset of [0, -1]) {
        const found = await sampled(format, width, mode, offset);
        const wrong = found.flatMap((texel, i) => {
          const at = ((i + FROM) * width) / 8;
          const wanted = texelOf(mode, Math.floor(at) + offset, width);
          return texel === wanted ? [] : [`${at}: ${texel} not ${wanted}`];
        });
        const result = wrong.length === 0 ? 'right' : `${wrong.length} wrong, at ${wrong[0]}`;
        said.push(`${format}, ${width} texels, ${mode}, offset ${offset}: ${result}`);
      }
    }
  }
}
console.log(said.join('\n'));
const wanted = [
  'swiftshader: SwiftShader driver 5.0.0',
  'r8unorm, 8 texels, clamp-to-edge, offset 0: right',
  'r8unorm, 8 texels, clamp-to-edge, offset -1: right',
  'r8unorm, 8 texels, repeat, offset 0: right',
  'r8unorm, 8 texels, repeat, offset -1: right',
  'r8unorm, 8 texels, mirror-repeat, offset 0: right',
  'r8unorm, 8 texels, mirror-repeat, offset -1: right',
  'r8unorm, 24 texels, clamp-to-edge, offset 0: right',
  'r8unorm, 24 texels, clamp-to-edge, offset -1: 8 wrong, at 3: 1 not 2',
  'r8unorm, 24 texels, repeat, offset 0: right',
  'r8unorm, 24 texels, repeat, offset -1: 8 wrong, at 3: 1 not 2',
  'r8unorm, 24 texels, mirror-repeat, offset 0: right',
  'r8unorm, 24 texels, mirror-repeat, offset -1: 8 wrong, at 3: 1 not 2',
  'r32float, 8 texels, clamp-to-edge, offset 0: right',
  'r32float, 8 texels, clamp-to-edge, offset -1: right',
  'r32float, 8 texels, repeat, offset 0: right',
  'r32float, 8 texels, repeat, offset -1: right',
  'r32float, 8 texels, mirror-repeat, offset 0: 7 wrong, at -7: 7 not 6',
  'r32float, 8 texels, mirror-repeat, offset -1: 7 wrong, at -6: 7 not 6',
  'r32float, 24 texels, clamp-to-edge, offset 0: right',
  'r32float, 24 texels, clamp-to-edge, offset -1: 1 wrong, at 3: 1 not 2',
  'r32float, 24 texels, repeat, offset 0: right',
  'r32float, 24 texels, repeat, offset -1: 4 wrong, at -21: 1 not 2',
  'r32float, 24 texels, mirror-repeat, offset 0: 7 wrong, at -21: 21 not 20',
  'r32float, 24 texels, mirror-repeat, offset -1: 9 wrong, at -21: 22 not 21',
];
process.exit(JSON.stringify(said) === JSON.stringify(wanted) ? 0 : 1);
JS
VK_DRIVER_FILES=$PWD/vk_swiftshader_icd.json LD_LIBRARY_PATH=$PWD timeout 60 node run.mjs
