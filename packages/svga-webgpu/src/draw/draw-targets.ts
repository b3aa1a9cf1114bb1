import type { FormatView } from '../formats/format-table.js';
import { TEXTURE_USAGE } from '../gpu/flags.js';
import type { PassTargets } from '../gpu/recorder.js';
import type { ImageTable } from '../images/image-table.js';
import { depthAttachment } from '../images/pending-clear.js';
import type { TextureImage } from '../images/texture-image.js';

/** A target that can be drawn to. */
export interface ResolvedTarget {
  readonly image: TextureImage;
  readonly textureId: number;
  readonly view: FormatView;
  readonly isVolume: boolean;
  readonly mip: number;
  readonly firstLayer: number;
  readonly layers: number;
  readonly width: number;
  readonly height: number;
  readonly samples: number;
}

/** The format of a depth target for shaders that write depth where none is bound. */
export const SCRATCH_DEPTH = 'depth16unorm';
let ids = 0;

/** The targets of draws, and the pass for each of their layers. */
export class DrawTargets {
  readonly id = ids++;
  /** The size of the attachments. */
  readonly width: number;
  readonly height: number;
  /** The size that all targets have: beyond it nothing is drawn. */
  readonly area: { readonly width: number; readonly height: number };
  readonly samples: number;
  /** Layers that all targets have. */
  readonly layers: number;
  /** What of the targets a pipeline depends on. */
  readonly key: string;
  readonly #passes = new Map<number, LayerPass>();

  constructor(
    readonly images: ImageTable,
    readonly colors: readonly (ResolvedTarget | undefined)[],
    readonly depth: ResolvedTarget | undefined,
    /** Whether a depth target of its own is attached, for shaders that write depth. */
    readonly scratchDepth: boolean,
  ) {
    const all = this.all;
    this.area = {
      width: Math.min(...all.map(({ width }) => width)),
      height: Math.min(...all.map(({ height }) => height)),
    };
    // Depth cannot be copied in parts, so colours follow its size.
    ({ width: this.width, height: this.height } = depth ?? this.area);
    this.layers = Math.min(...all.map(({ layers }) => layers));
    this.samples = all[0].samples;
    const formats = colors.map(
      (target) => `${target?.view.format}${target?.view.alpha}${target?.view.components}`,
    );
    this.key = `${formats.join()}/${depth?.view.storage.name}/${this.samples}/${scratchDepth}`;
  }

  get all(): readonly ResolvedTarget[] {
    return [...this.colors, this.depth].filter((target) => target !== undefined);
  }

  /** Whether these are the targets, as textures that still exist. */
  is(others: readonly (ResolvedTarget | undefined)[], depth: ResolvedTarget | undefined): boolean {
    return (
      depth === this.depth &&
      others.length === this.colors.length &&
      others.every((target, i) => target === this.colors[i])
    );
  }

  /** The pass of a layer. */
  pass(layer: number): LayerPass {
    let pass = this.#passes.get(layer);
    if (pass === undefined) {
      pass = new LayerPass(this, layer);
      this.#passes.set(layer, pass);
    }
    return pass;
  }

  /** The draw has written what the targets show. */
  changed(layers: number): void {
    for (const target of this.all) {
      for (let layer = 0; layer < (target.isVolume ? 1 : layers); layer++) {
        target.image.changed(subresourceOf(target, layer));
      }
    }
  }
}

/** The subresource of a layer of a target. */
function subresourceOf({ image, isVolume, firstLayer, mip }: ResolvedTarget, layer: number): number {
  return isVolume ? mip : (firstLayer + layer) * image.surface.layout.mips.length + mip;
}

/**
 * A pass to a layer of the targets. WebGPU wants targets of one size: where they differ, parts of the common size are
 * copied to textures of their own, and back at the end.
 */
class LayerPass implements PassTargets {
  #parts: { target: ResolvedTarget; part: GPUTexture }[] = [];

