import type { MappedViewport, PixelRect } from '../state/viewport.js';
import type { BoundGroup } from './bind-groups.js';

/** Sets the state of a pass, each as far as it differs from what the pass has. */
export class PassState {
  #passSerial = -1;
  #pass!: GPURenderPassEncoder;
  #pipeline: GPURenderPipeline | undefined;
  readonly #groups: (BoundGroup | undefined)[] = [];
  #viewport: MappedViewport | undefined;
  #scissor: PixelRect | undefined;
  #stencil = 0;
  #blend = '';
  #index: GPUBuffer | undefined;
  #indexFormat: GPUIndexFormat | undefined;
  #indexOffset = 0;

  /** Begins with a pass, or goes on with it. */
  begin(pass: GPURenderPassEncoder, passSerial: number): void {
    if (this.#passSerial !== passSerial) {
      this.#passSerial = passSerial;
      this.#pass = pass;
      this.#pipeline = undefined;
      this.#groups.length = 0;
      this.#viewport = undefined;
      this.#scissor = undefined;
      this.#stencil = 0;
      this.#blend = '0,0,0,0';
      this.#index = undefined;
    }
  }

  pipeline(pipeline: GPURenderPipeline): void {
    if (this.#pipeline !== pipeline) {
      this.#pipeline = pipeline;
      this.#pass.setPipeline(pipeline);
    }
  }

  group(index: number, bound: BoundGroup): void {
    const before = this.#groups[index];
    if (before?.group !== bound.group || !isEqual(before.offsets, bound.offsets)) {
      this.#groups[index] = bound;
      this.#pass.setBindGroup(index, bound.group, bound.offsets);
    }
  }

  viewport(viewport: MappedViewport): void {
    if (this.#viewport !== viewport) {
      this.#viewport = viewport;
      const { x, y, width, height, minDepth, maxDepth } = viewport;
      this.#pass.setViewport(x, y, width, height, minDepth, maxDepth);
    }
  }

  scissor(rect: PixelRect): void {
    const before = this.#scissor;
    if (
      before?.x !== rect.x ||
      before.y !== rect.y ||
      before.width !== rect.width ||
      before.height !== rect.height
    ) {
      this.#scissor = rect;
      this.#pass.setScissorRect(rect.x, rect.y, rect.width, rect.height);
    }
  }

  stencilReference(reference: number): void {
    if (this.#stencil !== reference) {
      this.#stencil = reference;
      this.#pass.setStencilReference(reference);
    }
  }

  blendConstant(r: number, g: number, b: number, a: number): void {
    const key = `${r},${g},${b},${a}`;
    if (this.#blend !== key) {
      this.#blend = key;
      this.#pass.setBlendConstant({ r, g, b, a });
    }
  }

  index(buffer: GPUBuffer, format: GPUIndexFormat, offset: number, size: number): void {
    if (this.#index !== buffer || this.#indexFormat !== format || this.#indexOffset !== offset) {
      this.#index = buffer;
      this.#indexFormat = format;
      this.#indexOffset = offset;
      this.#pass.setIndexBuffer(buffer, format, offset, size);
    }
  }
}

function isEqual(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) {
    return false;
  }
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i]) {
      return false;
    }
  }
  return true;
}
