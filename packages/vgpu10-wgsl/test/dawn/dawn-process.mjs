/**
 * Dawn for shaders (`DawnProcess` of `@cg/dawn`): compiles modules, and renders or computes with them. Bindings come as
 * those of a translation, with the bytes or texels to bind.
 */
import { requestAdapter, serve } from '@cg/dawn/serve';

const FEATURES = [
  'clip-distances',
  'dual-source-blending',
  'float32-filterable',
  'primitive-index',
  'depth32float-stencil8',
];
const [MAP_READ, COPY_SRC, COPY_DST, UNIFORM, STORAGE] = [1, 4, 8, 64, 128];
const [TEXTURE_COPY_SRC, TEXTURE_COPY_DST, TEXTURE_BINDING, RENDER_ATTACHMENT] = [1, 2, 4, 16];

let opened;

async function open() {
  const adapter = await requestAdapter();
  const names = [
    'maxColorAttachmentBytesPerSample',
    'maxInterStageShaderVariables',
    'maxStorageBuffersPerShaderStage',
  ];
  const device = await adapter.requestDevice({
    requiredFeatures: FEATURES.filter((feature) => adapter.features.has(feature)),
    requiredLimits: Object.fromEntries(names.map((name) => [name, adapter.limits[name]])),
  });
  return { adapter, device };
}

async function getDevice() {
  opened ??= await open();
  return opened.device;
}

/** Validation errors of what `work` does are thrown. */
async function validated(device, work) {
  device.pushErrorScope('validation');
  const [result, thrown] = await Promise.resolve()
    .then(work)
    .then(
      (value) => [value],
      (error) => [undefined, error],
    );
  const error = (await device.popErrorScope()) ?? thrown;
  if (error) {
    throw new Error(error.message);
  }
  return result;
}

async function messagesOf(module) {
  const { messages } = await module.getCompilationInfo();
  return messages.map(({ type, message, lineNum }) => ({ type, message, line: lineNum }));
}

/** The messages of Dawn's compiler for each of some modules. */
async function compile({ codes }) {
  const device = await getDevice();
  device.pushErrorScope('validation');
  const all = [];
  for (const code of codes) {
    all.push(await messagesOf(device.createShaderModule({ code })));
  }
  await device.popErrorScope();
  return all;
}

function makeBuffer(device, bytes, usage) {
  const size = Math.max(16, Math.ceil(bytes.byteLength / 4) * 4);
  const buffer = device.createBuffer({ size, usage: usage | COPY_DST | COPY_SRC, mappedAtCreation: true });
  new Uint8Array(buffer.getMappedRange()).set(
    new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  );
  buffer.unmap();
  return buffer;
}

function makeTexture(device, { levels, samples = 1, ...descriptor }) {
  const texture = device.createTexture({
    mipLevelCount: levels?.length ?? 1,
    sampleCount: samples,
    usage:
      TEXTURE_BINDING |
      (samples > 1 || descriptor.format.startsWith('depth') ? RENDER_ATTACHMENT : TEXTURE_COPY_DST),
    ...descriptor,
  });
  levels?.forEach(({ bytes, bytesPerRow, rowsPerImage, size }, mipLevel) =>
    device.queue.writeTexture({ texture, mipLevel }, bytes, { bytesPerRow, rowsPerImage }, size),
  );
  return texture;
}

/** A depth texture is filled by drawing: WebGPU does not copy to 32-bit depth. `depths` has one value for each row of pixels. */
function fillDepth(device, texture, depths) {
  const code = `@group(0) @binding(0) var<storage, read> depths: array<f32>;
@vertex fn v(@builtin(vertex_index) i: u32) -> @builtin(position) vec4f {
  return vec4f(f32(i & 1u) * 4.0 - 1.0, f32(i >> 1u) * 4.0 - 1.0, 0.0, 1.0);
}
@fragment fn f(@builtin(position) p: vec4f) -> @builtin(frag_depth) f32 {
  return depths[u32(p.y) * ${texture.width}u + u32(p.x)];
}`;
  const module = device.createShaderModule({ code });
  const pipeline = device.createRenderPipeline({
    layout: 'auto',
    vertex: { module },
    fragment: { module, targets: [] },
    depthStencil: { format: texture.format, depthWriteEnabled: true, depthCompare: 'always' },
  });
  const encoder = device.createCommandEncoder();
  const view = texture.createView({
    dimension: '2d',
    baseArrayLayer: 0,
    arrayLayerCount: 1,
    mipLevelCount: 1,
  });
  const depthStencilAttachment = { view, depthClearValue: 0, depthLoadOp: 'clear', depthStoreOp: 'store' };
  const pass = encoder.beginRenderPass({ colorAttachments: [], depthStencilAttachment });
  pass.setPipeline(pipeline);
  const buffer = makeBuffer(device, depths, STORAGE);
  pass.setBindGroup(
    0,
    device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: [{ binding: 0, resource: { buffer } }],
    }),
  );
  pass.draw(3);
  pass.end();
  device.queue.submit([encoder.finish()]);
}

