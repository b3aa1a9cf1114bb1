import { SVGA3D_RESOURCE } from '@cg/svga-protocol';
import type { PipelineState, TargetView } from '@cg/svga-device';
import type { ImageTable } from '../images/image-table.js';
import { DrawTargets, type ResolvedTarget } from './draw-targets.js';

/** Bytes of a target's sample in the limit of a pass, by the bytes of its texel. */
function passBytes(format: string, bytes: number): number {
  return /^(rgba8unorm|bgra8unorm|rgb10a2|rg11b10)/.test(format) ? 8 : bytes;
}

/** Finds the targets of draws: the same object as long as they stay. */
export class TargetTable {
  readonly #resolved = new WeakMap<TargetView, ResolvedTarget>();
  #last: DrawTargets | undefined;
  #scratch: DrawTargets | undefined;

  constructor(readonly images: ImageTable) {}

  /**
   * The targets of a state.
   * @param writesDepth the pixel shader writes depth: WebGPU then wants a depth target
   * @returns undefined if there is none to draw to
   */
  targets({ targets, depthTarget }: PipelineState, writesDepth: boolean): DrawTargets | undefined {
    const depth = depthTarget && this.#resolve(depthTarget, true);
    const colors: (ResolvedTarget | undefined)[] = [];
    const samples = depth?.samples;
    let first = depth;
    let bytes = 0;
    const { maxColorAttachments, maxColorAttachmentBytesPerSample } = this.images.recorder.device.limits;
    for (let slot = 0; slot < Math.min(targets.length, maxColorAttachments); slot++) {
      const view = targets[slot];
      const target = view && this.#resolve(view, false);
      if (target === undefined) {
        continue;
      }
      first ??= target;
      const { format, blockBytes } = target.view.storage;
      const added = passBytes(format, blockBytes);
      const isFit =
        target.samples === (samples ?? first.samples) &&
        (target.samples === 1 || (target.width === first.width && target.height === first.height)) &&
        bytes + added <= maxColorAttachmentBytesPerSample &&
        !colors.some((other) => other !== undefined && overlaps(other, target));
      if (isFit) {
        bytes += added;
        colors[slot] = target;
      }
    }
    for (let slot = 0; slot < colors.length; slot++) {
      colors[slot] ??= undefined;
    }
    if (depth === undefined && colors.length === 0) {
      return undefined;
    }
    const needsScratch = depth === undefined && writesDepth;
    const known = needsScratch ? this.#scratch : this.#last;
    if (known?.is(colors, depth)) {
      return known;
    }
    const made = new DrawTargets(this.images, colors, depth, needsScratch);
    if (needsScratch) {
      this.#scratch = made;
    } else {
      this.#last = made;
    }
    return made;
  }

  /** Whether the images of the targets can be kept as their views need it; otherwise what only the GPU has is fetched. */
  missing({ targets, depthTarget }: PipelineState): TargetView[] {
    return [...targets, depthTarget].filter(
      (view) => view !== undefined && !this.#isReady(view),
    ) as TargetView[];
  }

  #isReady({ surface, format, dimension }: TargetView): boolean {
    const image = this.images.texture(surface);
    if (image === undefined || image.newerCount === 0) {
      return true;
    }
    const view = this.images.formats.view(surface.layout, format, image.storage);
    const isVolume = isVolumeView(surface.layout.description.depth, dimension);
    return view === undefined || image.canBe(view.storage, isVolume);
  }

  #resolve(view: TargetView, isDepth: boolean): ResolvedTarget | undefined {
    const known = this.#resolved.get(view);
    if (known !== undefined && known.textureId === known.image.textureId) {
      known.image.pin(this.images.recorder);
      return known;
    }
    const { surface, format, dimension, mip, firstLayer } = view;
    const { layout } = surface;
    const image = this.images.texture(surface);
    const formatView = this.images.formats.view(layout, format);
    if (
      image === undefined ||
      formatView === undefined ||
      !formatView.renders ||
      (formatView.storage.depth !== undefined) !== isDepth ||
      mip >= layout.mips.length
    ) {
      return undefined;
    }
    const isVolume = isVolumeView(layout.description.depth, dimension);
    const { width, height, depth } = layout.mips[mip];
    const layers = Math.min(view.layers, (isVolume ? depth : layout.layers) - firstLayer);
    if (layers < 1 || !image.prepare(this.images.recorder, formatView.storage, isVolume)) {
      return undefined;
    }
    const resolved = {
      image,
      textureId: image.textureId,
      view: formatView,
      isVolume,
      mip,
      firstLayer,
      layers,
      width,
      height,
      samples: layout.samples,
    };
    this.#resolved.set(view, resolved);
    return resolved;
  }
}

/** Whether a texture of three dimensions is needed for a view. */
export function isVolumeView(depth: number, dimension: number): boolean {
  return depth > 1 || dimension === SVGA3D_RESOURCE.TEXTURE3D;
}

/** Whether two targets have a layer in common, which WebGPU does not draw to twice. */
function overlaps(a: ResolvedTarget, b: ResolvedTarget): boolean {
  return a.image === b.image && a.mip === b.mip && a.firstLayer === b.firstLayer;
}
