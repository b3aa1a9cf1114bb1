#!/usr/bin/env bash
# Depth, inputs and clip distances at the four samples of a pixel, in WebGPU on SwiftShader.
#
# Versions: npm webgpu 0.6.2 (Dawn), on the SwiftShader of npm @sparticuz/chromium 153.0.0 (Vulkan, driver 5.0.0).
# Samples 0 to 3 lie at x = 3/8, 7/8, 1/8, 5/8 of a pixel and y = 1/8, 3/8, 5/8, 7/8 (WebGPU's standard pattern). The
# pixels of a row of four are 0 to 1, 1 to 2 and so on; the values are those of the second pixel.
#
# Expected before the run:
#   1. a linear input at samples: 1.375 1.875 1.125 1.625                  (right)
#   2. depth that rises with x: the same                                    (wrong: mirrored, 1.625 1.125 1.875 1.375)
#   3. depth that rises with y: 0.125 0.375 0.625 0.875                     (right)
#   4. an input with perspective, x / w over 1 / w, both at the sample      (0.395 0.569 0.314 0.479)
#                               (wrong: 0.400 0.545 0.327 0.473, x / w of the sample over 1 / w of the pixel's centre)
#   5. a clip distance of 0 at x = 1.5 covers samples 1 and 3               (wrong: the pixel's centre decides for all)
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
const device = await adapter.requestDevice({ requiredFeatures: ['clip-distances'] });
const SIDE = 4;

// One triangle covers the target; x is 0 at its left edge and 4 at its right edge.
const shader = ({ weight = '1', depth = '0', clip, interpolation = 'linear, sample' }) => `
  ${clip === undefined ? '' : 'enable clip_distances;'}
  struct Vertex {
    @builtin(position) position: vec4f,
    @location(0) @interpolate(${interpolation}) x: f32,
    ${clip === undefined ? '' : '@builtin(clip_distances) distances: array<f32, 1>,'}
  }
  @vertex fn vertexOf(@builtin(vertex_index) index: u32) -> Vertex {
    let corner = vec2f(f32(index & 1u), f32(index >> 1u)) * 2;
    let w = select(1.0, ${weight}, index == 1);
    let x = corner.x * 4;
    var vertex: Vertex;
    vertex.position = vec4f(corner.x * 2 - 1, 1 - corner.y * 2, ${depth}, 1) * w;
    vertex.x = x;
    ${clip === undefined ? '' : `vertex.distances[0] = x - ${clip};`}
    return vertex;
  }
  struct Fragment { @location(0) @interpolate(${interpolation}) x: f32 }
  @fragment fn fragmentOf(fragment: Fragment) -> @location(0) vec4f { return vec4f(fragment.x); }
  @group(0) @binding(0) var colors: texture_multisampled_2d<f32>;
  @group(0) @binding(1) var depths: texture_depth_multisampled_2d;
  @group(0) @binding(2) var<storage, read_write> found: array<f32, 8>;
  @compute @workgroup_size(4) fn read(@builtin(local_invocation_index) sample: u32) {
    found[sample] = textureLoad(colors, vec2u(1, 0), sample).x;
    found[sample + 4] = textureLoad(depths, vec2u(1, 0), sample);
  }`;

async function samplesOf(options) {
  const module = device.createShaderModule({ code: shader(options) });
  const target = (format) =>
    device.createTexture({
      size: [SIDE, SIDE],
      format,
      sampleCount: 4,
      usage: GPUTextureUsage.RENDER_ATTACHMENT | GPUTextureUsage.TEXTURE_BINDING,
    });
  const [color, depth] = [target('rgba16float'), target('depth32float')];
  const draw = device.createRenderPipeline({
    layout: 'auto',
    vertex: { module },
    fragment: { module, targets: [{ format: 'rgba16float' }] },
    depthStencil: { format: 'depth32float', depthWriteEnabled: true, depthCompare: 'always' },
    multisample: { count: 4 },
  });
  const { COMPUTE } = GPUShaderStage;
  const layout = device.createBindGroupLayout({
    entries: [
      { binding: 0, visibility: COMPUTE, texture: { sampleType: 'unfilterable-float', multisampled: true } },
      { binding: 1, visibility: COMPUTE, texture: { sampleType: 'depth', multisampled: true } },
      { binding: 2, visibility: COMPUTE, buffer: { type: 'storage' } },
    ],
  });
  const read = device.createComputePipeline({
    layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
    compute: { module },
  });
  const buffer = device.createBuffer({ size: 32, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC });
  const back = device.createBuffer({ size: 32, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginRenderPass({
    colorAttachments: [{ view: color.createView(), loadOp: 'clear', storeOp: 'store' }],
    depthStencilAttachment: {
      view: depth.createView(),
      depthClearValue: 0,
      depthLoadOp: 'clear',
      depthStoreOp: 'store',
    },
  });
  pass.setPipeline(draw);
  pass.draw(3);
  pass.end();
  const reading = encoder.beginComputePass();
  reading.setPipeline(read);
  const resources = [color.createView(), depth.createView(), { buffer }];
  const entries = resources.map((resource, binding) => ({ binding, resource }));
  reading.setBindGroup(0, device.createBindGroup({ layout, entries }));
  reading.dispatchWorkgroups(1);
  reading.end();
  encoder.copyBufferToBuffer(buffer, 0, back, 0, 32);
  device.queue.submit([encoder.finish()]);
  await back.mapAsync(GPUMapMode.READ);
  const found = new Float32Array(back.getMappedRange());
  return { colors: found.subarray(0, 4), depths: found.subarray(4) };
}

const shown = (values, scale = 1) => [...values].map((value) => (value * scale).toFixed(3)).join(' ');
const said = [
  `linear input: ${shown((await samplesOf({})).colors)}`,
  `depth by x: ${shown((await samplesOf({ depth: 'corner.x / 2' })).depths, 8)}`,
  `depth by y: ${shown((await samplesOf({ depth: 'corner.y / 2' })).depths, 8)}`,
  `perspective input: ${shown((await samplesOf({ weight: '4', interpolation: 'perspective, sample' })).colors)}`,
  `covered right of 1.5: ${shown((await samplesOf({ clip: '1.5', depth: '0.125' })).depths, 8)}`,
];
console.log(said.join('\n'));
const wanted = [
  'linear input: 1.375 1.875 1.125 1.625',
  'depth by x: 1.625 1.125 1.875 1.375',
  'depth by y: 0.125 0.375 0.625 0.875',
  'perspective input: 0.400 0.545 0.327 0.473',
  'covered right of 1.5: 1.000 1.000 1.000 1.000',
];
process.exit(JSON.stringify(said) === JSON.stringify(wanted) ? 0 : 1);
JS
VK_DRIVER_FILES=$PWD/vk_swiftshader_icd.json LD_LIBRARY_PATH=$PWD timeout 60 node run.mjs