/** Multisampled textures, too, are filled by drawing: four words for each sample. */
function fillSamples(device, texture, words) {
  const code = `@group(0) @binding(0) var<storage, read> words: array<vec4f>;
@vertex fn v(@builtin(vertex_index) i: u32) -> @builtin(position) vec4f {
  return vec4f(f32(i & 1u) * 4.0 - 1.0, f32(i >> 1u) * 4.0 - 1.0, 0.0, 1.0);
}
@fragment fn f(@builtin(position) p: vec4f, @builtin(sample_index) s: u32) -> @location(0) vec4f {
  return words[(u32(p.y) * ${texture.width}u + u32(p.x)) * ${texture.sampleCount}u + s];
}`;
  const module = device.createShaderModule({ code });
  const pipeline = device.createRenderPipeline({
    layout: 'auto',
    vertex: { module },
    fragment: { module, targets: [{ format: texture.format }] },
    multisample: { count: texture.sampleCount },
  });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginRenderPass({
    colorAttachments: [{ view: texture.createView(), loadOp: 'clear', storeOp: 'store' }],
  });
  pass.setPipeline(pipeline);
  const buffer = makeBuffer(device, words, STORAGE);
  const entries = [{ binding: 0, resource: { buffer } }];
  pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
  pass.draw(3);
  pass.end();
  device.queue.submit([encoder.finish()]);
}

/** Layouts and bind groups for the bindings of a pipeline's modules, each with its `visibility` and its `data`. */
function bind(device, bindings, buffers) {
  const groups = Math.max(0, ...bindings.map(({ group }) => group + 1));
  const layouts = [];
  const bindGroups = [];
  for (let group = 0; group < groups; group++) {
    const own = bindings.filter((binding) => binding.group === group);
    const layout = device.createBindGroupLayout({
      entries: own.map(({ binding, visibility, buffer, texture, sampler }) => ({
        binding,
        visibility,
        ...(buffer && { buffer }),
        ...(texture && { texture }),
        ...(sampler && { sampler }),
      })),
    });
    const entries = own.map(({ binding, buffer, texture, sampler, data }) => {
      if (sampler) {
        return { binding, resource: device.createSampler(data) };
      }
      if (texture) {
        const { view, depths, samplesFilled, ...rest } = data;
        const made = makeTexture(device, rest);
        if (depths) {
          fillDepth(device, made, depths);
        }
        if (samplesFilled) {
          fillSamples(device, made, samplesFilled);
        }
        return { binding, resource: made.createView({ ...view, dimension: texture.viewDimension }) };
      }
      const made = makeBuffer(device, data, buffer.type === 'uniform' ? UNIFORM : STORAGE);
      buffers?.set(`${group}.${binding}`, made);
      return { binding, resource: { buffer: made } };
    });
    layouts.push(layout);
    bindGroups.push(device.createBindGroup({ layout, entries }));
  }
  return { layout: device.createPipelineLayout({ bindGroupLayouts: layouts }), bindGroups };
}

async function readBuffer(device, source, size) {
  const buffer = device.createBuffer({ size, usage: COPY_DST | MAP_READ });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(source, 0, buffer, 0, size);
  device.queue.submit([encoder.finish()]);
  await buffer.mapAsync(MAP_READ);
  const bytes = new Uint8Array(buffer.getMappedRange()).slice();
  buffer.destroy();
  return bytes;
}

async function readTexture(device, texture, bytesPerTexel) {
  const { width, height } = texture;
  const bytesPerRow = Math.ceil((width * bytesPerTexel) / 256) * 256;
  const buffer = device.createBuffer({ size: bytesPerRow * height, usage: COPY_DST | MAP_READ });
  const encoder = device.createCommandEncoder();
  encoder.copyTextureToBuffer({ texture }, { buffer, bytesPerRow }, { width, height });
  device.queue.submit([encoder.finish()]);
  await buffer.mapAsync(MAP_READ);
  const rows = new Uint8Array(buffer.getMappedRange());
  const out = new Uint8Array(width * height * bytesPerTexel);
  for (let y = 0; y < height; y++) {
    out.set(
      rows.subarray(y * bytesPerRow, y * bytesPerRow + width * bytesPerTexel),
      y * width * bytesPerTexel,
    );
  }
  buffer.destroy();
  return out;
}