  constructor(
    readonly targets: DrawTargets,
    readonly layer: number,
  ) {}

  descriptor(): GPURenderPassDescriptor {
    const { colors, depth, scratchDepth } = this.targets;
    return {
      colorAttachments: colors.map((target) => (target === undefined ? null : this.#color(target))),
      ...(depth !== undefined && { depthStencilAttachment: this.#depth(depth) }),
      ...(depth === undefined && scratchDepth && { depthStencilAttachment: this.#scratch() }),
    };
  }

  #color(target: ResolvedTarget): GPURenderPassColorAttachment {
    const { image, view, mip, firstLayer } = target;
    const part = this.#part(target);
    if (part !== undefined) {
      return { view: part.createView({ format: view.format }), loadOp: 'load', storeOp: 'store' };
    }
    const layer = firstLayer + this.layer;
    if (view.format !== view.storage.format) {
      // Values of clears are as stored.
      const { recorder, transfer } = this.targets.images;
      image.use(recorder, transfer, { firstMip: mip, mips: 1, firstLayer: layer, layers: 1 });
    }
    const clear = image.takeClear(subresourceOf(target, this.layer));
    return {
      view: image.target(view.format, mip, layer).view,
      ...image.slice(layer),
      ...(clear?.color === undefined
        ? { loadOp: 'load' as const }
        : { loadOp: 'clear' as const, clearValue: clear.color }),
      storeOp: 'store',
    };
  }

  #depth(target: ResolvedTarget): GPURenderPassDepthStencilAttachment {
    const { image, view, mip, firstLayer } = target;
    const clear = image.takeClear(subresourceOf(target, this.layer));
    const { view: attached } = image.target(view.format, mip, firstLayer + this.layer);
    return depthAttachment(attached, view.storage.hasStencil, clear);
  }

  #scratch(): GPURenderPassDepthStencilAttachment {
    const { width, height, samples, images } = this.targets;
    const { recorder } = images;
    const texture = recorder.temporaryTexture({
      size: { width, height },
      sampleCount: samples,
      format: SCRATCH_DEPTH,
      usage: TEXTURE_USAGE.RENDER_ATTACHMENT,
    });
    return { view: texture.createView(), depthLoadOp: 'clear', depthClearValue: 0, depthStoreOp: 'discard' };
  }

  /** A texture of the common size, if the target is larger. */
  #part(target: ResolvedTarget): GPUTexture | undefined {
    const { width, height, samples, images } = this.targets;
    const { recorder } = images;
    if (target.width === width && target.height === height) {
      return undefined;
    }
    const { storage } = target.view;
    const part = recorder.temporaryTexture({
      size: { width, height },
      sampleCount: samples,
      format: storage.format,
      viewFormats: [...storage.viewFormats],
      usage: TEXTURE_USAGE.RENDER_ATTACHMENT | TEXTURE_USAGE.COPY_SRC | TEXTURE_USAGE.COPY_DST,
    });
    const range = { firstMip: target.mip, mips: 1, firstLayer: target.firstLayer + this.layer, layers: 1 };
    target.image.use(recorder, images.transfer, range);
    recorder.encoder().copyTextureToTexture(this.#whole(target), { texture: part }, this.#shared(target));
    this.#parts.push({ target, part });
    return part;
  }

  #whole({ image, mip, firstLayer }: ResolvedTarget): GPUTexelCopyTextureInfo {
    return { texture: image.texture!, mipLevel: mip, origin: { x: 0, y: 0, z: firstLayer + this.layer } };
  }

  ended(encoder: GPUCommandEncoder): void {
    for (const { target, part } of this.#parts) {
      encoder.copyTextureToTexture({ texture: part }, this.#whole(target), this.#shared(target));
    }
    this.#parts = [];
  }

  /** The size that a target and the attachments share. */
  #shared({ width, height }: ResolvedTarget): { width: number; height: number } {
    return { width: Math.min(width, this.targets.width), height: Math.min(height, this.targets.height) };
  }
}
