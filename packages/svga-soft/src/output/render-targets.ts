import type { PipelineState } from '@cg/svga-device';
import type { Bounds } from '../raster/bounds.js';
import { samplePlaces, type SamplePlaces } from '../samples.js';
import { ColorTarget } from './color-target.js';
import { DepthStencilTarget } from './depth-stencil.js';
import type { TargetImage } from './target-image.js';

const MOST_TARGETS = 8;
/** The size of draws without any target: what the viewport shows counts. */
const NO_LIMIT = 2 ** 14;

/** The targets of a draw. */
export class RenderTargets {
  readonly sampleCount: number;

  private constructor(
    readonly colors: readonly ColorTarget[],
    readonly depth: DepthStencilTarget | undefined,
    /** The pixels that all targets have. */
    readonly bounds: Bounds,
    readonly samples: SamplePlaces,
    private readonly images: readonly TargetImage[],
  ) {
    this.sampleCount = samples.x.length;
  }

  /** @returns undefined if the targets do not go together, or have a number of samples that is not rendered */
  static of(state: PipelineState): RenderTargets | undefined {
    const colors: ColorTarget[] = [];
    for (let slot = 0; slot < MOST_TARGETS; slot++) {
      const view = state.targets[slot];
      const target = view && ColorTarget.of(view, slot, state);
      if (target !== undefined) {
        colors.push(target);
      }
    }
    const depth = state.depthTarget && DepthStencilTarget.of(state.depthTarget, state);
    const images = [...colors.map(({ target }) => target), ...(depth === undefined ? [] : [depth.target])];
    const counts = new Set(images.map(({ samples }) => samples));
    const samples = samplePlaces(images[0]?.samples ?? 1);
    if (counts.size > 1 || samples === undefined) {
      return undefined;
    }
    const right = images.reduce((least, { width }) => Math.min(least, width), NO_LIMIT);
    const bottom = images.reduce((least, { height }) => Math.min(least, height), NO_LIMIT);
    return new RenderTargets(colors, depth, { left: 0, top: 0, right, bottom }, samples, images);
  }

  /** Draws to a layer from now on. */
  select(layer: number): void {
    for (const image of this.images) {
      image.select(layer);
    }
  }
}