/** Draws once. @returns the bytes of each target */
async function render({ vertex, pixel, bindings, targets, topology, vertices, instances = 1, size }) {
  const device = await getDevice();
  return validated(device, async () => {
    const { layout, bindGroups } = bind(device, bindings);
    const pipeline = device.createRenderPipeline({
      layout,
      vertex: { module: device.createShaderModule({ code: vertex }) },
      fragment: pixel && {
        module: device.createShaderModule({ code: pixel }),
        targets: targets.map(({ format }) => ({ format })),
      },
      primitive: { topology },
    });
    const [width, height] = size;
    const textures = targets.map(({ format }) =>
      device.createTexture({ size, format, usage: RENDER_ATTACHMENT | TEXTURE_COPY_SRC }),
    );
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginRenderPass({
      colorAttachments: textures.map((texture) => ({
        view: texture.createView(),
        loadOp: 'clear',
        storeOp: 'store',
        clearValue: [0, 0, 0, 0],
      })),
    });
    pass.setPipeline(pipeline);
    pass.setViewport(0, 0, width, height, 0, 1);
    bindGroups.forEach((group, i) => pass.setBindGroup(i, group));
    pass.draw(vertices, instances);
    pass.end();
    device.queue.submit([encoder.finish()]);
    const bytes = [];
    for (const [i, texture] of textures.entries()) {
      bytes.push(await readTexture(device, texture, targets[i].bytes));
    }
    return bytes;
  });
}

/** Runs entry points one after another. @returns the bytes of the buffers `read`, by group and binding */
async function compute({ code, passes, bindings, read }) {
  const device = await getDevice();
  return validated(device, async () => {
    const buffers = new Map();
    const { layout, bindGroups } = bind(device, bindings, buffers);
    const module = device.createShaderModule({ code });
    const encoder = device.createCommandEncoder();
    for (const { entryPoint, workgroups } of passes) {
      const pass = encoder.beginComputePass();
      pass.setPipeline(device.createComputePipeline({ layout, compute: { module, entryPoint } }));
      bindGroups.forEach((group, i) => pass.setBindGroup(i, group));
      pass.dispatchWorkgroups(...workgroups);
      pass.end();
    }
    device.queue.submit([encoder.finish()]);
    const bytes = [];
    for (const name of read) {
      bytes.push(await readBuffer(device, buffers.get(name), buffers.get(name).size));
    }
    return bytes;
  });
}

/** Makes a pipeline of each pair of modules. @returns an error's text, or nothing, for each */
async function pipelines({ pairs }) {
  const device = await getDevice();
  const errors = [];
  for (const { vertex, pixel, bindings, targets, topology } of pairs) {
    try {
      await validated(device, () => {
        const { layout } = bindLayout(device, bindings);
        device.createRenderPipeline({
          layout,
          vertex: { module: device.createShaderModule({ code: vertex }) },
          fragment: pixel && {
            module: device.createShaderModule({ code: pixel }),
            targets: targets.map((format) => (format === null ? null : { format })),
          },
          primitive: { topology },
          ...(targets.every((format) => format === null) && {
            depthStencil: { format: 'depth32float', depthWriteEnabled: true, depthCompare: 'less' },
          }),
        });
      });
      errors.push('');
    } catch (error) {
      errors.push(error.message);
    }
  }
  return errors;
}

function bindLayout(device, bindings) {
  const groups = Math.max(0, ...bindings.map(({ group }) => group + 1));
  const bindGroupLayouts = Array.from({ length: groups }, (_, group) =>
    device.createBindGroupLayout({
      entries: bindings
        .filter((binding) => binding.group === group)
        .map(({ binding, visibility, buffer, texture, sampler }) => ({
          binding,
          visibility,
          ...(buffer && { buffer }),
          ...(texture && { texture }),
          ...(sampler && { sampler }),
        })),
    }),
  );
  return { layout: device.createPipelineLayout({ bindGroupLayouts }) };
}

await serve({ compile, render, compute, pipelines });
