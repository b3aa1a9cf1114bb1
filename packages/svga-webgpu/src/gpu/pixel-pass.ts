/** What a pass reads its texels from. */
export type PixelSource = 'float' | 'sint' | 'uint' | 'depth';

/** A pass that copies texel by texel where WebGPU has no copy: to depth, and from and to samples. */
export interface PixelCopy {
  readonly source: GPUTextureView;
  readonly sourceType: PixelSource;
  /** The sample that is read; undefined for a source of one sample. */
  readonly sourceSample: number | undefined;
  readonly target: GPUTextureView;
  readonly targetFormat: GPUTextureFormat;
  readonly targetSamples: number;
  /** The sample that is written; undefined for all. */
  readonly targetSample: number | undefined;
  /** Whether the target is a texture of depth; its stencil stays. */
  readonly toDepth: boolean;
  readonly hasStencil: boolean;
  /** The texels that are copied; all if it is left out. */
  readonly area?: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
}

/** A pass that writes the stencil of all samples; the depth stays. */
export interface StencilWrite {
  /** A layer of r8uint for each sample. */
  readonly source: GPUTextureView;
  readonly target: GPUTextureView;
  readonly targetFormat: GPUTextureFormat;
  readonly targetSamples: number;
}

const STENCIL_BITS = 8;

const SCALARS = { float: 'f32', sint: 'i32', uint: 'u32', depth: 'f32' } as const;
const ALL_SAMPLES = 0xffffffff;

/** A triangle over everything. */
export const cornerCode = `@vertex fn corner(@builtin(vertex_index) i: u32) -> @builtin(position) vec4f {
  return vec4f(f32(i & 1u) * 4.0 - 1.0, f32(i >> 1u) * 4.0 - 1.0, 0.0, 1.0);
}
`;

/** Pipelines that copy texels by drawing. */
export class PixelPasses {
  readonly #pipelines = new Map<string, GPURenderPipeline>();
  #stencilModule: GPUShaderModule | undefined;

  constructor(readonly device: GPUDevice) {}

  copy(encoder: GPUCommandEncoder, copy: PixelCopy): void {
    const pipeline = this.#pipeline(copy);
    const pass = encoder.beginRenderPass(descriptorOf(copy));
    pass.setPipeline(pipeline);
    pass.setBindGroup(
      0,
      this.device.createBindGroup({
        layout: pipeline.getBindGroupLayout(0),
        entries: [{ binding: 0, resource: copy.source }],
      }),
    );
    if (copy.area !== undefined) {
      const { x, y, w, h } = copy.area;
      pass.setScissorRect(x, y, w, h);
    }
    pass.draw(3);
    pass.end();
  }

  /** A fragment writes bits that are set only, so a draw for each bit sets those of all samples. */
  writeStencils(encoder: GPUCommandEncoder, write: StencilWrite): void {
    const pass = encoder.beginRenderPass({
      colorAttachments: [],
      depthStencilAttachment: {
        view: write.target,
        depthLoadOp: 'load',
        depthStoreOp: 'store',
        stencilLoadOp: 'clear',
        stencilClearValue: 0,
        stencilStoreOp: 'store',
      },
    });
    pass.setStencilReference(0xff);
    for (let bit = 0; bit < STENCIL_BITS; bit++) {
      const pipeline = this.#stencilPipeline(write, bit);
      const layout = pipeline.getBindGroupLayout(0);
      const entries = [{ binding: 0, resource: write.source }];
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, this.device.createBindGroup({ layout, entries }));
      pass.draw(3);
    }
    pass.end();
  }

  #stencilPipeline({ targetFormat, targetSamples }: StencilWrite, bit: number): GPURenderPipeline {
    const key = `stencil ${bit}/${targetFormat}/${targetSamples}`;
    let pipeline = this.#pipelines.get(key);
    if (pipeline === undefined) {
      this.#stencilModule ??= this.device.createShaderModule({ code: stencilCode });
      const module = this.#stencilModule;
      const face = { compare: 'always', passOp: 'replace' } as const;
      pipeline = this.device.createRenderPipeline({
        layout: 'auto',
        vertex: { module },
        fragment: { module, targets: [], constants: { bit: 1 << bit } },
        depthStencil: {
          format: targetFormat,
          depthWriteEnabled: false,
          depthCompare: 'always',
          stencilFront: face,
          stencilBack: face,
          stencilWriteMask: 1 << bit,
        },
        multisample: { count: targetSamples },
      });
      this.#pipelines.set(key, pipeline);
    }
    return pipeline;
  }

  #pipeline(copy: PixelCopy): GPURenderPipeline {
    const { sourceType, sourceSample, targetFormat, targetSamples, targetSample, toDepth } = copy;
    const key = `${sourceType}/${sourceSample}/${targetFormat}/${targetSamples}/${targetSample}`;
    let pipeline = this.#pipelines.get(key);
    if (pipeline === undefined) {
      const module = this.device.createShaderModule({ code: codeOf(copy) });
      pipeline = this.device.createRenderPipeline({
        layout: 'auto',
        vertex: { module },
        fragment: { module, targets: toDepth ? [] : [{ format: targetFormat }] },
        ...(toDepth && {
          depthStencil: { format: targetFormat, depthWriteEnabled: true, depthCompare: 'always' as const },
        }),
        multisample: {
          count: targetSamples,
          mask: targetSample === undefined ? ALL_SAMPLES : 1 << targetSample,
        },
      });
      this.#pipelines.set(key, pipeline);
    }
    return pipeline;
  }
}

function descriptorOf({ target, toDepth, hasStencil }: PixelCopy): GPURenderPassDescriptor {
  if (!toDepth) {
    return { colorAttachments: [{ view: target, loadOp: 'load', storeOp: 'store' }] };
  }
  return {
    colorAttachments: [],
    depthStencilAttachment: {
      view: target,
      depthLoadOp: 'load',
      depthStoreOp: 'store',
      ...(hasStencil && { stencilLoadOp: 'load' as const, stencilStoreOp: 'store' as const }),
    },
  };
}

const stencilCode = `@group(0) @binding(0) var source: texture_2d_array<u32>;
override bit: u32;
${cornerCode}@fragment fn texel(@builtin(position) p: vec4f, @builtin(sample_index) sample: u32) {
  if ((textureLoad(source, vec2i(p.xy), sample, 0).x & bit) == 0u) { discard; }
}
`;

function codeOf({ sourceType, sourceSample, toDepth }: PixelCopy): string {
  const scalar = SCALARS[sourceType];
  const isMultisampled = sourceSample !== undefined;
  const kind = `${sourceType === 'depth' ? 'depth_' : ''}${isMultisampled ? 'multisampled_' : ''}2d`;
  const texture = sourceType === 'depth' ? `texture_${kind}` : `texture_${kind}<${scalar}>`;
  const load = `textureLoad(source, vec2i(p.xy), ${sourceSample ?? 0})`;
  const value = sourceType === 'depth' ? load : `${load}.x`;
  const color = sourceType === 'depth' ? `vec4f(${load}, 0.0, 0.0, 1.0)` : load;
  const result = toDepth ? '@builtin(frag_depth) f32' : `@location(0) vec4<${scalar}>`;
  return `@group(0) @binding(0) var source: ${texture};
${cornerCode}@fragment fn texel(@builtin(position) p: vec4f) -> ${result} {
  return ${toDepth ? value : color};
}
`;
}
