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
}

const SCALARS = { float: 'f32', sint: 'i32', uint: 'u32', depth: 'f32' } as const;
const ALL_SAMPLES = 0xffffffff;

/** Pipelines that copy texels by drawing. */
export class PixelPasses {
  readonly #pipelines = new Map<string, GPURenderPipeline>();

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
    pass.draw(3);
    pass.end();
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

function codeOf({ sourceType, sourceSample, toDepth }: PixelCopy): string {
  const scalar = SCALARS[sourceType];
  const isMultisampled = sourceSample !== undefined;
  const kind = `${sourceType === 'depth' ? 'depth_' : ''}${isMultisampled ? 'multisampled_' : ''}2d`;
  const texture = sourceType === 'depth' ? `texture_${kind}` : `texture_${kind}<${scalar}>`;
  const load = `textureLoad(source, vec2i(p.xy), ${sourceSample ?? 0})`;
  const value = sourceType === 'depth' ? load : `${load}.x`;
  const color = sourceType === 'depth' ? `vec4f(${load}, 0.0, 0.0, 1.0)` : load;
  return `@group(0) @binding(0) var source: ${texture};
@vertex fn corner(@builtin(vertex_index) i: u32) -> @builtin(position) vec4f {
  return vec4f(f32(i & 1u) * 4.0 - 1.0, f32(i >> 1u) * 4.0 - 1.0, 0.0, 1.0);
}
@fragment fn texel(@builtin(position) p: vec4f) -> ${toDepth ? '@builtin(frag_depth) f32' : `@location(0) vec4<${scalar}>`} {
  return ${toDepth ? value : color};
}
`;
}
