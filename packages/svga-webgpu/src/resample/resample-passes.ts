import type { SurfaceBox } from '@cg/surface-layout';
import { GenerationCache } from '../gpu/generation-cache.js';
import type { Recorder } from '../gpu/recorder.js';
import { resampleCode, type Resampling } from './resample-shader.js';

const PIPELINES = 256;
const BOX_BYTES = 64;

/** Where texels come from, and go to: a slice of the target's box. */
export interface ResampledSlice {
  readonly source: GPUTextureView;
  readonly from: SurfaceBox;
  readonly attachment: Pick<GPURenderPassColorAttachment, 'depthSlice' | 'view'>;
  readonly to: SurfaceBox;
  /** In the target's box. */
  readonly slice: number;
}

/** Passes whose fragments are the texels of an image, made of those of another one. */
export class ResamplePasses {
  readonly #pipelines = new GenerationCache<string, GPURenderPipeline>(PIPELINES);

  constructor(readonly recorder: Recorder) {}

  run(work: Resampling, { source, from, attachment, to, slice }: ResampledSlice): void {
    const { recorder } = this;
    const { device, arena } = recorder;
    const pipeline = this.#pipeline(work);
    const { chunk, offset } = arena.allocate(BOX_BYTES);
    chunk.words.set(
      [from.x, from.y, from.z, 0, from.width, from.height, from.depth, 0, to.x, to.y, to.z, slice],
      offset / 4,
    );
    chunk.words.set([to.width, to.height, to.depth, 0], offset / 4 + 12);
    const bound = device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: [
        { binding: 0, resource: source },
        { binding: 1, resource: { buffer: chunk.buffer, offset, size: BOX_BYTES } },
      ],
    });
    const pass = recorder.encoder().beginRenderPass({
      colorAttachments: [{ ...attachment, loadOp: 'load', storeOp: 'store' }],
    });
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bound);
    pass.setViewport(to.x, to.y, to.width, to.height, 0, 1);
    pass.setScissorRect(to.x, to.y, to.width, to.height);
    pass.draw(3);
    pass.end();
  }

  #pipeline(work: Resampling): GPURenderPipeline {
    const { filter, source, samples, from, to } = work;
    const key = `${filter}/${source}${samples}/${from.key}/${to.key}`;
    const known = this.#pipelines.get(key);
    if (known !== undefined) {
      return known;
    }
    const { device } = this.recorder;
    const module = device.createShaderModule({ code: resampleCode(work) });
    const made = device.createRenderPipeline({
      layout: 'auto',
      vertex: { module },
      fragment: { module, targets: [{ format: to.format }] },
    });
    return this.#pipelines.set(key, made);
  }
}
